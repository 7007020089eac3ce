// Locks that processes on one PostgreSQL database hold between them: advisory locks of a session,
// on a connection of its own. When that connection is lost the server gives the locks to others,
// so whoever held one is told at once. It knows no table.
import { hash } from 'node:crypto'
import { Client, type QueryResult, type QueryResultRow } from 'pg'
import { faultOf } from './fault.ts'
import { clientConfig } from './postgres-dialect.ts'
import { shownUrl } from './postgres-url.ts'

/** A lock in hand. `lost` is aborted when it is no longer: stop at once what it protects. */
export type HeldLock = { readonly lost: AbortSignal; release(): Promise<void> }

/** What one process holds. */
export type Locks = {
  /** Takes a lock, or gives undefined when it is held, here or elsewhere. */
  take(name: string): Promise<HeldLock | undefined>
  /** Which of these are held, by whichever process. */
  held(names: readonly string[]): Promise<Set<string>>
  /** Gives back every lock. */
  close(): Promise<void>
}

/** Locks on a database; it connects at the first `take`, and again after a loss. */
export function openLocks(url: string): Locks {
  return new AdvisoryLocks(url)
}

/** A machine that vanished, or a network that did, costs its locks after about so long. */
const BEAT_MS = 1_000
const ANSWER_MS = 3_000
/** Who was frozen for longer than this between two beats has lost its locks by then. */
const FROZEN_MS = 2_500
const KEEP_ALIVE =
  '-c idle_session_timeout=3500 -c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2 -c tcp_user_timeout=4000'

type Session = {
  client: Client
  /** A client takes one query at a time. */
  tail: Promise<unknown>
  held: Map<string, AbortController>
  beat: NodeJS.Timeout
  isOver: boolean
}

class AdvisoryLocks implements Locks {
  readonly #url: string
  readonly #where: string
  #session: Promise<Session> | undefined
  #closed = false

  constructor(url: string) {
    this.#url = url
    this.#where = shownUrl(url)
  }

  async take(name: string): Promise<HeldLock | undefined> {
    const session = await this.#connected()
    if (session.held.has(name)) return undefined
    const lost = new AbortController()
    session.held.set(name, lost)
    try {
      const text = 'select pg_try_advisory_lock($1::bigint) as taken'
      const { rows } = await ask<{ taken: boolean }>(session, text, [lockKey(name)])
      // The connection may have been lost while its last answer was on its way.
      if (rows[0]?.taken === true && !lost.signal.aborted) {
        return { lost: lost.signal, release: () => this.#release(session, name) }
      }
      session.held.delete(name)
      return undefined
    } catch (error) {
      session.held.delete(name)
      this.#lose(session)
      throw faultOf(error, this.#where)
    }
  }

  async held(names: readonly string[]): Promise<Set<string>> {
    const session = await this.#connected()
    try {
      const { rows } = await ask<{ key: string }>(session, HELD)
      const keys = new Set(rows.map((row) => row.key))
      return new Set(names.filter((name) => keys.has(lockKey(name))))
    } catch (error) {
      this.#lose(session)
      throw faultOf(error, this.#where)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const session = await this.#session?.catch(() => undefined)
    if (session === undefined) return
    this.#lose(session)
    await session.client.end()
  }

  async #release(session: Session, name: string): Promise<void> {
    if (!session.held.delete(name)) return
    try {
      await ask(session, 'select pg_advisory_unlock($1::bigint)', [lockKey(name)])
    } catch {
      // Without a connection the lock is gone as well.
      this.#lose(session)
    }
  }

  #connected(): Promise<Session> {
    if (this.#closed) throw new Error('these locks are closed')
    this.#session ??= this.#connect().catch((error) => {
      this.#session = undefined
      throw faultOf(error, this.#where)
    })
    return this.#session
  }

  async #connect(): Promise<Session> {
    const config = clientConfig(this.#url, { schema: 'pg_catalog', statementTimeoutMs: 0 })
    const client = new Client({
      ...config,
      options: `${config.options} ${KEEP_ALIVE}`,
      application_name: 'linli locks',
      query_timeout: ANSWER_MS,
    })
    client.on('error', () => {})
    await client.connect()
    let beatAt = performance.now()
    const beat = setInterval(() => {
      const sinceMs = performance.now() - beatAt
      beatAt += sinceMs
      if (sinceMs > FROZEN_MS) this.#lose(session)
      ask(session, 'select 1').catch(() => this.#lose(session))
    }, BEAT_MS)
    beat.unref()
    const session: Session = {
      ...{ client, held: new Map(), beat, isOver: false },
      tail: Promise.resolve(),
    }
    client.on('error', () => this.#lose(session))
    client.on('end', () => this.#lose(session))
    return session
  }

  #lose(session: Session): void {
    if (session.isOver) return
    session.isOver = true
    clearInterval(session.beat)
    const held = [...session.held.values()]
    session.held.clear()
    for (const lost of held) lost.abort()
    this.#session = undefined
    // A server that went silent keeps the locks until the socket is closed.
    session.client.end().catch(() => undefined)
  }
}

function ask<Row extends QueryResultRow>(
  session: Session,
  text: string,
  values: readonly string[] = [],
): Promise<QueryResult<Row>> {
  const answer = session.tail.then(() => session.client.query<Row>(text, [...values]))
  session.tail = answer.catch(() => undefined)
  return answer
}

/** A key is split in two halves there. */
const HELD = `select ((classid::bigint << 32) | objid::bigint)::text as key from pg_locks
  where locktype = 'advisory' and objsubid = 1 and granted
    and database = (select oid from pg_database where datname = current_database())`

const lockKey = (name: string): string =>
  Buffer.from(hash('sha256', `linli/${name}`, 'hex'), 'hex')
    .readBigInt64BE()
    .toString()

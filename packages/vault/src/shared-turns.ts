// Turns between processes: a lock by name in PostgreSQL, held while a piece of work runs. All of
// them are on one connection, so that work which needs others never waits for those that wait for
// it; what is asked for meanwhile is asked together. Within a process, one name is asked for once
// at a time. It knows nothing of keys.
import { hash } from 'node:crypto'
import { setTimeout as rest } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { reading, VaultFault } from './fault.ts'
import type { VaultTables } from './tables.ts'

/** The connection, while it is held; its locks end with it. */
type Session = { db: Kysely<VaultTables>; end: () => void; ended: Promise<unknown> }
type Ask = { key: string } & Pick<PromiseWithResolvers<boolean>, 'resolve' | 'reject'>

/** How long a turn is waited for, and how often it is asked for. */
const WAIT_MS = 30_000
const ASK_MS = 10

/** The turns of one process. */
export class SharedTurns {
  readonly #db: Kysely<VaultTables>
  #session: Promise<Session> | undefined
  #asks: Ask[] = []
  #done: string[] = []
  #pumping: Promise<void> | undefined

  constructor(db: Kysely<VaultTables>) {
    this.#db = db
  }

  /** Runs work while no other process runs work of this name. Fault `busy`, `read-failed`. */
  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const bytes = Buffer.from(hash('sha256', `turn/${name}`, 'hex'), 'hex')
    const key = String(bytes.readBigInt64BE())
    const until = performance.now() + WAIT_MS
    while (!(await reading('whose turn it is', () => this.#isOurs(key)))) {
      if (performance.now() > until) {
        throw new VaultFault('busy', 'Another process has been at work on this identity for long.')
      }
      await rest(ASK_MS)
    }
    try {
      return await work()
    } finally {
      this.#done.push(key)
      this.#pump()
    }
  }

  /** Gives the connection back. */
  async close(): Promise<void> {
    await this.#pumping
    const session = await this.#session?.catch(() => undefined)
    if (session !== undefined) await this.#leave(session)
  }

  #isOurs(key: string): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    this.#asks.push({ key, resolve, reject })
    this.#pump()
    return promise
  }

  #pump(): void {
    this.#pumping ??= this.#askAll().finally(() => {
      this.#pumping = undefined
      // Asked for between the last look and this.
      if (this.#asks.length + this.#done.length > 0) this.#pump()
    })
  }

  async #askAll(): Promise<void> {
    while (this.#asks.length + this.#done.length > 0) {
      const asks = this.#asks.splice(0)
      const done = this.#done.splice(0)
      let session: Session | undefined
      try {
        this.#session ??= this.#connect()
        session = await this.#session
        const ours = await exchange(session.db, { done, asked: asks.map(({ key }) => key) })
        for (const { key, resolve } of asks) resolve(ours.has(key))
      } catch (cause) {
        for (const { reject } of asks) reject(cause)
        if (session !== undefined) await this.#leave(session)
      }
    }
  }

  #connect(): Promise<Session> {
    const opening = Promise.withResolvers<Session>()
    const end = Promise.withResolvers<void>()
    const ended = this.#db
      .connection()
      .execute((db) => {
        opening.resolve({ db, end: end.resolve, ended })
        return end.promise
      })
      .catch((cause: unknown) => {
        this.#session = undefined
        opening.reject(cause)
      })
    return opening.promise
  }

  /** Its locks end with it only if the connection does: all of them are given back first. */
  async #leave(session: Session): Promise<void> {
    this.#session = undefined
    await sql`select pg_advisory_unlock_all()`.execute(session.db).catch(() => undefined)
    session.end()
    await session.ended
  }
}

/** Gives turns back, then takes those that are free. */
async function exchange(
  db: Kysely<VaultTables>,
  { done, asked }: { done: string[]; asked: string[] },
): Promise<Set<string>> {
  if (done.length > 0) {
    await sql`select pg_advisory_unlock(k) from unnest(${done}::bigint[]) as k`.execute(db)
  }
  if (asked.length === 0) return new Set()
  const { rows } = await sql<{ key: string; ours: boolean }>`
    select k::text as key, pg_try_advisory_lock(k) as ours
    from unnest(${asked}::bigint[]) as k`.execute(db)
  return new Set(rows.flatMap(({ key, ours }) => (ours ? [key] : [])))
}

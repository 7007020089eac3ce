// What the vault knows in memory and has not written yet: which subject has which key, and which
// identity leads to which subject. Losing it is no loss, because `recover` takes it from the log
// again; so a report waits for no commit of the vault. Where other processes have the same vault,
// a binding is waited for: they have to know every key that an erasure must destroy.

import type { Kysely, Transaction } from 'kysely'
import { erasedFault, VaultFault } from './fault.ts'
import type { Key } from './sealed.ts'
import { alone, erasedAmong, isShared, type VaultTables, writeMark } from './tables.ts'

type WriteBehindOptions = {
  db: Kysely<VaultTables>
  delayMs: number
  isErased: (subject: string) => boolean
}

/** The unwritten bindings and identities, and the one lane in which the vault writes. */
export class WriteBehind {
  readonly #db: Kysely<VaultTables>
  readonly #delayMs: number
  readonly #isErased: (subject: string) => boolean
  readonly keys = new Map<string, Key>()
  readonly identities = new Map<string, string>()
  #lane: Promise<unknown> = Promise.resolve()
  #asked: Asked[] = []
  #isWritingAsked = false
  #together: Promise<void> | undefined
  #checkpoint: number | undefined
  #timer: NodeJS.Timeout | undefined

  constructor({ db, delayMs, isErased }: WriteBehindOptions) {
    this.#db = db
    this.#delayMs = delayMs
    this.#isErased = isErased
  }

  /** Notes a binding; it is written within the delay, or by the next flush. */
  bind(subject: string, key: Key): void {
    this.keys.set(subject, key)
    this.#schedule()
  }

  /** Writes a binding, and with it those asked for meanwhile. Fault `subject-erased`. */
  bindNow(subject: string, key: Key): Promise<void> {
    const { promise, ...answer } = Promise.withResolvers<void>()
    this.#asked.push({ subject, key: key.id, ...answer })
    if (!this.#isWritingAsked) void this.#writeAsked()
    return promise
  }

  /** Notes where an identity leads. */
  identify(hash: string, subject: string): void {
    this.identities.set(hash, subject)
    this.#schedule()
  }

  /** Refuses more when so much is unwritten that the database must have failed for long. */
  checkRoom(): void {
    if (this.keys.size + this.identities.size + this.#asked.length < UNWRITTEN_MAX) return
    throw new VaultFault('busy', 'The vault could not write for long and takes no new subject.')
  }

  /** Runs one piece of writing after the other, each in a transaction. */
  write<Result>(
    what: string,
    work: (transaction: Transaction<VaultTables>) => Promise<Result>,
  ): Promise<Result> {
    const done = this.#lane.then(async () => {
      try {
        return await this.#db.transaction().execute(async (transaction) => {
          await alone(transaction)
          return work(transaction)
        })
      } catch (cause) {
        if (cause instanceof VaultFault) throw cause
        throw new VaultFault('write-failed', `The vault could not write ${what}.`, cause)
      }
    })
    this.#lane = done.catch(() => undefined)
    return done
  }

  /** Writes what is noted by now, together with whoever asks meanwhile. */
  written(): Promise<void> {
    this.#together ??= this.#lane.then(() => {
      this.#together = undefined
      return this.flush()
    })
    return this.#together
  }

  /** Writes what is unwritten, and with it the checkpoint. */
  async flush(checkpoint?: number): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const nothing = this.keys.size + this.identities.size === 0
    if (nothing && (checkpoint === undefined || checkpoint === this.#checkpoint)) return
    await this.write('bindings', async (transaction) => {
      // Of a subject being erased nothing is written any more: `drop` ends it, or the erasure
      // failed and the next flush writes it.
      const elsewhere = await this.#erasedElsewhere(transaction)
      const lives = (subject: string) => !this.#isErased(subject) && !elsewhere.has(subject)
      const keys = [...this.keys].filter(([subject]) => lives(subject))
      const identities = [...this.identities].filter(([, subject]) => lives(subject))
      for (const part of parts(keys)) {
        const rows = part.map(([subject, key]) => ({ key: key.id, subject }))
        await writeBindings(transaction, rows)
      }
      for (const part of parts(identities)) {
        await writeIdentities(
          transaction,
          part.map(([hash, subject]) => ({ hash, subject })),
        )
      }
      if (checkpoint !== undefined) await writeMark(transaction, 'checkpoint', String(checkpoint))
      return { keys, identities }
    }).then((written) => {
      forget(this.keys, written.keys)
      forget(this.identities, written.identities)
      if (checkpoint !== undefined) this.#checkpoint = checkpoint
    })
  }

  /** Drops what is unwritten about a subject that was erased. */
  drop(subject: string): void {
    this.keys.delete(subject)
    for (const [hash, owner] of this.identities) {
      if (owner === subject) this.identities.delete(hash)
    }
  }

  async #writeAsked(): Promise<void> {
    this.#isWritingAsked = true
    while (this.#asked.length > 0) {
      let taken: Asked[] = []
      try {
        const erased = await this.write('bindings', async (transaction) => {
          taken = this.#asked.splice(0, ROWS_PER_STATEMENT)
          const dead = await erasedAmong(
            transaction,
            taken.map(({ subject }) => subject),
          )
          const rows = taken.filter(({ subject }) => !dead.has(subject))
          await writeBindings(
            transaction,
            rows.map(({ key, subject }) => ({ key, subject })),
          )
          return dead
        })
        for (const { subject, resolve, reject } of taken) {
          if (erased.has(subject)) reject(erasedFault(subject))
          else resolve()
        }
      } catch (fault) {
        const failed = taken.length > 0 ? taken : this.#asked.splice(0)
        for (const { reject } of failed) reject(fault)
      }
    }
    this.#isWritingAsked = false
  }

  async #erasedElsewhere(transaction: Transaction<VaultTables>): Promise<Set<string>> {
    const found = new Set<string>()
    if (!isShared(transaction)) return found
    for (const part of parts([...this.identities.values()])) {
      for (const subject of await erasedAmong(transaction, part)) found.add(subject)
    }
    return found
  }

  #schedule(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      // A failure keeps everything noted; the next flush that is asked for reports it.
      this.flush().catch(() => this.#schedule())
    }, this.#delayMs)
    this.#timer.unref()
  }

  /** Stops the timer. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}

type Asked = { subject: string; key: string } & Pick<
  PromiseWithResolvers<void>,
  'resolve' | 'reject'
>

/** Writes who has which key, and takes those keys out of the pool. */
export async function writeBindings(
  db: Kysely<VaultTables>,
  rows: { key: string; subject: string }[],
): Promise<void> {
  if (rows.length === 0) return
  await db
    .insertInto('vault_bindings')
    .values(rows)
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
  if (isShared(db)) return
  await db
    .deleteFrom('vault_pool')
    .where(
      'key',
      'in',
      rows.map((row) => row.key),
    )
    .execute()
}

/** Writes where identities lead; a later one replaces an earlier. */
export async function writeIdentities(
  db: Kysely<VaultTables>,
  rows: { hash: string; subject: string }[],
): Promise<void> {
  if (rows.length === 0) return
  await db
    .insertInto('vault_identities')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('hash').doUpdateSet((excluded) => ({
        subject: excluded.ref('excluded.subject'),
      })),
    )
    .execute()
}

/** Cuts a list into parts that fit one statement. */
export function parts<Item>(list: Item[]): Item[][] {
  const cut: Item[][] = []
  for (let at = 0; at < list.length; at += ROWS_PER_STATEMENT) {
    cut.push(list.slice(at, at + ROWS_PER_STATEMENT))
  }
  return cut
}

const ROWS_PER_STATEMENT = 256
const UNWRITTEN_MAX = 100_000

function forget<Value>(map: Map<string, Value>, written: [string, Value][]): void {
  for (const [name, value] of written) if (map.get(name) === value) map.delete(name)
}

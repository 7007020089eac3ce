// The keys: those in memory, those in the database, and the pool of keys that were written and
// synced before anyone needs them. In a vault shared by processes each has a pool of its own, which
// it takes away when it ends. It knows nothing of sealed values or the log.

import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { erasedFault, reading, VaultFault } from './fault.ts'
import { Recent } from './recent.ts'
import { type Key, keyOf, unwrapKey, wrapKey } from './sealed.ts'
import { isShared, oneParameter, type VaultTables } from './tables.ts'
import { parts, type WriteBehind } from './write-behind.ts'

type RingOptions = {
  db: Kysely<VaultTables>
  kek: Buffer
  behind: WriteBehind
  isErased: (subject: string) => boolean
  poolSize: number
  cacheSize: number
}

/** A key asked for by its id: destroyed keys are known, and open nothing. */
export type Lookup = Key | 'destroyed' | undefined

/** The keys of all subjects. */
export class KeyRing {
  readonly #db: Kysely<VaultTables>
  readonly #rowOf: ReturnType<typeof keyQuery>
  readonly #kek: KeyObject
  readonly #behind: WriteBehind
  readonly #isErased: (subject: string) => boolean
  readonly #isShared: boolean
  readonly #poolSize: number
  readonly #ofSubject: Recent<Key>
  readonly #byId: Recent<Key>
  readonly #pool: Key[] = []
  readonly #arriving = new Map<string, Promise<Key>>()
  readonly #waiting: PromiseWithResolvers<Key>[] = []
  #refilling: Promise<void> | undefined
  #open = false

  constructor({ db, kek, behind, isErased, poolSize, cacheSize }: RingOptions) {
    this.#db = db
    this.#rowOf = keyQuery(db)
    this.#kek = createSecretKey(kek)
    this.#behind = behind
    this.#isErased = isErased
    this.#isShared = isShared(db)
    this.#poolSize = poolSize
    this.#ofSubject = new Recent(cacheSize)
    this.#byId = new Recent(cacheSize)
  }

  /** Whether keys are handed out to new subjects yet. */
  get isOpen(): boolean {
    return this.#open
  }

  /** The subject's key, if it is in memory. */
  peek(subject: string): Key | undefined {
    return this.#ofSubject.get(subject) ?? this.#behind.keys.get(subject)
  }

  /** The subject's key from memory, the database or the pool; one at a time per subject. */
  ofSubject(subject: string): Promise<Key> {
    const arriving = this.#arriving.get(subject)
    if (arriving !== undefined) return arriving
    return this.#arrive(subject, this.#find(subject))
  }

  /** A key from the pool for a subject known to have none: at once unless the pool is empty. */
  assign(subject: string): Key | Promise<Key> {
    const known = this.peek(subject) ?? this.#arriving.get(subject)
    if (known !== undefined) return known
    const taken = this.#take(subject)
    return taken instanceof Promise ? this.#arrive(subject, taken) : taken
  }

  /** The key of this id, if it is in memory. */
  peekId(id: string): Key | undefined {
    return this.#byId.get(id)
  }

  /** Keys by id from the database; `keep` says whether one may stay in memory. */
  async load(ids: string[], keep: (id: string) => boolean): Promise<Map<string, Lookup>> {
    const found = new Map<string, Lookup>()
    for (const part of parts(ids)) {
      const rows = await reading('its keys', () =>
        this.#db
          .selectFrom('vault_keys')
          .select(['id', 'wrapped'])
          .where('id', 'in', part)
          .execute(),
      )
      for (const { id, wrapped } of rows) {
        const key = this.#unwrap(id, wrapped)
        found.set(id, key ?? 'destroyed')
        if (key !== undefined && keep(id)) this.#byId.set(id, key)
      }
    }
    return found
  }

  /** Reads the pool, fills it, and hands out keys from now on. */
  async start(): Promise<void> {
    if (!this.#isShared) await this.#readPool()
    if (this.#pool.length < this.#poolSize) await this.#refill()
    this.#open = true
  }

  async #readPool(): Promise<void> {
    const rows = await reading('its keys', () =>
      this.#db
        .selectFrom('vault_pool')
        .innerJoin('vault_keys', 'vault_keys.id', 'vault_pool.key')
        .select(['id', 'wrapped'])
        .limit(POOL_READ_MAX)
        .execute(),
    )
    this.#pool.length = 0
    for (const { id, wrapped } of rows) {
      const key = this.#unwrap(id, wrapped)
      if (key !== undefined) this.#pool.push(key)
    }
  }

  /** Forgets a subject; gives the ids of keys that only memory knew as the subject's. */
  forget(subject: string): string[] {
    const known = [this.#ofSubject.get(subject), this.#behind.keys.get(subject)]
    this.#ofSubject.delete(subject)
    const ids = new Set<string>()
    for (const key of known) if (key !== undefined) ids.add(key.id)
    for (const id of ids) this.#byId.delete(id)
    return [...ids]
  }

  /** Forgets keys that were destroyed. */
  forgetIds(ids: string[]): void {
    for (const id of ids) this.#byId.delete(id)
  }

  /** Forgets which key has which id: some of them may have been destroyed elsewhere. */
  forgetAllIds(): void {
    this.#byId.clear()
  }

  /** Waits for a refill that is under way; a shared vault keeps no key that nobody had. */
  async settle(): Promise<void> {
    await this.#refilling?.catch(() => undefined)
    if (!this.#isShared || !this.#open) return
    this.#open = false
    const ids = this.#pool.splice(0).map(({ id }) => id)
    const gone = this.#behind.write('the keys that nobody had', async (transaction) => {
      for (const part of parts(ids)) {
        await transaction.deleteFrom('vault_keys').where('id', 'in', part).execute()
      }
    })
    // What is left of them opens nothing.
    await gone.catch(() => undefined)
  }

  async #find(subject: string): Promise<Key> {
    const row = await reading('its keys', () => this.#rowOf(subject))
    // While the database was asked, the subject may have been assigned a key, or erased.
    this.#refuseErased(subject)
    const assigned = this.peek(subject)
    if (assigned !== undefined) return assigned
    const key = row && this.#unwrap(row.id, row.wrapped)
    if (key === undefined) return await this.#take(subject)
    this.#remember(subject, key)
    return key
  }

  #arrive(subject: string, coming: Promise<Key>): Promise<Key> {
    this.#arriving.set(subject, coming)
    const gone = () => this.#arriving.delete(subject)
    coming.then(gone, gone)
    return coming
  }

  #take(subject: string): Key | Promise<Key> {
    if (!this.#open) {
      throw new VaultFault(
        'not-recovered',
        'No key is handed out to a new subject before the vault has recovered from the log.',
      )
    }
    this.#behind.checkRoom()
    const key = this.#pool.pop()
    if (this.#pool.length < this.#poolSize / 2) this.#refill().catch(() => undefined)
    if (key !== undefined) return this.#bind(subject, key)
    if (this.#waiting.length >= WAITING_MAX) {
      throw new VaultFault('busy', 'Too many new subjects wait for a key.')
    }
    const waiting = Promise.withResolvers<Key>()
    this.#waiting.push(waiting)
    return waiting.promise.then((made) => {
      if (this.#isErased(subject)) this.#pool.push(made)
      this.#refuseErased(subject)
      return this.#bind(subject, made)
    })
  }

  #bind(subject: string, key: Key): Key | Promise<Key> {
    if (this.#isShared) return this.#bindShared(subject, key)
    this.#remember(subject, key)
    this.#behind.bind(subject, key)
    return key
  }

  /** A key whose binding failed is nobody's any more: the database may have it bound. */
  async #bindShared(subject: string, key: Key): Promise<Key> {
    await this.#behind.bindNow(subject, key)
    this.#refuseErased(subject)
    this.#remember(subject, key)
    return key
  }

  #refuseErased(subject: string): void {
    if (this.#isErased(subject)) throw erasedFault(subject)
  }

  #remember(subject: string, key: Key): void {
    this.#ofSubject.set(subject, key)
    this.#byId.set(key.id, key)
  }

  #refill(): Promise<void> {
    this.#refilling ??= this.#makeKeys()
      .catch((fault) => {
        for (const waiting of this.#waiting.splice(0)) waiting.reject(fault)
        throw fault
      })
      .finally(() => {
        this.#refilling = undefined
        if (this.#waiting.length > 0) this.#refill().catch(() => undefined)
      })
    return this.#refilling
  }

  async #makeKeys(): Promise<void> {
    const wanted = this.#poolSize - this.#pool.length + this.#waiting.length
    const count = Math.min(wanted, REFILL_MAX)
    // One draw for all of them: a draw costs as much as wrapping a key.
    const random = randomBytes(count * (ID_BYTES + SECRET_BYTES))
    const made = Array.from({ length: count }, (_, index) => {
      const at = index * (ID_BYTES + SECRET_BYTES)
      const id = random.toString('base64url', at, at + ID_BYTES)
      const secret = random.subarray(at + ID_BYTES, at + ID_BYTES + SECRET_BYTES)
      const wrapped = wrapKey(this.#kek, id, secret)
      return { row: { id, wrapped }, key: keyOf(id, secret) }
    })
    await this.#behind.write('new keys', async (transaction) => {
      const last = await transaction
        .selectFrom('vault_keys')
        .select(({ fn }) => fn.max('number').as('number'))
        .executeTakeFirst()
      let number = Number(last?.number ?? 0)
      for (const part of parts(made)) {
        const rows = part.map(({ row }) => ({ number: ++number, ...row }))
        await transaction.insertInto('vault_keys').values(rows).execute()
        if (this.#isShared) continue
        const pool = part.map(({ row }) => ({ key: row.id }))
        await transaction.insertInto('vault_pool').values(pool).execute()
      }
    })
    for (const { key } of made) {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#pool.push(key)
      else waiting.resolve(key)
    }
  }

  #unwrap(id: string, wrapped: Uint8Array): Key | undefined {
    if (wrapped.every((byte) => byte === 0)) return undefined
    return unwrapKey(this.#kek, id, wrapped)
  }
}

function keyQuery(db: Kysely<VaultTables>) {
  const query = db
    .selectFrom('vault_bindings')
    .innerJoin('vault_keys', 'vault_keys.id', 'vault_bindings.key')
    .select(['id', 'wrapped'])
    .where('subject', '=', '')
    .orderBy('number', 'desc')
  return oneParameter(db, query)
}

const ID_BYTES = 9
const SECRET_BYTES = 32
const POOL_READ_MAX = 10_000
const REFILL_MAX = 2048
const WAITING_MAX = 10_000

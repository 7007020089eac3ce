// Which subject an identity (a telephone number) leads to. Only a keyed hash is kept: without the
// key file nobody can try numbers against it. In a vault shared by processes nothing is remembered,
// and work on one identity waits for other processes too. It knows nothing of keys or sealed values.

import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Kysely } from 'kysely'
import { reading } from './fault.ts'
import { normalisePhone } from './phone.ts'
import { Recent } from './recent.ts'
import { SharedTurns } from './shared-turns.ts'
import { isShared, oneParameter, type VaultTables } from './tables.ts'
import type { WriteBehind } from './write-behind.ts'

type IdentityOptions = {
  db: Kysely<VaultTables>
  secret: Buffer
  behind: WriteBehind
  cacheSize: number
}

/** The book of identities. */
export class Identities {
  readonly #rowOf: (hash: string) => Promise<{ subject: string } | undefined>
  readonly #secret: KeyObject
  readonly #behind: WriteBehind
  /** Not in a shared vault: there another process may lead a hash elsewhere at any time. */
  readonly #recent: Recent<string> | undefined
  readonly #shared: SharedTurns | undefined
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor({ db, secret, behind, cacheSize }: IdentityOptions) {
    const query = db.selectFrom('vault_identities').select('subject').where('hash', '=', '')
    this.#rowOf = oneParameter(db, query)
    this.#secret = createSecretKey(secret)
    this.#behind = behind
    this.#recent = isShared(db) ? undefined : new Recent(cacheSize)
    this.#shared = isShared(db) ? new SharedTurns(db) : undefined
  }

  /** The keyed hash of a telephone number in any spelling, or undefined when it is none. */
  hashPhone(text: string, areaCode?: string): string | undefined {
    const number = normalisePhone(text, areaCode)
    if (number === undefined) return undefined
    return createHmac('sha256', this.#secret).update(number).digest('base64url')
  }

  /** The subject behind a hash. */
  find(hash: string): string | undefined | Promise<string | undefined> {
    return this.#behind.identities.get(hash) ?? this.#recent?.get(hash) ?? this.#read(hash)
  }

  /** From now on the hash leads to this subject. */
  bind(hash: string, subject: string): void {
    this.#behind.checkRoom()
    this.#recent?.set(hash, subject)
    this.#behind.identify(hash, subject)
  }

  /** Forgets these hashes. */
  forget(hashes: string[]): void {
    for (const hash of hashes) this.#recent?.delete(hash)
  }

  /** Runs `work` when all earlier work for the same hash has ended, well or badly. */
  async inTurn<Result>(hash: string, work: () => Promise<Result> | Result): Promise<Result> {
    const before = this.#turns.get(hash)
    const turn = Promise.withResolvers<void>()
    this.#turns.set(hash, turn.promise)
    try {
      await before
      if (this.#shared === undefined) return await work()
      return await this.#shared.run(hash, () => this.#written(work))
    } finally {
      turn.resolve()
      if (this.#turns.get(hash) === turn.promise) this.#turns.delete(hash)
    }
  }

  /** Waits for its turn to be given back; before it is called no work may be begun. */
  async close(): Promise<void> {
    await this.#shared?.close()
  }

  /** The next process must find what this one bound; if it cannot be written now, it is later. */
  async #written<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    const result = await work()
    await this.#behind.written().catch(() => undefined)
    return result
  }

  async #read(hash: string): Promise<string | undefined> {
    const row = await reading('its identities', () => this.#rowOf(hash))
    const newer = this.#behind.identities.get(hash) ?? this.#recent?.get(hash)
    if (newer !== undefined) return newer
    if (row !== undefined) this.#recent?.set(hash, row.subject)
    return row?.subject
  }
}

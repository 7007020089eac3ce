// Which subject an identity (a telephone number) leads to. Only a keyed hash is kept: without the
// key file nobody can try numbers against it. It knows nothing of keys or sealed values.

import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Kysely } from 'kysely'
import { reading } from './fault.ts'
import { normalisePhone } from './phone.ts'
import { Recent } from './recent.ts'
import { oneParameter, type VaultTables } from './tables.ts'
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
  readonly #recent: Recent<string>
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor({ db, secret, behind, cacheSize }: IdentityOptions) {
    const query = db.selectFrom('vault_identities').select('subject').where('hash', '=', '')
    this.#rowOf = oneParameter(db, query)
    this.#secret = createSecretKey(secret)
    this.#behind = behind
    this.#recent = new Recent(cacheSize)
  }

  /** The keyed hash of a telephone number in any spelling, or undefined when it is none. */
  hashPhone(text: string, areaCode?: string): string | undefined {
    const number = normalisePhone(text, areaCode)
    if (number === undefined) return undefined
    return createHmac('sha256', this.#secret).update(number).digest('base64url')
  }

  /** The subject behind a hash. */
  find(hash: string): string | undefined | Promise<string | undefined> {
    return this.#behind.identities.get(hash) ?? this.#recent.get(hash) ?? this.#read(hash)
  }

  /** From now on the hash leads to this subject. */
  bind(hash: string, subject: string): void {
    this.#behind.checkRoom()
    this.#recent.set(hash, subject)
    this.#behind.identify(hash, subject)
  }

  /** Forgets these hashes. */
  forget(hashes: string[]): void {
    for (const hash of hashes) this.#recent.delete(hash)
  }

  /** Runs `work` when all earlier work for the same hash has ended, well or badly. */
  async inTurn<Result>(hash: string, work: () => Promise<Result> | Result): Promise<Result> {
    const before = this.#turns.get(hash)
    const turn = Promise.withResolvers<void>()
    this.#turns.set(hash, turn.promise)
    try {
      await before
      return await work()
    } finally {
      turn.resolve()
      if (this.#turns.get(hash) === turn.promise) this.#turns.delete(hash)
    }
  }

  async #read(hash: string): Promise<string | undefined> {
    const row = await reading('its identities', () => this.#rowOf(hash))
    const newer = this.#behind.identities.get(hash) ?? this.#recent.get(hash)
    if (newer !== undefined) return newer
    if (row !== undefined) this.#recent.set(hash, row.subject)
    return row?.subject
  }
}

// The secret link of a resident: an HMAC of case, person and the case's link round, so that it
// can be made again at any time and nothing but the round is stored. Renewing counts the round up.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { KeyFile } from '@linli/vault'
import type { Work } from './work.ts'

/** Whose link to which case. A reporter who is not known has no person. */
export type LinkedCase = { instance: string; person?: string }

/** Makes and reads residents' links. */
export class ResidentLinks {
  readonly #work: Work
  readonly #secret: Buffer

  constructor(work: Work, keyFile: KeyFile) {
    this.#work = work
    this.#secret = keyFile.derive('resident-link')
  }

  /** The token of a link in its present round: it goes to the resident and nowhere else. */
  async tokenOf(linked: LinkedCase): Promise<string> {
    const round = await this.#roundOf(linked.instance)
    const mac = this.#mac(linked, round).toString('base64url')
    return [packed(linked.instance), packed(linked.person ?? ''), mac].join('.')
  }

  /** Whose case a token opens; undefined for a forged one or one of an earlier round. */
  async read(token: string): Promise<LinkedCase | undefined> {
    if (token.length > TOKEN_CHARS_MAX) return undefined
    const [instance, person, mac] = token.split('.')
    if (instance === undefined || person === undefined || mac === undefined) return undefined
    const named = unpacked(person)
    const linked = { instance: unpacked(instance), ...(named === '' ? {} : { person: named }) }
    const expected = this.#mac(linked, await this.#roundOf(linked.instance))
    const given = Buffer.from(mac, 'base64url')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    // Base64 can spell the same bytes in several ways: one link has one spelling.
    const isSpelt = packed(linked.instance) === instance && packed(named) === person
    return isSpelt && given.toString('base64url') === mac ? linked : undefined
  }

  /** From now on every link made so far to this case is dead. */
  async renew(instance: string): Promise<void> {
    await this.#work
      .insertInto('link_round')
      .values({ instance, round: 1 })
      .onConflict((conflict) =>
        conflict
          .column('instance')
          .doUpdateSet((known) => ({ round: known('link_round.round', '+', 1) })),
      )
      .execute()
  }

  async #roundOf(instance: string): Promise<number> {
    const row = await this.#work
      .selectFrom('link_round')
      .select('round')
      .where('instance', '=', instance)
      .executeTakeFirst()
    return row?.round ?? 0
  }

  #mac(linked: LinkedCase, round: number): Buffer {
    return createHmac('sha256', this.#secret)
      .update(`${linked.instance}|${linked.person ?? ''}|${round}`)
      .digest()
      .subarray(0, MAC_BYTES)
  }
}

const MAC_BYTES = 24
const TOKEN_CHARS_MAX = 200
const INSTANCE = /^([a-z][a-z-]*)-([0-9a-f-]{36})$/

/** `appeal-0198…` with its UUID in 22 characters instead of 36. */
function packed(id: string): string {
  const [, workflow, uuid] = INSTANCE.exec(id) ?? []
  if (workflow === undefined || uuid === undefined) return ''
  return `${workflow}~${Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url')}`
}

function unpacked(text: string): string {
  const [workflow, short] = text.split('~')
  const hex = Buffer.from(short ?? '', 'base64url').toString('hex')
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(hex)
  return parts === null ? '' : `${workflow}-${parts.slice(1).join('-')}`
}

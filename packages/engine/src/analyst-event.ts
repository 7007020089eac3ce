// An event as analysts get it: no personal value, and a stable pseudonym for every person. It
// folds to the same states. Must not import a store or HTTP.
import { createHmac } from 'node:crypto'
import type { KeyFile } from '@linli/vault'
import { hideSealed } from './open-personal.ts'

/** Gives a stored event's text the form that may leave the house. */
export type Pseudonymise = (text: string) => string

/** The pseudonyms of an installation: the same person always gets the same one. */
export function pseudonymiser(keyFile: KeyFile): Pseudonymise {
  const secret = keyFile.derive('pseudonym')
  const known = new Map<string, string>()
  const pseudonym = (person: string): string => {
    const kept = known.get(person)
    if (kept !== undefined) return kept
    const made = `person-${uuidFrom(createHmac('sha256', secret).update(person).digest('hex'))}`
    if (known.size >= KEPT) known.clear()
    known.set(person, made)
    return made
  }
  return (text) => {
    const clear = text.includes('"$sealed"') ? JSON.stringify(hideSealed(JSON.parse(text))) : text
    return clear.replaceAll(PERSON, pseudonym)
  }
}

const KEPT = 50_000
const PERSON = /person-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** A UUIDv8 (RFC 9562 §5.8): the form of an id, and nothing of the id. */
function uuidFrom(hex: string): string {
  const head = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`]
  return [...head, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

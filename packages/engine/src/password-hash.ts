// Passwords at rest: scrypt (RFC 7914) with its own salt and parameters in the text, compared in
// constant time. Imports node:crypto only.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

const COST = 2 ** 15
const BLOCK = 8
const PARALLEL = 1
const KEY_BYTES = 32
const MEMORY_BYTES = 64 * 1024 * 1024
/** Longer passwords are refused, so that hashing has a bound. */
export const PASSWORD_CHARS_MAX = 200
/** The shortest password that is taken. */
export const PASSWORD_CHARS_MIN = 8

/** A password as it is stored: `scrypt$<cost>$<salt>$<hash>`, base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, COST)
  return `scrypt$${COST}$${salt.toString('base64url')}$${key.toString('base64url')}`
}

/** Whether the password is the stored one. Without a stored one it takes the same time: false. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [kind, cost, salt, hash] = (stored ?? DECOY).split('$')
  if (kind !== 'scrypt' || cost === undefined || salt === undefined || hash === undefined) {
    return false
  }
  const key = await derive(password, Buffer.from(salt, 'base64url'), Number(cost))
  const expected = Buffer.from(hash, 'base64url')
  return expected.length === key.length && timingSafeEqual(expected, key) && stored !== undefined
}

const DECOY = `scrypt$${COST}$${'A'.repeat(22)}$${'A'.repeat(43)}`

function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options: ScryptOptions = { N: cost, r: BLOCK, p: PARALLEL, maxmem: MEMORY_BYTES }
  const given = password.normalize('NFKC').slice(0, PASSWORD_CHARS_MAX)
  return new Promise((resolve, reject) => {
    scrypt(given, salt, KEY_BYTES, options, (fault, key) => {
      if (fault === null) resolve(key)
      else reject(fault)
    })
  })
}

// Sealing one text with one key: AES-256-GCM with a random 96-bit IV, bound to the place where
// the value stands. Pure cryptography: it knows neither where keys are kept nor who asks.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto'
import { VaultFault } from './fault.ts'

/** A sealed text: base64url of IV, ciphertext and tag, with the subject and the key it names. */
export type Sealed = { $sealed: string; subject: string; key: string }

/** Where a sealed value stands: moved to another stream, event or field it opens no more. */
export type Binding = { stream: string; event: string; field: string }

/** A key in memory. */
export type Key = { readonly id: string; readonly secret: KeyObject }

/** Whether a value has the form of a sealed one (an analyst's `{"$sealed": null}` has not). */
export function isSealed(value: unknown): value is Sealed {
  if (typeof value !== 'object' || value === null) return false
  if (!('$sealed' in value && 'subject' in value && 'key' in value)) return false
  const { $sealed, subject, key } = value
  return typeof $sealed === 'string' && typeof subject === 'string' && typeof key === 'string'
}

/** Seals a text for a subject with its key. */
export function sealWith(
  key: Key,
  subject: string,
  at: { text: string; binding: Binding },
): Sealed {
  const bytes = encrypt(key.secret, at.text, boundTo(key.id, subject, at.binding))
  return { $sealed: bytes.toString('base64url'), subject, key: key.id }
}

/** A keyed hash (HMAC-SHA-256, 128 bits, base64url) of a text under a subject's key. */
export function fingerprintWith(key: Key, text: string): string {
  const digest = createHmac('sha256', key.secret).update(`fingerprint|${text}`).digest()
  return digest.toString('base64url', 0, 16)
}

/** Opens a sealed text; one that was changed, moved or misnamed is a fault, never garbage. */
export function openWith(key: Key, sealed: Sealed, binding: Binding): string {
  const bytes = Buffer.from(sealed.$sealed, 'base64url')
  const text = decrypt(key.secret, bytes, boundTo(key.id, sealed.subject, binding))
  if (text === undefined) {
    throw new VaultFault(
      'not-authentic',
      `The sealed value ${binding.field} of event ${binding.event} in ${binding.stream} ` +
        'was changed or moved, or was sealed with another key.',
    )
  }
  return text.toString('utf8')
}

/** A subject's key as the vault stores it: encrypted with the key-encryption key, 60 bytes. */
export function wrapKey(kek: KeyObject, id: string, secret: Buffer): Buffer {
  return encrypt(kek, secret, keyName(id))
}

/** The key that `wrapKey` stored under this id. */
export function unwrapKey(kek: KeyObject, id: string, wrapped: Uint8Array): Key {
  const secret = decrypt(kek, Buffer.from(wrapped), keyName(id))
  if (secret?.length !== 32) {
    throw new VaultFault('key-damaged', `The key ${id} in the vault is damaged.`)
  }
  return keyOf(id, secret)
}

/** A key from its 32 bytes, which are wiped. */
export function keyOf(id: string, secret: Buffer): Key {
  const key = { id, secret: createSecretKey(secret) }
  secret.fill(0)
  return key
}

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

function encrypt(secret: KeyObject, text: string | Buffer, bound: Buffer): Buffer {
  const iv = nextIv()
  const cipher = createCipheriv(CIPHER, secret, iv)
  cipher.setAAD(bound)
  const body = typeof text === 'string' ? cipher.update(text, 'utf8') : cipher.update(text)
  return Buffer.concat([iv, body, cipher.final(), cipher.getAuthTag()])
}

function decrypt(secret: KeyObject, bytes: Buffer, bound: Buffer): Buffer | undefined {
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv(CIPHER, secret, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(bound)
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  const body = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES))
  try {
    decipher.final()
    return body
  } catch {
    // The one thing `final` can say here is that the tag doesn't fit.
    return undefined
  }
}

// A JSON array, because its parts cannot run into each other. Subject and key are in it too, so
// that no value can be passed off as another person's.
function boundTo(key: string, subject: string, { stream, event, field }: Binding): Buffer {
  return Buffer.from(JSON.stringify([key, subject, stream, event, field]))
}

function keyName(id: string): Buffer {
  return Buffer.from(`linli/vault/key/${id}`)
}

// Random bytes are drawn 1,024 IVs at a time: one draw costs nearly as much as the encryption.
const ivs = Buffer.alloc(IV_BYTES * 1024)
let ivAt = ivs.length

function nextIv(): Buffer {
  if (ivAt === ivs.length) {
    randomFillSync(ivs)
    ivAt = 0
  }
  ivAt += IV_BYTES
  return ivs.subarray(ivAt - IV_BYTES, ivAt)
}

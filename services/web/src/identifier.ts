// Identifiers made in the browser: time-ordered, so that a repeated command finds what it began.

/** A UUIDv7 (RFC 9562): 48 bits of milliseconds, the rest random. */
export function uuidv7(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let index = 0; index < 6; index++) bytes[index] = Math.floor(now / 2 ** (40 - 8 * index))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}

/** The workflow of an instance such as `lost-item-0198…`: all before the last dash and UUID. */
export function workflowOf(id: string): string {
  return id.slice(0, Math.max(0, id.length - UUID_LENGTH - 1))
}

/** True for an instance's id, or what looks like one. */
export const isInstanceId = (text: string): boolean => INSTANCE_ID.test(text)

const UUID_LENGTH = 36
const INSTANCE_ID = /^[a-z][a-z0-9-]*-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

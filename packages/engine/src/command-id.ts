// Ids that make a repeated command find its first answer, with no table: a hash of who asked what
// of whom under which key. Imports node:crypto only.
import { hash, randomUUIDv7 } from 'node:crypto'

/** What a command id is made of. `instance` is absent for a starting command. */
export type CommandKey = {
  caller: string
  workflow: string
  command: string
  instance?: string
  key: string
}

/** The id of a command as a UUIDv8: the same caller, target and key give the same id. */
export function commandId(key: CommandKey): string {
  const target = key.instance ?? key.command
  const digest = hash('sha256', `${key.caller}|${key.workflow}|${target}|${key.key}`, 'hex')
  return uuid(digest.slice(0, 12), '8', digest.slice(12))
}

/**
 * The id of the instance that a starting command begins: a UUIDv7 with the time of its
 * Idempotency-Key and the rest from the command id; a UUIDv8 when the key is no UUIDv7.
 */
export function startedInstance(workflow: string, key: string, command: string): string {
  const rest = hash('sha256', `${command}|${workflow}`, 'hex')
  if (UUID_V7.test(key)) {
    return `${workflow}-${uuid(key.replaceAll('-', '').slice(0, 12).toLowerCase(), '7', rest)}`
  }
  return `${workflow}-${uuid(rest.slice(-12), '8', rest)}`
}

/** A fresh id, ordered by time. */
export const freshId = (): string => randomUUIDv7()

/** A UUIDv7 at a chosen time (epoch ms) whose other bits follow from `seed`: for imports. */
export function idAt(time: number, seed: string): string {
  return uuid(time.toString(16).padStart(12, '0'), '7', hash('sha256', seed, 'hex'))
}

/** True for an id that `idAt` made of this seed, at whatever time. */
export function isIdOf(id: string, seed: string): boolean {
  const time = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
  return id === idAt(time, seed)
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

function uuid(first48: string, version: string, rest: string): string {
  const variant = ((Number.parseInt(rest.slice(3, 4), 16) & 0x3) | 0x8).toString(16)
  return [
    first48.slice(0, 8),
    first48.slice(8, 12),
    `${version}${rest.slice(0, 3)}`,
    `${variant}${rest.slice(4, 7)}`,
    rest.slice(7, 19),
  ].join('-')
}

// A folded instance: the machine's snapshot, the clocks the core keeps, and what a stream needs
// to answer a repeated command. Immutable: step and fold make new ones.
import { hash } from 'node:crypto'
import type { Instance } from './definition.ts'
import type { StateValue } from './event.ts'

export type { Instance }

/** The instance's state value. */
export const stateOf = (instance: Instance): StateValue => instance.snapshot.value as StateValue

/** True when the machine has reached a final state: no clock runs and no command is taken. */
export const hasEnded = (instance: Instance): boolean => instance.snapshot.status !== 'active'

/** The state as a dotted path, the deepest name last: `open.referral.waiting`. */
export function statePath(value: StateValue): string {
  if (typeof value === 'string') return value
  return Object.entries(value)
    .map(([name, inner]) => {
      const rest = statePath(inner)
      return rest === '' ? name : `${name}.${rest}`
    })
    .join('|')
}

/** True when two state values are the same, however deep. */
export function sameState(a: StateValue, b: StateValue): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) {
    const left = a[name]
    const right = b[name]
    if (left === undefined || right === undefined || !sameState(left, right)) return false
  }
  return true
}

/**
 * The id of an instance that an event begins: the event's own 48 bits of time, the rest from a
 * hash of the event's id and `key`, so that a repeat names the same instance (RFC 9562 §5.7).
 */
export function instanceFrom(workflow: string, eventId: string, key: string): string {
  const digest = hash('sha256', `${eventId}:${workflow}:${key}`, 'hex')
  const time = eventId.replaceAll('-', '').slice(0, 12).padEnd(12, '0')
  const variant = ((Number.parseInt(digest.slice(3, 4), 16) & 0x3) | 0x8).toString(16)
  return [
    `${workflow}-${time.slice(0, 8)}`,
    time.slice(8),
    `7${digest.slice(0, 3)}`,
    `${variant}${digest.slice(4, 7)}`,
    digest.slice(7, 19),
  ].join('-')
}

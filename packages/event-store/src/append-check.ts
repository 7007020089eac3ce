// What every store checks before it takes an append or a read. A limit passed is a StoreFault;
// a call that no caller should make (no events, a negative page) is a bug and an assertion.
// Must not import a store.

import assert from 'node:assert/strict'
import { limits } from './limits.ts'
import type { NewEvent } from './port.ts'
import { StoreFault } from './port.ts'

/** Throws unless the append may be tried; returns the length of its texts in characters. */
export function checkAppend(stream: string, expected: number, events: NewEvent[]): number {
  assert(events.length > 0, 'an append has at least one event')
  assert(Number.isSafeInteger(expected) && expected >= -1, 'expected is a revision or -1')
  checkName(stream)
  if (events.length > limits.appendEvents) throw tooLarge(`${events.length} events at once`)
  let length = 0
  for (const event of events) {
    checkName(event.id)
    checkName(event.type)
    checkText(event)
    length += event.text.length
  }
  if (length > limits.appendLength) throw tooLarge(`${length} characters at once`)
  if (events.length > 1) checkDistinct(events)
  return length
}

/** Throws unless the limit is a page that may be asked for. */
export function checkLimit(limit: number): void {
  assert(
    Number.isSafeInteger(limit) && limit >= 1 && limit <= limits.pageEvents,
    `a limit is a whole number from 1 to ${limits.pageEvents}`,
  )
}

/** The fault of an id that is stored already, elsewhere than this append would put it. */
export function idRepeated(stream: string): StoreFault {
  return new StoreFault(
    'id-repeated',
    `An event id of this append to ${stream} is stored already, at another place of the log.`,
    { retry: 'never' },
  )
}

/** The fault of asking for a whole stream that is too long for one answer. */
export function streamTooLong(stream: string): StoreFault {
  return new StoreFault(
    'stream-too-long',
    `Stream ${stream} has more than ${limits.wholeStreamEvents} events: read it in pages.`,
    { retry: 'never' },
  )
}

/** The fault of using a store after `close`. */
export function closedFault(): StoreFault {
  return new StoreFault('closed', 'The event store is closed.', { retry: 'never' })
}

function checkName(name: string): void {
  assert(name.length > 0, 'a stream, an id and a type are not empty')
  if (name.length > limits.nameLength) {
    throw tooLarge(`a name of ${name.length} characters (${name.slice(0, 40)}…)`)
  }
  if (!name.isWellFormed()) throw malformed(name.toWellFormed())
}

function checkText(event: NewEvent): void {
  const { text } = event
  // A UTF-16 unit takes at most three bytes of UTF-8: most texts need not be counted.
  if (text.length * 3 > limits.textBytes && Buffer.byteLength(text) > limits.textBytes) {
    throw tooLarge(`event ${event.id} of ${Buffer.byteLength(text)} bytes`)
  }
  if (!text.isWellFormed()) throw malformed(event.id)
}

function checkDistinct(events: NewEvent[]): void {
  const ids = new Set(events.map((event) => event.id))
  assert(ids.size === events.length, 'the ids of one append are distinct')
}

function tooLarge(what: string): StoreFault {
  return new StoreFault('append-too-large', `The event store does not take ${what}.`, {
    retry: 'never',
  })
}

function malformed(what: string): StoreFault {
  return new StoreFault(
    'text-malformed',
    `${what} holds half a character (a lone surrogate) and cannot be stored as UTF-8.`,
    { retry: 'never' },
  )
}

// Streams and events for the tests of the contract, and the shape of such a test.
// Must not import a store.

import { randomUUIDv7 } from 'node:crypto'
import type { EventStore, NewEvent } from '@linli/event-store'
import type { Test } from 'tap'

/** One test of the contract: it gets a store that is closed after it. */
export type ContractTest = (t: Test, store: EventStore) => Promise<void>

/** A stream name that no other test uses. */
export function newStream(prefix = 'contract'): string {
  return `${prefix}-${randomUUIDv7()}`
}

/** An event with an id of its own. */
export function newEvent(text = '{}', type = 'contract.happened'): NewEvent {
  return { id: randomUUIDv7(), type, text }
}

/** So many events with ids of their own. */
export function newEvents(count: number, type?: string): NewEvent[] {
  return Array.from({ length: count }, (_, index) => newEvent(`{"n":${index}}`, type))
}

/** The ids of events. */
export function idsOf(events: NewEvent[]): string[] {
  return events.map((event) => event.id)
}

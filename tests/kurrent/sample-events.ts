// Streams and events for the suites of this folder. Imports no store.

import { randomUUIDv7 } from 'node:crypto'
import type { NewEvent } from '@linli/event-store'

/** A stream name that no other test uses. */
export function newStream(prefix = 'kurrent'): string {
  return `${prefix}-${randomUUIDv7()}`
}

/** An event with an id of its own. */
export function newEvent(text = '{}', type = 'kurrent.happened'): NewEvent {
  return { id: randomUUIDv7(), type, text }
}

/** So many events with ids of their own. */
export function newEvents(count: number): NewEvent[] {
  return Array.from({ length: count }, (_, index) => newEvent(`{"n":${index}}`))
}

/** The ids of events. */
export function idsOf(events: NewEvent[]): string[] {
  return events.map((event) => event.id)
}

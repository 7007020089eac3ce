// The newest events of a log, kept by the process that wrote them: who follows closely reads them
// here and not from the disk. Must not import a store.

import type { Filter, NewEvent, Page, StoredEvent } from './port.ts'

/** What one append added: the position and revision are those of its last event. */
export type Added = { stream: string; events: readonly NewEvent[]; last: Last }
type Last = { position: number; revision: number }

/** The events after some position, all of them, up to the head of the log. */
export class Tail {
  readonly #capacity: number
  #events: StoredEvent[] = []
  /** Every event behind this position is here. */
  #after = 0
  #head = 0

  /** Keeps at least so many events, at most twice as many. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Adds what a commit stored; an append that was answered a second time is known already. */
  add({ stream, events, last }: Added): void {
    if (last.position <= this.#head) return
    for (const [index, { id, type, text }] of events.entries()) {
      const back = events.length - 1 - index
      const [position, revision] = [last.position - back, last.revision - back]
      this.#events.push({ position, stream, revision, id, type, text })
    }
    this.#head = last.position
    // Dropped in halves, so that an event costs the same however many are kept.
    if (this.#events.length > 2 * this.#capacity) {
      this.#after = this.#events[this.#capacity - 1]?.position ?? this.#head
      this.#events = this.#events.slice(this.#capacity)
    }
  }

  /** The log ends at `head`: events that were not added are on the disk alone. */
  endsAt(head: number): void {
    if (head === this.#head) return
    this.#events = []
    this.#after = head
    this.#head = head
  }

  /** The next page, as `readAll` gives it; undefined when it begins before what is kept. */
  page(after: number, limit: number, filter?: Filter): Page | undefined {
    if (after < this.#after) return undefined
    const events: StoredEvent[] = []
    for (let at = this.#indexAfter(after); at < this.#events.length; at += 1) {
      const event = this.#events[at]
      if (event === undefined || !passes(event, filter)) continue
      events.push(event)
      if (events.length === limit) return { events, through: event.position }
    }
    return { events, through: Math.max(after, this.#head) }
  }

  #indexAfter(after: number): number {
    let [low, high] = [0, this.#events.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#events[middle]?.position ?? 0) <= after) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Whether a filter lets an event pass. */
export function passes(event: StoredEvent, filter: Filter | undefined): boolean {
  if (filter?.types !== undefined && !filter.types.includes(event.type)) return false
  return event.stream.startsWith(filter?.streamPrefix ?? '')
}

// The event log in memory: the readable definition of the port, and the store of fast tests.
// Nothing is durable. Must not import SQLite.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { checkAppend, checkLimit, closedFault, idRepeated, streamTooLong } from './append-check.ts'
import { limits } from './limits.ts'
import type {
  Appended,
  EventStore,
  NewEvent,
  Page,
  ReadAllOptions,
  ReadOptions,
  StoredEvent,
  SubscribeOptions,
} from './port.ts'
import { subscription } from './subscription.ts'
import { passes } from './tail.ts'
import { Wakeups } from './wakeups.ts'

/** An empty event log in memory. */
export function openMemoryStore(): EventStore {
  return new MemoryStore()
}

class MemoryStore implements EventStore {
  readonly #log: StoredEvent[] = []
  readonly #streams = new Map<string, StoredEvent[]>()
  readonly #ids = new Map<string, StoredEvent>()
  readonly #wakeups = new Wakeups(0)

  async append(stream: string, expected: number, events: NewEvent[]): Promise<Appended> {
    this.#assertOpen()
    checkAppend(stream, expected, events)
    const answer = this.#appendNow(stream, expected, events)
    // A store that answers within the turn would let a busy caller starve the event loop.
    await nextTurn()
    return answer
  }

  async read(stream: string, options: ReadOptions = {}): Promise<StoredEvent[]> {
    this.#assertOpen()
    const { limit, direction = 'forward' } = options
    if (limit !== undefined) checkLimit(limit)
    const all = this.#streams.get(stream) ?? []
    const wanted =
      direction === 'forward'
        ? all.slice(options.from ?? 0)
        : all.slice(0, (options.from ?? all.length) + 1).reverse()
    if (limit === undefined && wanted.length > limits.wholeStreamEvents) {
      throw streamTooLong(stream)
    }
    return wanted.slice(0, limit)
  }

  async readAll(options: ReadAllOptions = {}): Promise<Page> {
    this.#assertOpen()
    const { after = 0, filter, limit = limits.defaultPageEvents } = options
    checkLimit(limit)
    const upTo = Math.min(this.#log.length, after + limits.examinedPositions)
    const events: StoredEvent[] = []
    // An event's position is its place in the log, counted from 1.
    for (const event of this.#log.slice(after, upTo)) {
      if (passes(event, filter)) events.push(event)
      if (events.length === limit) return { events, through: event.position }
    }
    return { events, through: Math.max(after, upTo) }
  }

  async head(): Promise<number> {
    this.#assertOpen()
    return this.#log.length
  }

  subscribe(options: SubscribeOptions): AsyncIterable<StoredEvent[]> {
    return subscription(this, this.#wakeups, options)
  }

  async close(): Promise<void> {
    this.#wakeups.end()
  }

  #appendNow(stream: string, expected: number, events: NewEvent[]): Appended {
    const stored = this.#streams.get(stream) ?? []
    const actual = stored.length - 1
    if (actual !== expected) {
      const before = stored.slice(expected + 1, expected + 1 + events.length)
      const last = before.at(-1)
      const same = events.every((event, index) => before[index]?.id === event.id)
      if (!same || last === undefined) return { ok: false, actual }
      return { ok: true, position: last.position, revision: last.revision }
    }
    if (events.some((event) => this.#ids.has(event.id))) throw idRepeated(stream)
    for (const { id, type, text } of events) {
      const position = this.#log.length + 1
      const event = Object.freeze({ position, stream, revision: stored.length, id, type, text })
      this.#log.push(event)
      stored.push(event)
      this.#ids.set(id, event)
    }
    this.#streams.set(stream, stored)
    this.#wakeups.tell(this.#log.length)
    return { ok: true, position: this.#log.length, revision: stored.length - 1 }
  }

  #assertOpen(): void {
    if (this.#wakeups.ended) throw closedFault()
  }
}

// The event log in EventStoreDB or KurrentDB: the port over a connection. Composes; what became of
// an append is in append-outcome.ts, following in feed.ts, the client in connection.ts.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type {
  Appended,
  EventStore,
  NewEvent,
  Page,
  ReadAllOptions,
  ReadOptions,
  StoredEvent,
  SubscribeOptions,
} from '@linli/event-store'
import {
  checkAppend,
  checkLimit,
  closedFault,
  limits,
  StoreFault,
  streamTooLong,
} from '@linli/event-store'
import { addressFault } from './address.ts'
import { appendForCertain } from './append-outcome.ts'
import { type BackOff, defaultBackOff, type Retrying, retried } from './back-off.ts'
import { Connection } from './connection.ts'
import { Feed } from './feed.ts'
import { LogReader, type Ours, oursBy } from './log-reader.ts'
import { proposedOf } from './record.ts'

// A server takes 100 calls at once on a connection (Kestrel's MaxStreamsPerConnection), and each
// subscription is one that stays: the rest is for reads and appends, which otherwise would hang.
const mostFeeds = 64

/** Something an operator may want to see: it healed, or is being tried again. */
export type KurrentMessage = {
  code: 'append-settled' | 'tried-again' | 'subscription-lost' | 'subscription-back'
  text: string
}

/** See `openKurrentStore`. */
export type KurrentStoreOptions = {
  /** `esdb://name:password@host:2113?tls=true`, several hosts by commas, or `esdb+discover://`. */
  url: string
  /**
   * The streams of this installation on the server begin so (`linli.` unless given); nothing
   * above sees it. Printable ASCII, not beginning with $. Empty: every stream but the server's.
   */
  prefix?: string
  /** Limit of one call to the server (5,000 unless given); an append gives up after twice it. */
  timeoutMs?: number
  backOff?: Partial<BackOff>
  onMessage?(message: KurrentMessage): void
}

/** The log on a server. */
export interface KurrentStore extends EventStore {
  readonly serverVersion: string
  /** The last event of the log. */
  newest(): Promise<StoredEvent | undefined>
}

type Parts = {
  connection: Connection
  ours: Ours
  log: LogReader
  timeoutMs: number
  backOff: BackOff
  onMessage(message: KurrentMessage): void
}

/**
 * Opens the log on a server, when the server answers and the user may read it. Rejects with a
 * StoreFault: `store-unreachable`, `store-timeout` and `store-not-leader` may pass (`later`);
 * `store-refused`, `store-version` and an address that cannot be used do not (`never`).
 */
export async function openKurrentStore(options: KurrentStoreOptions): Promise<KurrentStore> {
  const { url, prefix = 'linli.', timeoutMs = 5_000, onMessage = () => undefined } = options
  if (!/^(?!\$)[\x20-\x7e]{0,100}$/.test(prefix)) {
    throw addressFault('The prefix of its streams is up to 100 characters of ASCII, not from $.')
  }
  const backOff = { ...defaultBackOff, ...options.backOff }
  const connection = new Connection(url, timeoutMs)
  const ours = oursBy(prefix)
  const log = new LogReader(connection, ours)
  const parts: Parts = { connection, ours, log, timeoutMs, backOff, onMessage }
  try {
    const serverVersion = await retried(
      () => connection.serverVersion(),
      retrying(parts, timeoutMs),
    )
    const newest = await retried(() => log.newest(0), retrying(parts, timeoutMs))
    return new Store(parts, serverVersion, newest?.position ?? 0)
  } catch (error) {
    connection.close()
    throw error
  }
}

class Store implements KurrentStore {
  readonly serverVersion: string
  readonly #parts: Parts
  readonly #appending = new Set<Promise<Appended>>()
  readonly #feeds = new Set<Feed>()
  #queuedLength = 0
  #head: number
  #closing: Promise<void> | undefined

  constructor(parts: Parts, serverVersion: string, head: number) {
    this.#parts = parts
    this.serverVersion = serverVersion
    this.#head = head
  }

  async append(stream: string, expected: number, events: NewEvent[]): Promise<Appended> {
    this.#assertOpen()
    const length = checkAppend(stream, expected, events)
    this.#assertRoom(length)
    const appending = this.#appendNow(stream, expected, events)
    this.#appending.add(appending)
    this.#queuedLength += length
    try {
      return await appending
    } finally {
      this.#appending.delete(appending)
      this.#queuedLength -= length
    }
  }

  async read(stream: string, options: ReadOptions = {}): Promise<StoredEvent[]> {
    this.#assertOpen()
    const { limit, from, direction = 'forward' } = options
    if (limit !== undefined) checkLimit(limit)
    const { connection, ours } = this.#parts
    const range = {
      stream: ours.prefix + stream,
      backward: direction === 'backward',
      count: limit ?? limits.wholeStreamEvents + 1,
      ...(from === undefined ? {} : { from }),
    }
    const events = await this.#retried(async () => {
      const read: StoredEvent[] = []
      await connection.read(range, (recorded) => {
        const event = ours.event(recorded)
        if (event !== undefined) read.push(event)
        return true
      })
      return read
    })
    if (limit === undefined && events.length > limits.wholeStreamEvents) throw streamTooLong(stream)
    return events
  }

  async readAll(options: ReadAllOptions = {}): Promise<Page> {
    this.#assertOpen()
    if (options.limit !== undefined) checkLimit(options.limit)
    return this.#retried(() => this.#parts.log.page(options))
  }

  async head(): Promise<number> {
    this.#assertOpen()
    const known = this.#head
    const newest = await this.#retried(() => this.#parts.log.newest(known))
    const head = newest?.position ?? known
    this.#head = Math.max(this.#head, head)
    return head
  }

  async newest(): Promise<StoredEvent | undefined> {
    this.#assertOpen()
    return this.#retried(() => this.#parts.log.newest(0))
  }

  async *subscribe(options: SubscribeOptions): AsyncGenerator<StoredEvent[]> {
    const { after, filter, signal } = options
    if (this.#closing !== undefined || signal?.aborted) return
    if (this.#feeds.size >= mostFeeds) throw overloaded(`${mostFeeds} subscriptions are open`)
    const { connection, ours, log, backOff, onMessage } = this.#parts
    const feed = new Feed({
      ...{ connection, ours, log },
      after,
      filter,
      backOff,
      onLost: ({ message }, failures) =>
        onMessage({ code: 'subscription-lost', text: `${message} (${failures} in a row)` }),
      onBack: () => onMessage({ code: 'subscription-back', text: 'A subscription goes on.' }),
    })
    this.#feeds.add(feed)
    signal?.addEventListener('abort', feed.stop, { once: true })
    try {
      for (;;) {
        const batch = await feed.next()
        if (batch === undefined) return
        yield batch
        // A batch may be at hand at once: a long catch-up must not starve the process.
        await nextTurn()
      }
    } finally {
      signal?.removeEventListener('abort', feed.stop)
      this.#feeds.delete(feed)
      feed.stop()
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeNow()
    return this.#closing
  }

  async #closeNow(): Promise<void> {
    for (const feed of this.#feeds) feed.stop()
    await Promise.allSettled(this.#appending)
    this.#parts.connection.close()
  }

  async #appendNow(stream: string, expected: number, events: NewEvent[]): Promise<Appended> {
    const { connection, ours, onMessage, timeoutMs } = this.#parts
    const append = { stream: ours.prefix + stream, expected, events: events.map(proposedOf) }
    const answer = await appendForCertain(connection, append, {
      ...retrying(this.#parts, 2 * timeoutMs),
      known: this.#head,
      onSettled: () =>
        onMessage({ code: 'append-settled', text: `An append to ${stream} was read back.` }),
    })
    if (answer.ok) this.#head = Math.max(this.#head, answer.position)
    return answer
  }

  #retried<T>(run: () => Promise<T>): Promise<T> {
    return retried(run, retrying(this.#parts, this.#parts.timeoutMs))
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedFault()
  }

  #assertRoom(length: number): void {
    const hasRoom =
      this.#appending.size < limits.queuedAppends &&
      this.#queuedLength + length <= limits.queuedLength
    if (!hasRoom) throw overloaded(`${this.#appending.size} appends wait`)
  }
}

function overloaded(what: string): StoreFault {
  return new StoreFault('overloaded', `${what} at the event store: try again.`, { retry: 'later' })
}

function retrying({ backOff, onMessage }: Parts, budgetMs: number): Retrying {
  return {
    backOff,
    untilMs: performance.now() + budgetMs,
    onRetry: ({ message }) => onMessage({ code: 'tried-again', text: message }),
  }
}

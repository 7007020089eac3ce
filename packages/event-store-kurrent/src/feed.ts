// A subscription to the whole log that comes back by itself: events wait in a bounded buffer until
// the consumer asks; when the connection is lost it goes on from the last event it took, or from
// the last position that the server said was looked at.
// Must not import the client.

import { setTimeout as pause } from 'node:timers/promises'
import type { Filter, StoredEvent } from '@linli/event-store'
import { limits, passes, StoreFault } from '@linli/event-store'
import { type BackOff, waitMs } from './back-off.ts'
import type { Connection, Following } from './connection.ts'
import type { LogReader, Ours } from './log-reader.ts'
import { isPerhapsOfPlace } from './server-fault.ts'

/** What to follow, and who hears of losses; `failures` is 0 when the subscription is back. */
export type FeedOptions = {
  connection: Connection
  ours: Ours
  log: LogReader
  after: number
  filter: Filter | undefined
  backOff: BackOff
  onLost(fault: StoreFault, failures: number): void
  onBack(): void
}

const mostWaiting = 2 * limits.subscriptionEvents
const mostLength = limits.batchLength
// The server compares names by its own culture's rules, which are sure for ASCII only.
const surePrefix = /^[\x20-\x7e]*/

/** Events as they come, in batches as large as the consumer leaves them time to become. */
export class Feed {
  readonly #options: FeedOptions
  readonly #prefix: string
  readonly #stop = new AbortController()
  #waiting: StoredEvent[] = []
  #length = 0
  #at: number
  #isPlaced: boolean
  #following: Following | undefined
  #isPaused = false
  #fault: StoreFault | undefined
  #wake: (() => void) | undefined

  constructor(options: FeedOptions) {
    this.#options = options
    this.#at = options.after
    this.#isPlaced = options.after === 0
    const wanted = options.ours.prefix + (options.filter?.streamPrefix ?? '')
    this.#prefix = surePrefix.exec(wanted)?.[0] ?? ''
    this.#connect(0)
  }

  /** The next batch; none when the feed was stopped. Rejects when it cannot come back. */
  async next(): Promise<StoredEvent[] | undefined> {
    while (this.#waiting.length === 0 && !this.#stop.signal.aborted) {
      if (this.#fault !== undefined) throw this.#fault
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    if (this.#stop.signal.aborted) return undefined
    const batch = this.#waiting.splice(0, limits.subscriptionEvents)
    for (const { text } of batch) this.#length -= text.length
    if (this.#isPaused && this.#waiting.length < limits.subscriptionEvents) this.#resume()
    return batch
  }

  /** Ends the feed; what waits in it is dropped. */
  readonly stop = (): void => {
    this.#stop.abort()
    this.#following?.leave()
    this.#wake?.()
  }

  #connect(failedBefore: number): void {
    let failures = failedBefore
    const { connection, after, onBack } = this.#options
    this.#isPaused = false
    this.#following = connection.follow(this.#at, this.#prefix, {
      onConfirmed: () => {
        if (failures > 0) onBack()
        failures = 0
      },
      onEvent: (recorded) => {
        // The server begins after the position; what it should send twice is passed over.
        if (recorded.position <= this.#at) return
        this.#at = recorded.position
        this.#isPlaced = true
        if (recorded.position <= after) return
        const event = this.#options.ours.event(recorded)
        if (event !== undefined && passes(event, this.#options.filter)) this.#take(event)
      },
      onReached: (position) => {
        this.#at = Math.max(this.#at, position)
        this.#isPlaced = true
      },
      onLost: (fault) => void this.#comeBack(fault, failures + 1),
    })
  }

  async #comeBack(fault: StoreFault, failures: number): Promise<void> {
    if (this.#stop.signal.aborted) return
    if (!this.#isPlaced && isPerhapsOfPlace(fault) && (await this.#isMovedToPlace())) {
      if (!this.#stop.signal.aborted) this.#connect(failures - 1)
      return
    }
    if (fault.retry === 'never') {
      this.#fault = fault
      this.#wake?.()
      return
    }
    const { backOff, onLost } = this.#options
    onLost(fault, failures)
    const { signal } = this.#stop
    await pause(waitMs(backOff, failures), undefined, { signal }).catch(onlyAbort)
    if (!signal.aborted) this.#connect(failures)
  }

  // Where it was to begin, perhaps nothing does: then it begins with the event before.
  async #isMovedToPlace(): Promise<boolean> {
    const before = this.#at
    try {
      this.#at = await this.#options.log.placeOf(before)
      this.#isPlaced = true
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error
    }
    return this.#at !== before
  }

  #take(event: StoredEvent): void {
    this.#waiting.push(event)
    this.#length += event.text.length
    this.#wake?.()
    const hasRoom = this.#waiting.length < mostWaiting && this.#length < mostLength
    if (this.#isPaused || hasRoom) return
    this.#isPaused = true
    this.#following?.pause()
  }

  #resume(): void {
    this.#isPaused = false
    this.#following?.resume()
  }
}

function onlyAbort(error: Error): void {
  if (error.name !== 'AbortError') throw error
}

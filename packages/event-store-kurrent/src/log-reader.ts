// The whole log as this installation sees it: events of streams with its prefix. The server leaves
// out what others keep there, so that it costs neither the network nor this process anything.
// Must not import the client.

import type { Page, ReadAllOptions, StoredEvent } from '@linli/event-store'
import { limits, passes, StoreFault } from '@linli/event-store'
import type { Connection } from './connection.ts'
import { type Recorded, storedOf } from './record.ts'
import { isPerhapsOfPlace } from './server-fault.ts'

/** Which streams of a server are ours: the port's name of a stream is what follows the prefix. */
export type Ours = { prefix: string; event(recorded: Recorded): StoredEvent | undefined }

const firstBackward = 32

/** The streams with this prefix, the server's own excepted. */
export function oursBy(prefix: string): Ours {
  return {
    prefix,
    event(recorded) {
      const { stream } = recorded
      if (!stream.startsWith(prefix) || stream.startsWith('$')) return undefined
      return storedOf(recorded, stream.slice(prefix.length))
    },
  }
}

/** Reads of the whole log. */
export class LogReader {
  readonly #connection: Connection
  readonly #ours: Ours
  // While the server looks through what others keep it is silent, and silence is what a call's
  // limit is for. Where it was too long, the server leaves nothing out until ours are found.
  #isUnfiltered = false

  constructor(connection: Connection, ours: Ours) {
    this.#connection = connection
    this.#ours = ours
  }

  /**
   * The page after a position; see `EventReader.readAll`. At the end of the log events that are
   * not ours do not move `through`: they would be news to nobody.
   */
  async page(options: ReadAllOptions): Promise<Page> {
    const { after = 0 } = options
    try {
      return await this.#pageFrom(after, options)
    } catch (error) {
      if (after === 0 || !isPerhapsOfPlace(error)) throw error
      const place = await this.placeOf(after)
      if (place === after) throw error
      return this.#pageFrom(place, options)
    }
  }

  /** Our last event behind `known`, the position of one of ours or 0. */
  newest(known: number): Promise<StoredEvent | undefined> {
    return this.#filtered(
      (prefix) => this.#newestBy(prefix, known),
      () => this.#newestOfAll(known),
    )
  }

  /**
   * Where reading after a position has to begin, which may be none: with the last event of the
   * server at or before it, 0 without one. It is looked for from the nearer end of the log.
   */
  async placeOf(position: number): Promise<number> {
    if (await this.#isOfEvent(position)) return position
    let end = 0
    await this.#connection.read({ backward: true, count: 1 }, (last) => {
      end = last.position
      return true
    })
    const backward = position > end / 2
    let place = 0
    await this.#connection.read({ backward, count: Number.MAX_SAFE_INTEGER }, (event) => {
      if (event.position <= position) place = event.position
      return event.position > position === backward
    })
    return place
  }

  async #isOfEvent(position: number): Promise<boolean> {
    let found: number | undefined
    try {
      await this.#connection.read({ from: position, backward: false, count: 1 }, (event) => {
        found = event.position
        return true
      })
    } catch (error) {
      if (!isPerhapsOfPlace(error)) throw error
    }
    return found === position
  }

  #pageFrom(from: number, options: ReadAllOptions): Promise<Page> {
    return this.#filtered(
      (prefix) => this.#readPage(from, options, prefix),
      () => this.#readPage(from, options),
    )
  }

  async #readPage(from: number, options: ReadAllOptions, prefix?: string): Promise<Page> {
    const { after = 0, filter, limit = limits.defaultPageEvents } = options
    const events: StoredEvent[] = []
    let [examined, lastOfOurs, last, isFull] = [0, after, after, false]
    // The event at `from` itself is read again.
    const count = limits.examinedPositions + 1
    const range = {
      backward: false,
      count,
      ...(from === 0 ? {} : { from }),
      ...(prefix === undefined ? {} : { prefix }),
    }
    const reading = this.#connection.read(range, (recorded) => {
      examined += 1
      if (recorded.position <= after) return true
      last = recorded.position
      const event = this.#ours.event(recorded)
      if (event === undefined) return true
      lastOfOurs = last
      if (passes(event, filter)) events.push(event)
      isFull = events.length === limit
      return !isFull
    })
    await reading.catch((error: unknown) => {
      // What came before a silence is a page.
      if (!isTimeout(error) || lastOfOurs === after) throw error
    })
    if (prefix === undefined && lastOfOurs > after) this.#isUnfiltered = false
    return { events, through: !isFull && examined === count ? last : lastOfOurs }
  }

  async #newestBy(prefix: string, known: number): Promise<StoredEvent | undefined> {
    let newest: Recorded | undefined
    await this.#connection.read({ backward: true, count: 1, prefix }, (recorded) => {
      newest = recorded
      return true
    })
    if (newest === undefined || newest.position <= known) return undefined
    return this.#ours.event(newest)
  }

  // From the end back to `known`, in steps that grow.
  async #newestOfAll(known: number): Promise<StoredEvent | undefined> {
    let from: number | undefined
    for (let count = firstBackward; ; count = Math.min(count * 4, limits.pageEvents)) {
      let examined = 0
      let found: StoredEvent | undefined
      let isKnown = false
      const range = { backward: true, count, ...(from === undefined ? {} : { from }) }
      await this.#connection.read(range, (recorded) => {
        examined += 1
        from = recorded.position
        isKnown = from <= known
        if (!isKnown) found = this.#ours.event(recorded)
        return !isKnown && found === undefined
      })
      if (found !== undefined) this.#isUnfiltered = false
      if (found !== undefined || isKnown || examined < count) return found
    }
  }

  async #filtered<T>(filtered: (prefix: string) => Promise<T>, all: () => Promise<T>): Promise<T> {
    if (this.#isUnfiltered) return all()
    try {
      return await filtered(this.#ours.prefix)
    } catch (error) {
      if (!isTimeout(error)) throw error
    }
    this.#isUnfiltered = true
    return all()
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof StoreFault && error.code === 'store-timeout'
}

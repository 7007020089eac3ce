// Pages of the whole log, and its head, as this installation sees it: events of streams with its
// prefix, whatever else the server holds. Must not import the client.

import type { Page, ReadAllOptions, StoredEvent } from '@linli/event-store'
import { limits, passes } from '@linli/event-store'
import type { Connection } from './connection.ts'
import { type Recorded, storedOf } from './record.ts'

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

/**
 * The page after a position; see `EventReader.readAll`. At the end of the log events that are not
 * ours do not move `through`: they would be news to nobody.
 */
export async function readPage(
  connection: Connection,
  ours: Ours,
  options: ReadAllOptions,
): Promise<Page> {
  const { after = 0, filter, limit = limits.defaultPageEvents } = options
  const events: StoredEvent[] = []
  let [examined, lastOfOurs, last, isFull] = [0, after, after, false]
  // The event at `after` itself is read again.
  const count = limits.examinedPositions + 1
  const range = { backward: false, count, ...(after === 0 ? {} : { from: after }) }
  await connection.read(range, (recorded) => {
    examined += 1
    if (recorded.position <= after) return true
    last = recorded.position
    const event = ours.event(recorded)
    if (event === undefined) return true
    lastOfOurs = last
    if (passes(event, filter)) events.push(event)
    isFull = events.length === limit
    return !isFull
  })
  return { events, through: !isFull && examined === count ? last : lastOfOurs }
}

/** Position of our last event, looked for from the end back to `known`, one of ours or 0. */
export async function readHead(connection: Connection, ours: Ours, known: number): Promise<number> {
  return (await readNewest(connection, ours, known))?.position ?? known
}

/** Our last event behind `known`. */
export async function readNewest(
  connection: Connection,
  ours: Ours,
  known: number,
): Promise<StoredEvent | undefined> {
  let from: number | undefined
  for (let count = firstBackward; ; count = Math.min(count * 4, limits.pageEvents)) {
    let examined = 0
    let found: StoredEvent | undefined
    let isKnown = false
    const range = { backward: true, count, ...(from === undefined ? {} : { from }) }
    await connection.read(range, (recorded) => {
      examined += 1
      from = recorded.position
      isKnown = from <= known
      if (!isKnown) found = ours.event(recorded)
      return !isKnown && found === undefined
    })
    if (found !== undefined || isKnown || examined < count) return found
  }
}

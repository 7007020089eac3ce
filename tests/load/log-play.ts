// Reading a whole log, and making it long: real events of the log again, under fresh ids, so that
// they fold like the ones they were taken from.
import { freshId } from '@linli/engine'
import type { EventStore, StoredEvent } from '@linli/event-store'

/** What a log holds, and how fast its texts can be read and parsed. */
export type Scan = { events: number; perSecond: number; types: Record<string, number> }

const PAGE = 1_000

/** Reads and parses every event. */
export async function scanLog(store: EventStore): Promise<Scan> {
  const types: Record<string, number> = {}
  const began = performance.now()
  let events = 0
  for (let after = 0; ; ) {
    const page = await store.readAll({ after, limit: PAGE })
    for (const { text } of page.events) {
      const { type } = JSON.parse(text) as { type: string }
      types[type] = (types[type] ?? 0) + 1
      events += 1
    }
    if (page.through === after) break
    after = page.through
  }
  return { events, perSecond: events / ((performance.now() - began) / 1000), types }
}

/** Cases copied at once while a log is made long. */
const AT_ONCE = 256

/** Appends copies of whole cases until the log has so many events; how many were appended. */
export async function lengthen(store: EventStore, events: number): Promise<number> {
  const cases = await wholeCases(store)
  let left = events - (await countOf(store))
  const wanted = left
  let next = 0
  const hand = async () => {
    while (left > 0) {
      const one = cases[next++ % cases.length] ?? []
      left -= one.length
      await copy(store, one)
    }
  }
  if (cases.length > 0) await Promise.all(Array.from({ length: AT_ONCE }, hand))
  return Math.max(wanted, 0) - left
}

async function countOf(store: EventStore): Promise<number> {
  return (await scanLog(store)).events
}

/** Closed appeals at most, which name no other case. */
const CASES_MAX = 200

async function wholeCases(store: EventStore): Promise<StoredEvent[][]> {
  const filter = { types: ['appeal.followedUp'], streamPrefix: 'appeal-' }
  const found: StoredEvent[][] = []
  for (let after = 0; found.length < CASES_MAX; ) {
    const page = await store.readAll({ after, filter })
    for (const { stream } of page.events) {
      if (found.length < CASES_MAX) found.push(await store.read(stream))
    }
    if (page.through === after) break
    after = page.through
  }
  return found
}

/** One case again, as another instance: each id that is its own becomes a fresh one. */
async function copy(store: EventStore, events: readonly StoredEvent[]): Promise<void> {
  const from = events[0]?.stream ?? ''
  const to = `appeal-${freshId()}`
  const copies = events.map(({ id, type, text }) => {
    const fresh = freshId()
    return { id: fresh, type, text: text.replaceAll(from, to).replaceAll(id, fresh) }
  })
  const answer = await store.append(to, -1, copies)
  if (!answer.ok) throw new Error(`${to} conflicts`)
}

// Reading a whole log and parsing it: what it holds, and how fast the least of readers is.
import type { EventStore } from '@linli/event-store'

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

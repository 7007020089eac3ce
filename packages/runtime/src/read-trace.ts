// Spans of read models: from when an event is heard of until the read models have it. One process
// tells of each event: the one that writes the read models.
import type { EventStore } from '@linli/event-store'
import type { ReadModels } from './read-models.ts'
import type { Tracing } from './tracing.ts'

/** Events remembered until they are projected; beyond, the oldest are not told of. */
const HEARD_MAX = 10_000
const LOOK_MS = 50

type Parts = { store: EventStore; read: ReadModels; tracing: Tracing; writes: () => boolean }

/** Begins to tell; what it gives ends it. */
export function traceReading({ store, read, tracing, writes }: Parts): () => Promise<void> {
  const end = new AbortController()
  let heard: { id: string; position: number; since: number }[] = []
  const look = () => {
    const position = read.position()
    const done = heard.filter((event) => event.position <= position)
    heard = heard.filter((event) => event.position > position).slice(-HEARD_MAX)
    if (writes()) for (const event of done) tracing.projected(event)
  }
  const looking = setInterval(look, LOOK_MS)
  looking.unref()
  const following = (async () => {
    const after = await store.head()
    for await (const batch of store.subscribe({ after, signal: end.signal })) {
      const since = Date.now()
      for (const { id, position } of batch) heard.push({ id, position, since })
    }
  })().catch(() => {})
  return async () => {
    clearInterval(looking)
    end.abort()
    await following
    look()
  }
}

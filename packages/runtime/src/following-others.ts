// What other processes append is heard from the log: a folded instance that they led further is
// forgotten here. It may come late or, while the log is away, not at all, so nothing that must be
// right rests on it: commands and readings of one case look at the stream's end.
import { setTimeout as rest } from 'node:timers/promises'
import type { Engine } from '@linli/engine'

/** Begins to listen; what it gives ends it. */
export function followOthers(engine: Engine): () => Promise<void> {
  const end = new AbortController()
  const following = follow(engine, end.signal)
  return async () => {
    end.abort()
    await following
  }
}

/** What comes before the first answer is nothing that this process knew. */
async function firstHead(store: Engine['store'], signal: AbortSignal): Promise<number> {
  while (!signal.aborted) {
    const head = await store.head().catch(() => undefined)
    if (head !== undefined) return head
    await rest(REST_MS, undefined, { signal }).catch(() => {})
  }
  return 0
}

const REST_MS = 1_000

async function follow({ store, instances }: Engine, signal: AbortSignal): Promise<void> {
  const after = await firstHead(store, signal)
  for await (const batch of store.subscribe({ after, signal })) {
    for (const { stream, revision } of batch) instances.heard(stream, revision)
  }
}

// Subscriptions of every store here: pages of `readAll` until the log is caught up, then again
// whenever it grows. One loop for both, so there is no seam at which to skip or double an event.
// Must not import a store.

import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { limits } from './limits.ts'
import type { EventReader, Page, StoredEvent, SubscribeOptions } from './port.ts'
import { StoreFault } from './port.ts'
import type { Wakeups } from './wakeups.ts'

const firstPauseMs = 50

/** The batches of a subscription; see `EventStore.subscribe`. */
export async function* subscription(
  reader: EventReader,
  wakeups: Wakeups,
  options: SubscribeOptions,
): AsyncGenerator<StoredEvent[]> {
  const { signal } = options
  let after = options.after
  // One listener for the whole subscription: to add and remove one at each wait costs more.
  signal?.addEventListener('abort', wakeups.wakeAll, { once: true })
  try {
    while (!signal?.aborted && !wakeups.ended) {
      const page = await readOn(reader, after, options)
      if (signal?.aborted || page === undefined) return
      if (page.through === after) {
        await wakeups.beyond(after)
        continue
      }
      after = page.through
      if (page.events.length > 0) yield page.events
      // Reads may resolve without leaving the turn: a long catch-up must not starve the process.
      await nextTurn()
    }
  } finally {
    signal?.removeEventListener('abort', wakeups.wakeAll)
  }
}

async function readOn(
  reader: EventReader,
  after: number,
  { filter, signal }: SubscribeOptions,
): Promise<Page | undefined> {
  for (let tried = 1; ; tried += 1) {
    try {
      const limit = limits.subscriptionEvents
      return await reader.readAll(filter ? { after, filter, limit } : { after, limit })
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error
      if (error.code === 'closed') return undefined
      if (error.retry !== 'later' || tried === limits.subscriptionTries) throw error
      await pause(firstPauseMs * 2 ** tried, undefined, signal ? { signal } : {}).catch(onlyAbort)
    }
    if (signal?.aborted) return undefined
  }
}

function onlyAbort(error: Error): void {
  if (error.name !== 'AbortError') throw error
}

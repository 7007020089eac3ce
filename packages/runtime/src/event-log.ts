// The event log that the settings name: the embedded one of the data folder, or one on a server.
// Both tell when they grow, so that what reads it need not ask.
import {
  type EventStore,
  openSqliteStore,
  type SqliteStore,
  type StoredEvent,
} from '@linli/event-store'
import { openKurrentStore } from '@linli/event-store-kurrent'

/** A log, open, and news of its growth. */
export type EventLog = {
  store: EventStore
  /** The same store where it is the embedded one, which alone can copy itself. */
  embedded?: SqliteStore
  /** The last event of the log. */
  newest: () => Promise<StoredEvent | undefined>
  /** Calls the listener with the position of what is new; the answer stops it. */
  onAppended: (listener: (position: number) => void) => () => void
}

type Options = {
  folder: string
  /** `esdb://…`; without it the log of the folder. */
  events?: string | undefined
  commitDelayMs?: number | undefined
  onFault: (what: string, fault: unknown) => void
}

/** Opens the log. @throws StoreFault */
export async function openEventLog(options: Options): Promise<EventLog> {
  const { folder, events, commitDelayMs, onFault } = options
  if (events === undefined) {
    const embedded = await openSqliteStore({
      folder,
      ...(commitDelayMs === undefined ? {} : { commitDelayMs }),
    })
    return {
      ...{ store: embedded, embedded },
      // Positions of the embedded log are counted, as those of no other are.
      newest: async () => {
        const after = Math.max(0, (await embedded.head()) - 1)
        return (await embedded.readAll({ after, limit: 1 })).events[0]
      },
      onAppended: (listener) => embedded.onAppended(listener),
    }
  }
  const store = await openKurrentStore({
    url: events,
    onMessage: ({ text }) => onFault('event store', new Error(text)),
  })
  const growth = new Growth(store)
  const newest = () => store.newest()
  return { store, newest, onAppended: (listener) => growth.listen(listener) }
}

/** One subscription for all who listen, from the first to the last of them. */
class Growth {
  readonly #store: EventStore
  readonly #listeners = new Set<(position: number) => void>()
  #following: AbortController | undefined

  constructor(store: EventStore) {
    this.#store = store
  }

  listen(listener: (position: number) => void): () => void {
    this.#listeners.add(listener)
    if (this.#following === undefined) {
      this.#following = new AbortController()
      void this.#follow(this.#following.signal)
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#following?.abort()
      this.#following = undefined
    }
  }

  /** The store comes back to its subscriptions by itself; only the first look can fail. */
  async #follow(signal: AbortSignal): Promise<void> {
    const after = await this.#store.head().catch(() => 0)
    this.#tell(after)
    for await (const batch of this.#store.subscribe({ after, signal })) {
      const last = batch.at(-1)
      if (last !== undefined) this.#tell(last.position)
    }
  }

  #tell(position: number): void {
    for (const listener of this.#listeners) listener(position)
  }
}

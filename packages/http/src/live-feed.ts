// One subscription to the log for all open pages: begun with the first of them, ended with the
// last. A slow page gets the newest position of each changed case, never a growing queue.
import type { Engine } from '@linli/engine'

/** Changed instances with the position of their newest change. */
export type Changes = Map<string, number>

/** Cases remembered for a page that does not read; the page looks at everything anyway then. */
const CHANGED_MAX = 1_000

type Follower = { changed: Changes; wake: () => void }

/** Tells pages which instances changed. */
export class LiveFeed {
  readonly #store: Engine['store']
  readonly #followers = new Set<Follower>()
  #stop: AbortController | undefined

  constructor(store: Engine['store']) {
    this.#store = store
  }

  /** What changes from now on, until the signal; changes while the reader is busy are merged. */
  async *follow(signal: AbortSignal): AsyncGenerator<Changes> {
    const follower: Follower = { changed: new Map(), wake: () => {} }
    this.#followers.add(follower)
    this.#begin()
    const end = () => follower.wake()
    signal.addEventListener('abort', end)
    try {
      while (!signal.aborted && this.#followers.has(follower)) {
        if (follower.changed.size === 0) {
          await new Promise<void>((resolve) => {
            follower.wake = resolve
          })
          continue
        }
        const { changed } = follower
        follower.changed = new Map()
        yield changed
      }
    } finally {
      signal.removeEventListener('abort', end)
      this.#leave(follower)
    }
  }

  /** Ends every stream. */
  close(): void {
    this.#stop?.abort()
    this.#endAll()
  }

  #endAll(): void {
    for (const follower of [...this.#followers]) {
      this.#followers.delete(follower)
      follower.wake()
    }
  }

  #begin(): void {
    if (this.#stop !== undefined) return
    const stop = new AbortController()
    this.#stop = stop
    void this.#run(stop.signal)
      .catch((fault: unknown) => {
        // Where the log cannot be read, pages come back by themselves and look again.
        if (!isStoreFault(fault)) throw fault
        if (this.#stop !== stop) return
        this.#stop = undefined
        this.#endAll()
      })
      .finally(() => {
        if (this.#stop === stop) this.#stop = undefined
      })
  }

  #leave(follower: Follower): void {
    this.#followers.delete(follower)
    if (this.#followers.size > 0) return
    this.#stop?.abort()
    this.#stop = undefined
  }

  async #run(signal: AbortSignal): Promise<void> {
    const after = await this.#store.head()
    for await (const batch of this.#store.subscribe({ after, signal })) {
      for (const follower of this.#followers) {
        for (const { stream, position } of batch) remember(follower.changed, stream, position)
        follower.wake()
      }
    }
  }
}

function remember(changed: Changes, stream: string, position: number): void {
  changed.delete(stream)
  changed.set(stream, position)
  if (changed.size > CHANGED_MAX) {
    const [oldest] = changed.keys()
    if (oldest !== undefined) changed.delete(oldest)
  }
}

function isStoreFault(fault: unknown): boolean {
  return fault instanceof Error && fault.name === 'StoreFault'
}

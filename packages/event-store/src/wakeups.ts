// Who waits for the log to grow, and how far it is known to have grown. Shared by the stores:
// a store tells of each commit, subscriptions wait. Must not import a store.

/** Listeners and waiters of one store, and the last position they were told. */
export class Wakeups {
  #head: number
  #ended = false
  readonly #waiters = new Set<() => void>()
  readonly #listeners = new Set<(position: number) => void>()

  constructor(head: number) {
    this.#head = head
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Tells everybody that events up to `position` can be read. */
  tell(position: number): void {
    if (position <= this.#head) return
    this.#head = position
    this.#wakeAll()
    for (const listener of this.#listeners) listener(position)
  }

  /** Wakes everybody for the last time. */
  end(): void {
    this.#ended = true
    this.#wakeAll()
    this.#listeners.clear()
  }

  /** Calls the listener after each commit; the answer stops it. */
  listen(listener: (position: number) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when there is something beyond `position`, on abort, or at the end. */
  beyond(position: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#head > position || this.#ended || signal?.aborted) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => {
      this.#waiters.delete(wake)
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    this.#waiters.add(wake)
    signal?.addEventListener('abort', wake, { once: true })
    return promise
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiters]) wake()
  }
}

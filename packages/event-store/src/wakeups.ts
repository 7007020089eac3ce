// Who waits for the log to grow, and how far it is known to have grown. Shared by the stores:
// a store tells of each commit, subscriptions wait. Must not import a store.

/** Listeners and waiters of one store, and the last position they were told. */
export class Wakeups {
  #head: number
  #ended = false
  readonly #waiters: (() => void)[] = []
  readonly #listeners = new Set<(position: number) => void>()

  constructor(head: number) {
    this.#head = head
  }

  get ended(): boolean {
    return this.#ended
  }

  /** How far the log is known to have grown. */
  get head(): number {
    return this.#head
  }

  /** Tells everybody that events up to `position` can be read. */
  tell(position: number): void {
    if (position <= this.#head) return
    this.#head = position
    this.wakeAll()
    for (const listener of this.#listeners) listener(position)
  }

  /** Wakes everybody for the last time. */
  end(): void {
    this.#ended = true
    this.wakeAll()
    this.#listeners.clear()
  }

  /** Calls the listener after each commit; the answer stops it. */
  listen(listener: (position: number) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when there is something beyond `position`, at the next `wakeAll`, or at the end. */
  beyond(position: number): Promise<void> {
    if (this.#head > position || this.#ended) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiters.push(resolve)
    return promise
  }

  /** Wakes everybody, to look whether they are still wanted. */
  readonly wakeAll = (): void => {
    for (const wake of this.#waiters.splice(0)) wake()
  }
}

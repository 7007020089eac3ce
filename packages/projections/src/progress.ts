// How far the read models are, and who waits for them. Kept where commands are answered, also
// when the runner is in another thread. Imports only the limits.
import { limits } from './limits.ts'

type Waiter = { position: number; settle: (reached: boolean) => void }

/** The position that every live read model has reached, and its waiters. */
export class Progress {
  #position: number
  readonly #waiters = new Set<Waiter>()
  readonly #listeners = new Set<(position: number) => void>()

  constructor(position = 0) {
    this.#position = position
  }

  get position(): number {
    return this.#position
  }

  /** Says how far the read models are; less than before after they were deleted. */
  tell(position: number): void {
    if (position === this.#position) return
    this.#position = position
    for (const listener of this.#listeners) listener(position)
    for (const waiter of [...this.#waiters]) {
      if (waiter.position <= position) waiter.settle(true)
    }
  }

  /** Calls the listener whenever the position changes; the answer stops it. */
  listen(listener: (position: number) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** True as soon as `position` is reached, false when it was not in time. */
  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    if (position <= this.#position) return Promise.resolve(true)
    if (timeoutMs <= 0 || this.#waiters.size >= limits.waiters) return Promise.resolve(false)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => waiter.settle(false), timeoutMs)
    const waiter: Waiter = {
      position,
      settle: (reached) => {
        clearTimeout(timer)
        this.#waiters.delete(waiter)
        resolve(reached)
      },
    }
    this.#waiters.add(waiter)
    return promise
  }

  /** Answers everybody with false. */
  end(): void {
    this.#listeners.clear()
    for (const waiter of [...this.#waiters]) waiter.settle(false)
  }
}

// How far the read models are, and who waits for them. Kept where commands are answered, also
// when the runner is in another thread. Imports only the limits.
import { limits } from './limits.ts'

type Waiter = { position: number; settle: (reached: boolean) => void }

/** The position that every live read model has reached, and its waiters. */
export class Progress {
  #position: number
  readonly #waiters = new Set<Waiter>()

  constructor(position = 0) {
    this.#position = position
  }

  get position(): number {
    return this.#position
  }

  /** Says how far the read models are; less than before after they were deleted. */
  tell(position: number): void {
    this.#position = position
    for (const waiter of [...this.#waiters]) {
      if (waiter.position <= position) waiter.settle(true)
    }
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
    for (const waiter of [...this.#waiters]) waiter.settle(false)
  }
}

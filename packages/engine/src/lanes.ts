// Work on one key runs one after the other, work on different keys side by side. Commands on one
// instance take their turn here instead of losing a conflict to each other.

/** Lanes by key; an idle lane takes no memory. */
export class Lanes {
  readonly #tails = new Map<string, Promise<unknown>>()

  /** Runs `work` after all earlier work on the key, whatever became of that. */
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(key)
    const mine = before === undefined ? work() : before.then(work, work)
    this.#tails.set(key, mine)
    const leave = () => {
      if (this.#tails.get(key) === mine) this.#tails.delete(key)
    }
    mine.then(leave, leave)
    return mine
  }
}

// A bounded map that forgets what was not used for longest, in two generations: reading costs one
// lookup, where a strict order would cost a delete and an insert.

/** A map of at most `limit` entries; what was used in the last `limit / 2` others is kept. */
export class Recent<Value> {
  readonly #half: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor(limit: number) {
    this.#half = Math.max(1, Math.floor(limit / 2))
  }

  get(name: string): Value | undefined {
    const found = this.#young.get(name)
    if (found !== undefined) return found
    const older = this.#old.get(name)
    if (older !== undefined) {
      this.#old.delete(name)
      this.set(name, older)
    }
    return older
  }

  set(name: string, value: Value): void {
    this.#old.delete(name)
    this.#young.set(name, value)
    if (this.#young.size >= this.#half) {
      this.#old = this.#young
      this.#young = new Map()
    }
  }

  delete(name: string): void {
    this.#young.delete(name)
    this.#old.delete(name)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }
}

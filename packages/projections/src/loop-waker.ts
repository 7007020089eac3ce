// The caller's half of the projection loop: says when the thread has to be woken, one message for
// all that is appended while it is busy. Knows positions alone; imports nothing.

/**
 * Wakes a loop that reports its positions. An append and the report of having read it come over
 * different channels, in either order: who was told of an event as read need not wake for it.
 */
export class LoopWaker {
  readonly #wake: () => void
  #head = 0
  #reached = 0
  /** Told to read on, and the end of the log was not reported yet. */
  #awake = false

  constructor(wake: () => void) {
    this.#wake = wake
  }

  /** The log ends at `head`. */
  appended(head: number): void {
    this.#head = Math.max(this.#head, head)
    if (this.#awake || this.#reached >= this.#head) return
    this.#awake = true
    this.#wake()
  }

  /** The loop reports where it is; less than before after the read models were begun anew. */
  reached(position: number): void {
    this.#reached = position
    if (position >= this.#head) this.#awake = false
    // It may have looked for the last time before that append.
    else if (this.#awake) this.#wake()
  }

  /** A run of the loop failed: the next append wakes it. */
  failed(): void {
    this.#awake = false
  }
}

// Who does what, where several processes share an installation: each piece of work is held by one
// of them, by a lock of the database that is gone as soon as its process is. Pieces that come in
// numbers are shared out evenly. Knows no piece of work; must not import the engine.
import { setTimeout as rest } from 'node:timers/promises'
import type { HeldLock, Locks } from '@linli/sql'

/** How often a process looks for work that nobody holds (ms): it takes over that fast. */
const LOOK_MS = 400
/** How long work that failed is left alone (ms); another process may take it up meanwhile. */
const REST_MS = 1_000
/** The most processes among which pieces are shared out. */
const SEATS = 64

/** Work of which one process does all. It ends, soon, when the signal aborts. */
export type WhenHeld = (signal: AbortSignal) => Promise<void>

/** Work in numbered pieces. `hold` is given all that are held now; `lose` says that none is. */
export type Shared = {
  name: string
  pieces: number
  hold: (pieces: readonly number[]) => Promise<void>
  lose: () => Promise<void>
}

type Options = { locks: Locks; onFault: (what: string, fault: unknown) => void }

/** Looks for work until it is closed. */
export class Leases {
  readonly #options: Options
  readonly #whole = new Map<string, WhenHeld>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #shares: Share[] = []
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(options: Options) {
    this.#options = options
  }

  /** Does the work whenever nobody else does it. Name it before `start`. */
  hold(name: string, whenHeld: WhenHeld): void {
    this.#whole.set(name, whenHeld)
  }

  /** Does an even share of the pieces. Name it before `start`. */
  share(shared: Shared): void {
    this.#shares.push(new Share(shared, this.#options))
  }

  /** Begins to look. Resolves after the first look. */
  start(): Promise<void> {
    this.#looking = this.#look().finally(() => {
      if (this.#closing.signal.aborted) return
      this.#timer = setTimeout(() => void this.start(), LOOK_MS)
    })
    return this.#looking
  }

  /** What is held now, by name; shared work with its number of pieces. */
  get held(): string[] {
    const shares = this.#shares.map((share) => `${share.name} ×${share.size}`)
    return [...this.#running.keys(), ...shares]
  }

  /** Ends all work in order, and lets others have it. */
  async close(): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#timer)
    await this.#looking
    await Promise.all([...this.#running.values(), ...this.#shares.map((share) => share.giveBack())])
    await this.#options.locks.close()
  }

  async #look(): Promise<void> {
    const { locks, onFault } = this.#options
    try {
      for (const [name, whenHeld] of this.#whole) {
        if (this.#running.has(name) || this.#closing.signal.aborted) continue
        const lock = await locks.take(name)
        if (lock !== undefined) this.#running.set(name, this.#run(name, { lock, whenHeld }))
      }
      for (const share of this.#shares) {
        if (!this.#closing.signal.aborted) await share.even()
      }
    } catch (fault) {
      onFault('locks', fault)
    }
  }

  async #run(name: string, held: { lock: HeldLock; whenHeld: WhenHeld }): Promise<void> {
    const { lock, whenHeld } = held
    try {
      await whenHeld(AbortSignal.any([lock.lost, this.#closing.signal]))
    } catch (fault) {
      this.#options.onFault(name, fault)
      // What fails at once is not to be tried several times a second.
      await rest(REST_MS, undefined, { signal: this.#closing.signal }).catch(() => {})
    }
    await lock.release()
    this.#running.delete(name)
  }
}

/** The pieces of one kind of work that this process holds. */
class Share {
  readonly #shared: Shared
  readonly #options: Options
  readonly #seats: string[]
  readonly #held = new Map<number, HeldLock>()
  #seat: HeldLock | undefined

  constructor(shared: Shared, options: Options) {
    this.#shared = shared
    this.#options = options
    this.#seats = Array.from({ length: SEATS }, (_, seat) => `${shared.name} seat ${seat}`)
  }

  get name(): string {
    return this.#shared.name
  }

  get size(): number {
    return this.#held.size
  }

  /** Takes pieces that nobody holds, or gives some back, up to an even share. */
  async even(): Promise<void> {
    const { locks } = this.#options
    const taken = await locks.held([...this.#seats, ...this.#names()])
    if (this.#seat === undefined) {
      this.#seat = await this.#takeSeat(taken)
      if (this.#seat === undefined) return
    }
    const others = this.#seats.filter((seat) => taken.has(seat)).length
    const most = Math.ceil(this.#shared.pieces / Math.max(1, others))
    if (this.#held.size > most) await this.#giveUp(this.#held.size - most)
    else if (this.#held.size < most) await this.#takeMore(most - this.#held.size, taken)
  }

  /** Everything, in order: what is in hand is ended first. */
  async giveBack(): Promise<void> {
    await this.#giveUp(this.#held.size)
    await this.#seat?.release()
  }

  async #takeSeat(taken: Set<string>): Promise<HeldLock | undefined> {
    for (const name of this.#seats) {
      if (taken.has(name)) continue
      const seat = await this.#options.locks.take(name)
      if (seat === undefined) continue
      taken.add(name)
      seat.lost.addEventListener('abort', () => void this.#lose(), { once: true })
      return seat
    }
    return undefined
  }

  async #takeMore(count: number, taken: Set<string>): Promise<void> {
    const before = this.#held.size
    for (let piece = 0; piece < this.#shared.pieces; piece += 1) {
      if (this.#held.size - before === count) break
      const name = this.#nameOf(piece)
      if (this.#held.has(piece) || taken.has(name)) continue
      const lock = await this.#options.locks.take(name)
      // The connection was lost and made anew meanwhile: first the seat has to be taken again.
      if (this.#seat === undefined) return lock?.release()
      if (lock !== undefined) this.#held.set(piece, lock)
    }
    if (this.#held.size > before) await this.#shared.hold([...this.#held.keys()])
  }

  async #giveUp(count: number): Promise<void> {
    const given = [...this.#held].slice(this.#held.size - count)
    for (const [piece] of given) this.#held.delete(piece)
    if (given.length > 0) await this.#shared.hold([...this.#held.keys()])
    for (const [, lock] of given) await lock.release()
  }

  /** All locks are of one connection: with the seat, every piece is gone. */
  async #lose(): Promise<void> {
    this.#seat = undefined
    this.#held.clear()
    await this.#shared.lose().catch((fault) => this.#options.onFault(this.name, fault))
  }

  #names(): string[] {
    return Array.from({ length: this.#shared.pieces }, (_, piece) => this.#nameOf(piece))
  }

  #nameOf(piece: number): string {
    return `${this.#shared.name} ${piece}`
  }
}

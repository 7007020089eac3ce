// The timer service: asks the read model which clocks have come due and gives the core's own
// commands. A clock that moved meanwhile has another generation and the command is dropped.
import { isRefusal } from '@linli/workflow'
import type { Engine } from './engine.ts'
import { execute } from './execute.ts'
import { SYSTEM } from './permission.ts'

/** A running clock whose next instant has come; times are epoch milliseconds. */
export type DueClock = {
  instance: string
  workflow: string
  clock: string
  round: number
  generation: number
  kind: 'warned' | 'expired'
  dueAt: number
}

/** How many due clocks are taken at once, and how long the service rests at most (ms). */
const BATCH = 500
const BATCH_MAX = 256_000
const REST_MS = 1_000

/** What the service needs; `due` reads the clocks table of the read model. */
export type TimersOptions = {
  engine: Engine
  due: (before: number, limit: number) => Promise<DueClock[]>
  isClaimed: (stream: string) => boolean
  also: (now: number) => Promise<unknown>
  onFault: (fault: unknown) => void
}

/** Runs due clocks until it is stopped. */
export class Timers {
  readonly #options: TimersOptions
  readonly #handled = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #ticking: Promise<unknown> = Promise.resolve()
  #stopped = false

  constructor(options: TimersOptions) {
    this.#options = options
  }

  /** Begins to look once a second. */
  start(): void {
    this.#stopped = false
    this.#timer = setTimeout(() => {
      this.#ticking = this.tick(this.#options.engine.now())
        .catch(this.#options.onFault)
        .finally(() => {
          if (!this.#stopped) this.start()
        })
    }, REST_MS)
    this.#timer.unref()
  }

  /** Ends after the round in hand. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#ticking
  }

  /** One round: everything due by `now`. Gives the number of clocks that were turned. */
  async tick(now: number): Promise<number> {
    const { due, isClaimed, also } = this.#options
    let turned = 0
    await also(now)
    for (let limit = BATCH; limit <= BATCH_MAX; ) {
      const found = await due(now, limit)
      const fresh = found.filter((clock) => !this.#handled.has(nameOf(clock)))
      const mine = fresh.filter((clock) => !isClaimed(clock.instance))
      await Promise.all(mine.map((clock) => this.#turn(clock)))
      turned += mine.length
      if (found.length < limit) return turned
      // Clocks that a run moves, or whose rows lag, must not stand before those that are due.
      if (mine.length === 0) limit *= 8
    }
    return turned
  }

  async #turn(clock: DueClock): Promise<void> {
    const answer = await turnClock(this.#options.engine, clock)
    // Another writer was first three times over: the clock is as due as before.
    if (isRefusal(answer) && answer.refused === 'conflict') return
    this.#handled.add(nameOf(clock))
    if (this.#handled.size > HANDLED_KEPT) this.#handled.clear()
  }
}

const HANDLED_KEPT = 100_000

const nameOf = (clock: DueClock): string =>
  `${clock.instance}|${clock.clock}|${clock.generation}|${clock.kind}`

/** Gives `clock.warned` or `clock.expired` at the clock's own time. A stale one changes nothing. */
export async function turnClock(
  engine: Engine,
  clock: DueClock,
  run?: { now: number; recordedAt?: number },
): Promise<Awaited<ReturnType<typeof execute>>> {
  return execute(engine, {
    workflow: clock.workflow,
    command: `clock.${clock.kind}`,
    instance: clock.instance,
    key: `${clock.clock}:${clock.generation}:${clock.kind}`,
    caller: SYSTEM,
    data: { clock: clock.clock, round: clock.round, generation: clock.generation },
    at: clock.dueAt,
    ...(run === undefined ? {} : { run }),
  })
}

// A run on a clock of its own: imports and the demo. It moves only the instances of that run:
// between two commands everything of theirs that is due by then runs, at its own time, through
// the same engine; live commands go on beside it.
import {
  type Clock,
  type Event,
  type Instance,
  isCounting,
  isRefusal,
  type Refusal,
} from '@linli/workflow'
import { type Outlets, runEffect } from './effect-run.ts'
import type { Engine, Reply, Request } from './engine.ts'
import { execute, instanceOf } from './execute.ts'
import { type DueClock, turnClock } from './timers.ts'

/** How a run records: an import with the real time, the demo (into an empty log) with its own. */
export type RunOptions = {
  engine: Engine
  /** Instances being moved by runs; live timers and the worker leave them alone. */
  claimed: Set<string>
  recordedAt: 'real' | 'own'
  policy?: string
}

/** A command of a run, given at `at` (epoch ms); a late entry says when it happened before that. */
export type RunRequest = Omit<Request, 'run' | 'at'> & { at: number; happenedAt?: number }

/** Moves instances through their own time, in order. */
export class HistoryRun {
  readonly #options: RunOptions
  readonly #mine = new Set<string>()
  readonly #clocks = new Map<string, DueClock[]>()
  #pending: Event[] = []
  #now = 0

  constructor(options: RunOptions) {
    this.#options = options
  }

  /** Gives a command at its time; first everything due before it runs. Times must not go back. */
  async give({ happenedAt, ...request }: RunRequest): Promise<Reply | Refusal> {
    await this.until(request.at)
    // Claimed before it is durable: the live worker must not see it first.
    this.#claim(instanceOf(request))
    const at = happenedAt ?? request.at
    const answer = await execute(this.#options.engine, { ...request, at, run: this.#run() })
    if (!isRefusal(answer)) {
      this.#took(answer)
      await this.#runEffects()
    }
    return answer
  }

  /** Lets the run's own clocks warn and end up to an instant. */
  async until(time: number): Promise<void> {
    for (;;) {
      const next = this.#earliest()
      if (next === undefined || next.dueAt > time) break
      this.#now = Math.max(this.#now, next.dueAt)
      const answer = await turnClock(this.#options.engine, next, this.#run())
      if (isRefusal(answer)) this.#forget(next)
      else this.#took(answer)
      await this.#runEffects()
    }
    this.#now = Math.max(this.#now, time)
  }

  /** Hands the instances over to the live worker and timers. */
  end(): void {
    for (const stream of this.#mine) this.#options.claimed.delete(stream)
  }

  /** A repeated command's effects run again too: that heals a run that broke off. */
  #took(reply: Reply): void {
    this.#claim(reply.instance)
    this.#watch(reply.after)
    if (reply.event.effects !== undefined) this.#pending.push(reply.event)
  }

  #run(): NonNullable<Request['run']> {
    const { recordedAt, policy } = this.#options
    return {
      now: this.#now,
      ...(recordedAt === 'own' ? { recordedAt: this.#now } : {}),
      ...(policy === undefined ? {} : { policy }),
    }
  }

  async #runEffects(): Promise<void> {
    for (let event = this.#pending.shift(); event !== undefined; event = this.#pending.shift()) {
      for (const effect of event.effects ?? []) {
        if (effect.kind === 'open' || effect.kind === 'tell') this.#claim(effect.instance)
        const given = { event, effect, run: this.#run() }
        const reply = await runEffect(this.#options.engine, given, HELD)
        if (reply !== undefined) this.#took(reply)
      }
    }
  }

  #claim(stream: string | undefined): void {
    if (stream === undefined || this.#mine.has(stream)) return
    this.#mine.add(stream)
    this.#options.claimed.add(stream)
  }

  #watch(instance: Instance): void {
    const due = Object.values(instance.clocks)
      .filter(isCounting)
      .flatMap((clock) => turnsOf(instance, clock))
    if (due.length === 0) this.#clocks.delete(instance.stream)
    else this.#clocks.set(instance.stream, due)
  }

  #earliest(): DueClock | undefined {
    let first: DueClock | undefined
    for (const clocks of this.#clocks.values()) {
      for (const clock of clocks)
        if (first === undefined || clock.dueAt < first.dueAt) first = clock
    }
    return first
  }

  #forget(clock: DueClock): void {
    const left = (this.#clocks.get(clock.instance) ?? []).filter((one) => one !== clock)
    this.#clocks.set(clock.instance, left)
  }
}

const HELD: Outlets = { notice: () => {}, send: () => Promise.resolve() }

/** What a clock has still before it: its warning, its end. */
function turnsOf(instance: Instance, clock: Clock): DueClock[] {
  const base = {
    instance: instance.stream,
    workflow: instance.workflow.id,
    clock: clock.clock,
    round: clock.round,
    generation: clock.generation,
  }
  if (clock.status === 'expired') return []
  const end = { ...base, kind: 'expired' as const, dueAt: clock.dueAt }
  if (clock.status === 'warned' || clock.warnAt === undefined) return [end]
  return [{ ...base, kind: 'warned', dueAt: clock.warnAt }, end]
}

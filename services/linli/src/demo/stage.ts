// Playing the demo's stories: all their lines in order of time, each given as a command by
// whoever says it. Keys become ids when a line's turn comes.

import type { Calendar } from '@linli/calendar'
import { type HistoryRun, type Instances, idAt, type Reply } from '@linli/engine'
import { isRefusal } from '@linli/workflow'
import { refusedFault } from '../command-fault.ts'
import type { Settlement } from './settlement.ts'
import type { Story } from './story.ts'
import { following, type Timed } from './story-time.ts'

/** A story whose lines have their times. */
export type Scheduled = { story: Story; lines: readonly Timed[] }

/** What the stage needs. */
export type StageParts = {
  run: HistoryRun
  instances: Instances
  calendar: Calendar
  settlement: Settlement
}

/** Gives every line of the stories, in order of the time at which it was entered. */
export async function play(
  parts: StageParts,
  scheduled: readonly Scheduled[],
  progress: (done: number, all: number) => void,
): Promise<void> {
  const stage = new Stage(parts)
  const queue = scheduled
    .flatMap(({ story, lines }) => lines.map((timed, index) => ({ story, timed, index })))
    .toSorted((a, b) => a.timed.recordedAt - b.timed.recordedAt)
  for (const [done, cue] of queue.entries()) {
    await stage.say(cue)
    if (done % PROGRESS_EVERY === 0) progress(done, queue.length)
  }
  progress(queue.length, queue.length)
}

const PROGRESS_EVERY = 50

type Cue = { story: Story; timed: Timed; index: number }

/** The workflow a starting command begins. */
const BEGINS: Readonly<Record<string, string>> = {
  report: 'appeal',
  adopt: 'appeal',
  propose: 'deliberation',
}

class Stage {
  readonly #parts: StageParts

  constructor(parts: StageParts) {
    this.#parts = parts
  }

  async say({ story, timed, index }: Cue): Promise<void> {
    const { run, settlement } = this.#parts
    const [, who, what, given = {}] = timed.line
    const [target, command] = splitTarget(what)
    const alias = target ?? story.name
    const caller = settlement.callers.get(who)
    if (caller === undefined) throw new Error(`${story.name}: nobody is called ${who}`)
    const workflow = BEGINS[command]
    const instance = workflow === undefined ? await this.#target(alias, who, target) : undefined
    const key = `demo:${story.name}:${index}`
    const answer = await run.give({
      workflow: workflow ?? workflowIn(instance ?? ''),
      command,
      ...(instance === undefined ? {} : { instance }),
      key: workflow === undefined ? key : idAt(timed.happensAt, key),
      caller,
      data: this.#filled(given, timed.happensAt),
      at: timed.recordedAt,
      ...(timed.happensAt === timed.recordedAt ? {} : { happenedAt: timed.happensAt }),
    })
    if (isRefusal(answer)) {
      const guard = answer.guard === undefined ? '' : ` (${answer.guard})`
      throw refusedFault(`Line ${index} of "${story.name}", ${who} ${what}${guard}`, answer)
    }
    this.#remember(alias, command, answer)
  }

  #remember(alias: string, command: string, { instance, event }: Reply): void {
    const { names } = this.#parts.settlement
    if (BEGINS[command] !== undefined) names.set(`@${alias}`, instance)
    names.set(`@${alias}.${command}`, event.id)
  }

  /** The case of an alias; of `case/unit`, and for a unit's own people, its newest referral. */
  async #target(alias: string, who: string, named: string | undefined): Promise<string> {
    const [name = '', unit = named === undefined ? who : undefined] = alias.split('/')
    const appeal = this.#id(name.startsWith('#') ? name : `@${name}`)
    const wanted = unit === undefined ? undefined : this.#parts.settlement.names.get(`@${unit}`)
    if (wanted?.startsWith('organisation-') !== true) return appeal
    const folded = await this.#parts.instances.get(appeal)
    const links = folded?.workflow.summary(folded).links ?? []
    for (const { id } of links.toReversed()) {
      if (!id.startsWith('referral-')) continue
      const referral = await this.#parts.instances.get(id)
      if (referral?.workflow.summary(referral).units.includes(wanted)) return id
    }
    return appeal
  }

  #id(name: string): string {
    const id = this.#parts.settlement.names.get(name)
    if (id === undefined) throw new Error(`the demo knows no ${name}`)
    return id
  }

  #filled(given: Readonly<Record<string, unknown>>, at: number): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, this.#fill(value, at)]),
    )
  }

  #fill(value: unknown, at: number): unknown {
    if (typeof value === 'string') {
      if (value.startsWith('@') || value.startsWith('#')) return this.#id(value)
      if (!value.startsWith('=')) return value
      return new Date(following(this.#parts.calendar, at, value.slice(1))).toISOString()
    }
    if (Array.isArray(value)) return value.map((one) => this.#fill(one, at))
    if (typeof value !== 'object' || value === null) return value
    return this.#filled({ ...value }, at)
  }
}

function splitTarget(what: string): [target: string | undefined, command: string] {
  const cut = what.indexOf('>')
  return cut < 0 ? [undefined, what] : [what.slice(0, cut), what.slice(cut + 1)]
}

const workflowIn = (instance: string): string => instance.slice(0, instance.indexOf('-'))

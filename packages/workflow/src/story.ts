// A story for tests of workflows: an instance told in commands at hour offsets.
// Part of `@linli/workflow/test-kit`; nothing that runs may import it.
import { type Clock, isCounting, type WorkingTime } from './clock.ts'
import type { Workflow } from './definition.ts'
import type { Actor, Event } from './event.ts'
import { fold } from './fold.ts'
import type { Instance } from './instance.ts'
import { iso } from './instant.ts'
import { offered } from './offer.ts'
import { isSealed, mapPersonal } from './personal.ts'
import type { Limit, LimitUnit, Policy } from './policy.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { type Repeated, type Stepped, type StepScene, sceneOf, step } from './step.ts'

/** Milliseconds of an hour: the unit of a story's offsets. */
export const HOUR_MS = 3_600_000

/** When stories begin unless they say otherwise: a Monday, 08:00 in Shanghai. */
export const STORY_START = Date.parse('2026-11-16T00:00:00.000Z')

const UNIT_MS: Readonly<Record<LimitUnit, number>> = {
  minutes: 60_000,
  hours: HOUR_MS,
  days: 24 * HOUR_MS,
  'working hours': HOUR_MS,
  'working days': 24 * HOUR_MS,
}
const lengthOf = (limit: Limit) => limit.amount * UNIT_MS[limit.unit]

/** A calendar without nights or holidays: a working day is 24 hours, `ends` is ignored. */
export const elapsedTime: WorkingTime = {
  after: (from, limit) => ({ at: from + lengthOf(limit), certain: true }),
  before: (from, limit) => ({ at: from - lengthOf(limit), certain: true }),
  between: (from, to) => to - from,
  plus: (from, ms) => ({ at: from + ms, certain: true }),
}

/** What a command is given. */
export type Data = Readonly<Record<string, unknown>>
const SAMPLE = Symbol('sample')

/** Data of a command together with the facts it needed and who gives it. */
export type Sample = { [SAMPLE]: true; data: Data; facts?: Data; by?: Actor }

/** Adds facts or an actor to a command's data, wherever the kit takes data. */
export const sample = (data: Data, more: { facts?: Data; by?: Actor } = {}): Sample => ({
  [SAMPLE]: true,
  data,
  ...more,
})

/** Data as a sample, whichever it was. */
export const asSample = (given: Data | Sample): Sample => (isSample(given) ? given : sample(given))
const isSample = (given: Data | Sample): given is Sample => SAMPLE in given

/** One line of a story: a command, hours after the start, and its data in clear or sealed. */
export type Line = readonly [command: string, hour: number, data?: Data | Sample]

/** How a story or a walk runs; all of it has defaults. */
export type StoryOptions = {
  /** Default: the first policy of the workflow. */
  policy?: Policy
  /** Default: `elapsedTime`. */
  calendar?: WorkingTime
  /** Epoch milliseconds of hour 0. */
  start?: number
  /** Default: the first role in the command's `by`. */
  by?: Actor
}

/** What a tried command was answered: exactly one of `event` and `refused` stands. */
export type Answer =
  | (Stepped & { refused?: undefined })
  | (Refusal & { event?: undefined; instance?: undefined })

/** An instance built by commands. Never changes: each call that goes on gives a new story. */
export type Story = {
  readonly instance: Instance | undefined
  readonly events: readonly Event[]
  /** Tries one command and gives its answer; the story stays where it was. */
  when(...line: Line): Answer
  /** Goes on by commands that must be taken. Throws with the refusal of one that is not. */
  and(...lines: Line[]): Story
  /** Folds stored events onto the story, e.g. those of an earlier version. @throws FoldFault */
  from(events: readonly Event[]): Story
  /** Goes on by the clock's warning or end, at the clock's own time. Throws when refused. */
  clock(is: 'warned' | 'expired', clock: string): Story
  /** Goes on by everything that warns or ends up to this hour, each at its own time. */
  until(hour: number): Story
  /** Names of the commands offered at this hour. */
  offered(hour: number, by?: Actor): string[]
  /** Folds the events anew through JSON, as a store would give them. */
  replayed(): Instance | undefined
}

/**
 * Builds an instance by commands that must be taken:
 * `given(appeal, [['report', 0, data]]).when('refer', 2, { units })`.
 * Data is parsed by the command's schema (`invalid` when it does not fit) and its personal texts
 * are sealed; a sealed value passes. Core commands such as `effect.refused` may be given as well.
 */
export function given(
  workflow: Workflow,
  lines: readonly Line[] = [],
  options: StoryOptions = {},
): Story {
  return story({ workflow, options, instance: undefined, events: [] }).and(...lines)
}

/** A story as its functions pass it on. */
export type Told = {
  workflow: Workflow
  options: StoryOptions
  instance: Instance | undefined
  events: readonly Event[]
}

function story(told: Told): Story {
  const start = told.options.start ?? STORY_START
  const at = (hour: number) => Math.round(start + hour * HOUR_MS)
  return {
    instance: told.instance,
    events: told.events,
    when: (name, hour, data) => attempt(told, { name, at: at(hour), data: data ?? {} }),
    and: (...lines) =>
      story(
        lines.reduce<Told>(
          (now, [name, hour, data]) => goOn(now, { name, at: at(hour), data: data ?? {} }),
          told,
        ),
      ),
    from: (events) =>
      story({
        ...told,
        instance: fold(told.workflow, events, told.instance),
        events: [...told.events, ...events],
      }),
    clock: (is, name) => story(goOn(told, clockTurn(clockOf(told, name), is))),
    until: (hour) => story(runClocks(told, at(hour))),
    offered: (hour, by) => offersOf(told, at(hour), by ?? told.options.by),
    replayed: () => fold(told.workflow, JSON.parse(JSON.stringify(told.events))),
  }
}

/** One command at an instant, epoch milliseconds. */
export type Given = { name: string; at: number; data: Data | Sample }

function goOn(told: Told, line: Given): Told {
  const answer = attempt(told, line)
  if (answer.refused !== undefined) {
    throw new Error(`${line.name} at ${iso(line.at)}: ${JSON.stringify(answer)}`)
  }
  return { ...told, instance: answer.instance, events: [...told.events, answer.event] }
}

/** Tries one command on what has been told so far. */
export function attempt(told: Told, line: Given): Answer {
  const { workflow, options, instance } = told
  const { data, facts, by } = asSample(line.data)
  const ready = sealed(workflow, line.name, data)
  if ('refused' in ready) return ready
  const actor = by ?? options.by ?? actorOf(workflow, line.name)
  const answer = step(
    workflow,
    instance,
    {
      name: line.name,
      id: `command-${(instance?.revision ?? -1) + 1}`,
      data: ready.data,
      by: actor,
      at: line.at,
      ...(facts === undefined ? {} : { facts }),
    },
    sceneAt(told, line.at),
  )
  return unlessRepeated(answer)
}

function unlessRepeated(answer: Stepped | Repeated | Refusal): Answer {
  if (isRefusal(answer) || 'event' in answer) return answer
  throw new Error(`a story repeated the command of revision ${answer.repeated}`)
}

const STORY_ID = '0198c000-0000-7000-8000-000000000000'

function sceneAt(told: Omit<Told, 'events'>, now: number): StepScene {
  const revision = (told.instance?.revision ?? -1) + 1
  return {
    stream: `${told.workflow.id}-${STORY_ID}`,
    eventId: `0198c000-0000-7000-9000-${revision.toString(16).padStart(12, '0')}`,
    now,
    policy: policyOf(told),
    calendar: told.options.calendar ?? elapsedTime,
  }
}

function policyOf(told: Omit<Told, 'events'>): Policy {
  const [first] = told.workflow.policies.values()
  const given = told.options.policy
  const own = told.instance?.policy ?? given?.id ?? ''
  const policy = given?.id === own ? given : (told.workflow.policies.get(own) ?? first)
  if (policy === undefined) throw new Error(`${told.workflow.id} has no policy`)
  return policy
}

function actorOf(workflow: Workflow, name: string): Actor {
  return { role: workflow.commands.get(name)?.by[0] ?? 'system' }
}

/** Parses by the command's schema, as a route would, and seals what is personal. */
function sealed(workflow: Workflow, name: string, data: Data): { data: Data } | Refusal {
  const command = workflow.commands.get(name)
  if (command === undefined) return { data }
  const passed = new Set<string>()
  const clear = mapPersonal(data, command.personal, (value, _field, path) => {
    if (isSealed(value)) passed.add(path)
    return isSealed(value) ? 'sealed' : value
  })
  const parsed = command.data.safeParse(clear)
  const issues = (parsed.error?.issues ?? [])
    .map((issue) => ({ path: issue.path.join('.'), message: issue.message, code: issue.code }))
    .filter((issue) => !passed.has(issue.path))
  if (issues.length > 0) return { refused: 'invalid', issues }
  const taken = passed.size === 0 ? parsed.data : data
  const seal = (value: unknown) => (isSealed(value) ? value : { $sealed: String(value) })
  return { data: mapPersonal(taken, command.personal, seal) as Data }
}

function clockOf(told: Told, name: string): Clock {
  const clock = told.instance?.clocks[name]
  if (clock === undefined) throw new Error(`no clock ${name} was started`)
  return clock
}

function clockTurn(clock: Clock, is: 'warned' | 'expired'): Given {
  return {
    name: `clock.${is}`,
    at: (is === 'warned' ? clock.warnAt : clock.dueAt) ?? clock.dueAt,
    data: { clock: clock.clock, round: clock.round, generation: clock.generation },
  }
}

/** What the clocks of an instance do next if nobody does anything, in order of time. */
export function clockTurns(instance: Instance): Given[] {
  return Object.values(instance.clocks)
    .flatMap((clock) => {
      if (!isCounting(clock) || clock.status === 'expired') return []
      const warns = clock.status === 'running' && clock.warnAt !== undefined
      return warns
        ? [clockTurn(clock, 'warned'), clockTurn(clock, 'expired')]
        : [clockTurn(clock, 'expired')]
    })
    .sort((a, b) => a.at - b.at)
}

const MOST_TURNS = 1_000

function runClocks(told: Told, until: number): Told {
  let now = told
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const [next] = now.instance === undefined ? [] : clockTurns(now.instance)
    if (next === undefined || next.at > until) return now
    now = goOn(now, next)
  }
  throw new Error(`clocks of ${told.workflow.id} turned more than ${MOST_TURNS} times`)
}

/** Names of the commands offered at an instant, to a system actor unless said. */
export function offersOf(told: Omit<Told, 'events'>, at: number, by?: Actor): string[] {
  const { instance } = told
  if (instance === undefined) {
    const starts = [...told.workflow.commands.values()].filter((command) => command.starts)
    return starts.map((command) => command.name)
  }
  const scene = sceneOf(instance.clocks, { at, by: by ?? { role: 'system' } }, sceneAt(told, at))
  return offered(instance, scene).map((command) => command.name)
}

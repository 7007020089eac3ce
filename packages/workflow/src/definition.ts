// A workflow as the rest of linli sees it: a machine, its commands, policies and texts.
// `defineWorkflow` checks that they fit each other, so that a mistake is found at start.
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import { z } from 'zod'
import type { Clocks } from './clock.ts'
import type { CommandLog } from './command-log.ts'
import { assertClocks, assertLimits, assertSubjects } from './definition-check.ts'
import type { Event, Role } from './event.ts'
import type { Scene } from './guard.ts'
import { leanAssigns } from './lean-assign.ts'
import { assertDurable, eventTypesOf } from './machine-check.ts'
import { type PersonalField, personalFields, type Recorded } from './personal.ts'
import type { Policy } from './policy.ts'

/** An instance as of one of its revisions. Times are epoch milliseconds. */
export type Instance = {
  stream: string
  workflow: Workflow
  version: number
  policy: string
  revision: number
  snapshot: AnyMachineSnapshot
  clocks: Clocks
  /** When the last event happened, by its own word. */
  at: number
  /** The later of an event's own time and its predecessor's: never runs backwards. */
  effectiveAt: number
  startedAt: number
  enteredAt: number
  /** Command id and body hash of each event. */
  commands: CommandLog
  last: Pick<Event, 'id' | 'type'>
}

/** A command as a workflow declares it. */
export type CommandSpec<Data extends z.ZodType = z.ZodType> = {
  /** The past participle; the event is `<workflow>.<records>`. */
  records: string
  /** Takes what the command is given; strict objects, no transforms. */
  data: Data
  /** Who may give it. `system`: effects and timers only. */
  by: readonly Role[]
  /** True for a command that begins an instance. */
  starts?: true
  /** Instances to look up: the data field that names them, and their workflow (`[]` for many). */
  needs?: Readonly<Record<string, string>>
  /** The data field that holds a phone number, and the one that takes the person's id. */
  identifies?: { phone: string; name?: string; person: string }
  /** Opens sealed ballots once, at the edge, and records totals only. */
  tallies?: Tally
}

/**
 * How a command counts what was sealed one by one. The engine opens `field` of each ballot's event
 * with the key of `subject`, sets the command's `into` to `total` of the opened words, and destroys
 * the key after the append. A subject of that kind is named `<stream>:<what>` and is opened
 * nowhere else. No ballots: the command stays as it is.
 */
export type Tally = {
  field: string
  into: string
  subject: (context: never) => string
  ballots: (context: never) => readonly { event: string; areaM2: number }[]
  total: (opened: readonly { text: string; areaM2: number }[]) => unknown
}

/** The commands of a workflow by name: the verb of the field in English. */
export type CommandSpecs = Readonly<Record<string, CommandSpec>>

/** Declares one command; the schema's type is kept. */
export const command = <Data extends z.ZodType, const Spec extends CommandSpec<Data>>(
  spec: Spec & { data: Data },
) => spec

/** The machine events that a workflow's commands are recorded as, with sealed data. */
export type EventsOf<Id extends string, Specs extends CommandSpecs, Rules = unknown> =
  | {
      [Name in keyof Specs]: {
        type: `${Id}.${Specs[Name]['records']}`
        data: Recorded<z.output<Specs[Name]['data']>>
      } & Scene<Rules>
    }[keyof Specs]
  | ClockEvent<Rules>
  | RefusedEffectEvent<Rules>

/** What a machine may react to when one of its clocks warns or ends. */
export type ClockEvent<Rules = unknown> = {
  type: `clock.warned.${string}` | `clock.expired.${string}`
  data: { clock: string; round: number; generation: number }
} & Scene<Rules>

/** A refused `tell`, back at its sender. */
export type RefusedEffectEvent<Rules = unknown> = {
  type: 'effect.refused'
  data: { effect: string; command: string; instance: string; code: string; guard?: string }
} & Scene<Rules>

/** What a state says of itself: who must act, or what it follows instead. */
export type StateMeta = {
  /** The role that must act; `unit` stands for the handlers of the units in charge. */
  responsible?: Role | 'unit'
  /** What an unclocked state waits for, e.g. `original` of a merged case. */
  follows?: string
}

/** The flat row of an instance, on which lists, boards, rates and permissions work. */
export type Summary = {
  /** The ids of places from the community down to the place itself; empty when none. */
  place: readonly string[]
  units: readonly string[]
  persons: readonly string[]
  title?: string
  category?: string
  channel?: string
  leadUnit?: string
  owner?: string
  supervised?: boolean
  /** Linked instances, by what they are to this one. */
  links?: readonly { rel: string; id: string }[]
  /** Further columns that are not personal; numbers, texts, booleans. */
  extra?: Readonly<Record<string, string | number | boolean | null>>
  /** What other workflows learn when they `need` this instance. Never personal. */
  facts?: Readonly<Record<string, unknown>>
  /** Figures that rates count: a name, when it held (epoch ms) and whether it was met. */
  measures?: Readonly<Record<string, boolean | number | null>>
}

/** Texts of a workflow by language: names of states, commands, events, fields, guards, clocks. */
export type Texts = Readonly<Record<string, string>>

/** An explicit way from one version to another. */
export type Migration = {
  from: number
  to: number
  /** Old state path (`open.grid`) → new one. Unnamed paths keep their name. */
  states: Readonly<Record<string, string>>
  context?: (old: unknown) => Record<string, unknown>
}

/** What `defineWorkflow` takes. */
export type WorkflowSpec<Context extends object> = {
  id: string
  version: number
  machine: AnyStateMachine
  commands: CommandSpecs
  summary: (instance: Pick<Instance, 'stream' | 'clocks' | 'at'> & { context: Context }) => Summary
  /** Resolves whose a personal field is; undefined: the case's own key. */
  subjects?: Readonly<
    Record<string, (known: { context: Context | undefined; data: Data }) => string | undefined>
  >
  policies: readonly Policy[]
  texts: { zh: Texts; en: Texts }
  /** A record (place, organisation, person) carries no clocks and nobody's turn. */
  record?: true
  versions?: Readonly<Record<number, { machine: AnyStateMachine; commands: CommandSpecs }>>
  migrations?: readonly Migration[]
}

type Data = Readonly<Record<string, unknown>>

/** A command as the engine runs it. */
export type Command = CommandSpec & {
  name: string
  type: string
  personal: readonly PersonalField[]
}

/** A workflow, ready to step and fold. */
export type Workflow = {
  id: string
  version: number
  record: boolean
  machines: ReadonlyMap<number, AnyStateMachine>
  commands: ReadonlyMap<string, Command>
  byType: ReadonlyMap<string, Command>
  summary: (instance: Instance) => Summary
  subjects: NonNullable<WorkflowSpec<never>['subjects']>
  policies: ReadonlyMap<string, Policy>
  texts: { zh: Texts; en: Texts }
  migrations: readonly Migration[]
}

/** Builds a workflow and checks that its parts fit. Throws with what does not. */
export function defineWorkflow<Context extends object>(spec: WorkflowSpec<Context>): Workflow {
  assertName(spec.id)
  const commands = new Map<string, Command>()
  const byType = new Map<string, Command>()
  for (const [name, declared] of Object.entries(spec.commands)) {
    const built = buildCommand(spec.id, name, declared)
    commands.set(name, built)
    byType.set(built.type, built)
  }
  const machines = new Map([[spec.version, spec.machine]])
  assertFits(spec.id, spec.machine, [...commands.values()])
  assertSubjects(spec.id, [...commands.values()], spec.subjects ?? {})
  assertLimits(spec.id, spec.machine, spec.policies)
  assertClocks(spec.id, spec.machine)
  for (const [version, old] of Object.entries(spec.versions ?? {})) {
    machines.set(Number(version), old.machine)
    const before = Object.entries(old.commands).map(([name, declared]) =>
      buildCommand(spec.id, name, declared),
    )
    assertFits(spec.id, old.machine, before)
    for (const built of before) if (!byType.has(built.type)) byType.set(built.type, built)
  }
  for (const machine of machines.values()) leanAssigns(machine)
  return {
    id: spec.id,
    version: spec.version,
    record: spec.record === true,
    machines,
    commands,
    byType,
    summary: (instance) =>
      spec.summary({
        stream: instance.stream,
        clocks: instance.clocks,
        at: instance.at,
        context: instance.snapshot.context as Context,
      }),
    subjects: (spec.subjects ?? {}) as Workflow['subjects'],
    policies: new Map(spec.policies.map((policy) => [policy.id, policy])),
    texts: spec.texts,
    migrations: spec.migrations ?? [],
  }
}

function buildCommand(workflow: string, name: string, spec: CommandSpec): Command {
  assertName(name)
  assertName(spec.records)
  const known = spec.data instanceof z.ZodObject ? Object.keys(spec.data.shape) : []
  for (const field of Object.keys(spec.needs ?? {})) {
    if (!known.includes(field)) throw new Error(`${workflow}.${name} needs unknown field ${field}`)
  }
  return { ...spec, name, type: `${workflow}.${spec.records}`, personal: personalFields(spec.data) }
}

const CORE_EVENTS = /^(clock\.(warned|expired)\.|effect\.refused$|xstate\.)/
const NAME = /^[a-z][a-zA-Z0-9-]*$/

function assertName(name: string): void {
  if (!NAME.test(name) || name === 'xstate') throw new Error(`not a name: ${name}`)
}

function assertFits(id: string, machine: AnyStateMachine, commands: readonly Command[]): void {
  assertDurable(id, machine)
  const types = new Set(commands.map((command) => command.type))
  const taken = eventTypesOf(machine)
  for (const type of taken) {
    if (!types.has(type) && !CORE_EVENTS.test(type)) {
      throw new Error(`the machine of ${id} takes ${type}, which no command records`)
    }
  }
  for (const type of types) {
    if (!taken.has(type)) throw new Error(`no state of ${id} takes ${type}`)
  }
}

/** The clocks an instance starts with. */
export const NO_CLOCKS: Clocks = Object.freeze({})

// The core of linli: one command, one macrostep, one event. Pure: time, ids, policy and calendar
// are arguments; nothing here may import a store, HTTP or a clock of the machine it runs on.
import {
  applyClock,
  type ClockScene,
  type Clocks,
  cardOf,
  isCounting,
  reschedule,
  type WorkingTime,
} from './clock.ts'
import { bodyAt, logged, revisionOf } from './command-log.ts'
import { type Command, NO_CLOCKS, type Workflow } from './definition.ts'
import { changeClocks, type Outcome, outcome, type PlainEffect } from './effect.ts'
import type { Actor, ClockRecord, Effect, Event } from './event.ts'
import type { Scene } from './guard.ts'
import { hasEnded, type Instance, sameState } from './instance.ts'
import { instantOf, iso } from './instant.ts'
import { migrated } from './migrate.ts'
import { failedGuard, offered } from './offer.ts'
import type { Policy } from './policy.ts'
import type { Refusal } from './refusal.ts'
import { initialSnapshot, type Transitioned, transition } from './transition.ts'

/** A command as `step` takes it: personal fields are sealed, facts are looked up. */
export type GivenCommand = {
  name: string
  id: string
  body?: string
  data: Readonly<Record<string, unknown>>
  facts?: Readonly<Record<string, unknown>>
  by: Actor
  /** When it happened, epoch ms: the claimed time of a late entry, or now. */
  at: number
  cause?: string
  /** Effects that sealing found necessary, e.g. `open` for a person not yet known. */
  effects?: readonly PlainEffect[]
}

/** What `step` is given besides: where it is, who it is, and by which rules. */
export type StepScene = {
  stream: string
  eventId: string
  /** The server's time, epoch ms. */
  now: number
  policy: Policy
  calendar: WorkingTime
  /** Imports and the demo: `notify` and `send` are recorded and not carried out. */
  held?: boolean
}

/** An accepted command: its event, and the instance after it. */
export type Stepped = { event: Event; instance: Instance }
/** A command already taken: the revision of its event. */
export type Repeated = { repeated: number }

/** Takes one command. Never throws for what a caller can mend: that is a refusal. */
export function step(
  workflow: Workflow,
  before: Instance | undefined,
  given: GivenCommand,
  scene: StepScene,
): Stepped | Repeated | Refusal {
  if (before !== undefined) {
    const known = revisionOf(before.commands, given.id)
    const isKnown = known !== undefined
    if (isKnown && bodyAt(before.commands, known) !== given.body) return { refused: 'key-reused' }
    if (isKnown) return { repeated: known }
  }
  if (given.name.includes('.')) return coreStep(workflow, before, given, scene)
  const command = workflow.commands.get(given.name)
  if (command === undefined) return { refused: 'not-found', detail: given.name }
  if ((before === undefined) !== (command.starts === true)) {
    return notInThisState(before, given, scene)
  }
  return take({ workflow, before, given, scene, type: command.type, command })
}

type Taking = {
  workflow: Workflow
  before: Instance | undefined
  given: GivenCommand
  scene: StepScene
  type: string
  command: Command
}

function take(taking: Taking): Stepped | Refusal {
  const { before, given, scene, type } = taking
  const data = given.facts === undefined ? given.data : { ...given.data, facts: given.facts }
  const clocks = before?.clocks ?? NO_CLOCKS
  const event = machineEvent({ type, data, facts: given.facts ?? {} }, taking, clocks)
  const snapshot = before?.snapshot ?? initialSnapshot(machineOf(taking.workflow, before))
  const next = transition(snapshot, event)
  if (!next.taken) {
    const guard = failedGuard(snapshot, event)
    return guard === undefined
      ? notInThisState(before, given, scene)
      : { refused: 'condition-not-met', guard, offered: offers(before, given, scene) }
  }
  return record(taking, next, { data, clocks, records: [] })
}

type Recording = { data: Readonly<Record<string, unknown>>; clocks: Clocks; records: ClockRecord[] }

/** Makes the event of a macrostep and the instance after it. */
function record(
  taking: Pick<Taking, 'workflow' | 'before' | 'given' | 'scene' | 'type'>,
  next: Transitioned,
  recording: Recording,
): Stepped {
  const { workflow, before, given, scene } = taking
  const turned = recording.records[0]?.clock
  const { policy, calendar } = scene
  const clockScene: ClockScene = { at: given.at, policy, calendar }
  if (turned !== undefined) clockScene.turned = turned
  const led = outcome(next.actions, recording.clocks, clockScene)
  if (next.snapshot.status === 'done') changeClocks(led, { type: 'stopClocks' }, clockScene)
  const machine = machineOf(workflow, before)
  const revision = (before?.revision ?? -1) + 1
  const clocks = turned === undefined ? led.records : [...recording.records, ...led.records]
  const effects = numbered(led, taking, revision)
  const event: Event = {
    id: scene.eventId,
    type: taking.type,
    stream: scene.stream,
    revision,
    at: iso(given.at),
    recordedAt: iso(scene.now),
    by: given.by,
    command: given.id,
    ...bodyAndCause(given),
    workflow: {
      id: workflow.id,
      version: before?.version ?? workflow.version,
      policy: before?.policy ?? scene.policy.id,
    },
    from: before?.snapshot.value ?? initialSnapshot(machine).value,
    to: next.snapshot.value,
    data: recording.data,
  }
  if (clocks.length > 0) event.clocks = clocks
  if (effects.length > 0) event.effects = effects
  const at = instantOf(event.at)
  return { event, instance: following(workflow, before, { event, at, next, clocks: led.clocks }) }
}

/** What an event has of these: they stand before its workflow, in the stored order. */
function bodyAndCause({ body, cause }: GivenCommand): Pick<Event, 'body' | 'cause'> {
  if (cause === undefined) return body === undefined ? {} : { body }
  return body === undefined ? { cause } : { body, cause }
}

function numbered(
  led: Outcome,
  taking: Pick<Taking, 'given' | 'scene'>,
  revision: number,
): Effect[] {
  const { stream, held } = taking.scene
  const first = taking.given.effects ?? []
  const plain = first.length === 0 ? led.effects : [...first, ...led.effects]
  return plain.map((effect, index) => {
    const one: Effect = { id: `${stream}:${revision}:${index}`, ...effect }
    if (held && (one.kind === 'notify' || one.kind === 'send')) one.held = true
    return one
  })
}

/** The instance after an event: what step and fold share. */
export function following(
  workflow: Workflow,
  before: Instance | undefined,
  after: { event: Event; at: number; next: Pick<Transitioned, 'snapshot'>; clocks: Clocks },
): Instance {
  const { event, at, next, clocks } = after
  const effectiveAt = Math.max(at, before?.effectiveAt ?? at)
  const moved = before === undefined || !sameState(next.snapshot.value, before.snapshot.value)
  return {
    stream: event.stream,
    workflow,
    version: event.workflow.version,
    policy: event.workflow.policy,
    revision: event.revision,
    snapshot: next.snapshot,
    clocks,
    at,
    effectiveAt,
    startedAt: before?.startedAt ?? at,
    enteredAt: moved ? effectiveAt : before.enteredAt,
    commands: logged(before?.commands, event.command, event.body),
    last: { id: event.id, type: event.type },
  }
}

const CORE_COMMANDS = new Set([
  'clock.warned',
  'clock.expired',
  'clock.rescheduled',
  'effect.refused',
  'workflow.migrated',
])

/** Events of the core itself: clocks that warn, end or move, refused effects, migrations. */
function coreStep(
  workflow: Workflow,
  before: Instance | undefined,
  given: GivenCommand,
  scene: StepScene,
): Stepped | Refusal {
  if (!CORE_COMMANDS.has(given.name)) return { refused: 'not-found', detail: given.name }
  if (before === undefined) return { refused: 'not-found', detail: scene.stream }
  if (hasEnded(before)) return notInThisState(before, given, scene)
  const taking = { workflow, before, given, scene, type: given.name }
  if (given.name === 'workflow.migrated') {
    const moved = migrated(workflow, before, given.data)
    if ('refused' in moved) return moved
    const next = { snapshot: moved.snapshot, actions: [], taken: true }
    const from = { ...before, version: moved.version, policy: moved.policy }
    return record({ ...taking, before: from }, next, plainly(before, given))
  }
  if (given.name === 'effect.refused') {
    const asked = { type: given.name, data: given.data, facts: {} }
    const next = transition(before.snapshot, machineEvent(asked, taking, before.clocks))
    return record(taking, next, plainly(before, given))
  }
  return clockStep(taking, before)
}

const plainly = (before: Instance, given: GivenCommand): Recording => ({
  data: given.data,
  clocks: before.clocks,
  records: [],
})

function clockStep(
  taking: Pick<Taking, 'workflow' | 'given' | 'scene' | 'type'>,
  before: Instance,
): Stepped | Refusal {
  const { given, scene } = taking
  const clock = before.clocks[String(given.data.clock)]
  if (clock === undefined || clock.generation !== given.data.generation || !isCounting(clock)) {
    return { refused: 'stale-clock' }
  }
  const clockScene = { at: given.at, policy: scene.policy, calendar: scene.calendar }
  const kind = given.name.slice('clock.'.length)
  const change =
    kind === 'rescheduled' ? reschedule(clock, clockScene) : clockTurn(clock, kind, given.at)
  if (change === undefined) return { refused: 'stale-clock' }
  const clocks = applyClock(before.clocks, change, given.at)
  const asked = { type: clockEventType(given), data: given.data, facts: {} }
  const next = transition(before.snapshot, machineEvent(asked, taking, clocks))
  return record({ ...taking, before }, next, { data: given.data, clocks, records: [change] })
}

function clockTurn(clock: Clocks[string], kind: string, at: number): ClockRecord | undefined {
  const base = { clock: clock.clock, round: clock.round, generation: clock.generation }
  if (kind === 'warned' && clock.status === 'running' && at >= (clock.warnAt ?? Infinity)) {
    return { ...base, is: 'warned' }
  }
  if (kind === 'expired' && clock.status !== 'expired' && at >= clock.dueAt) {
    return { ...base, is: 'expired' }
  }
  return undefined
}

/** The machine's own name for a clock event: plain delays keep the name XState gave them. */
export function clockEventType(given: { name: string; data: Readonly<Record<string, unknown>> }) {
  const clock = String(given.data.clock)
  return clock.startsWith('xstate.after.') ? clock : `${given.name}.${clock}`
}

type Asked = {
  type: string
  data: Readonly<Record<string, unknown>>
  facts: Readonly<Record<string, unknown>>
}

/** The event that a machine takes: what is asked, and where. */
function machineEvent(
  { type, data, facts }: Asked,
  { given, scene }: Pick<Taking, 'given' | 'scene'>,
  clocks: Clocks,
) {
  const { at, by } = given
  const { policy, eventId, stream } = scene
  return { type, data, facts, at, by, clocks, policy, eventId, stream }
}

/** What guards and params of a macrostep see. */
export function sceneOf(
  clocks: Clocks,
  given: Pick<GivenCommand, 'at' | 'by'>,
  scene: Pick<StepScene, 'policy' | 'eventId' | 'stream'>,
): Omit<Scene, 'facts' | 'offering'> {
  return {
    at: given.at,
    by: given.by,
    clocks,
    policy: scene.policy,
    eventId: scene.eventId,
    stream: scene.stream,
  }
}

function machineOf(workflow: Workflow, before: Instance | undefined) {
  const machine = workflow.machines.get(before?.version ?? workflow.version)
  if (machine === undefined) throw new Error(`${workflow.id} has no version ${before?.version}`)
  return machine
}

function offers(before: Instance | undefined, given: GivenCommand, scene: StepScene): string[] {
  if (before === undefined) return []
  return offered(before, sceneOf(before.clocks, given, scene)).map((command) => command.name)
}

function notInThisState(
  before: Instance | undefined,
  given: GivenCommand,
  scene: StepScene,
): Refusal {
  return { refused: 'not-in-this-state', offered: offers(before, given, scene) }
}

/** The card of an instance at its present revision. */
export const instanceCard = (instance: Instance) => cardOf(instance.clocks)

// Which commands a state takes now, and which guard stands in the way of one that it does not.
import { type AnyEventObject, type AnyMachineSnapshot, getNextTransitions } from 'xstate'
import type { Command } from './definition.ts'
import type { Scene } from './guard.ts'
import { hasEnded, type Instance } from './instance.ts'
import { guardName } from './machine-check.ts'

/** A command that a state may take; with guards, one of them has to let it pass. */
type Candidate = { command: Command; guards: readonly unknown[] | undefined }
const candidates = new WeakMap<object, Map<string, readonly Candidate[]>>()

/** What a guard is asked with before anybody gave a command. */
export type OfferScene = Omit<Scene, 'offering' | 'facts'>

/** The commands that the instance would take, data aside. Who may give them is not asked here. */
export function offered(instance: Instance, scene: OfferScene): Command[] {
  return offeredBy(instance, () => scene)
}

/** The same where it depends on the command who would give it; nobody leaves the command out. */
export function offeredBy(
  instance: Instance,
  sceneOf: (command: Command) => OfferScene | undefined,
): Command[] {
  if (hasEnded(instance)) return []
  const free: Command[] = []
  for (const { command, guards } of candidatesOf(instance)) {
    const scene = sceneOf(command)
    if (scene === undefined) continue
    if (guards === undefined || passes(guards, instance, { command, scene })) free.push(command)
  }
  return free
}

function passes(
  guards: readonly unknown[],
  { snapshot }: Instance,
  { command: { type }, scene }: { command: Command; scene: OfferScene },
): boolean {
  const { at, by, clocks, policy, eventId, stream } = scene
  const own = { at, by, clocks, policy, eventId, stream }
  const event = { ...own, type, data: {}, facts: {}, offering: true }
  return guards.some((guard) => holds(guard, snapshot, event))
}

/** Asks a named guard itself: a walk through the whole machine costs ten times as much. */
function holds(guard: unknown, snapshot: AnyMachineSnapshot, event: AnyEventObject): boolean {
  const made: unknown = snapshot.machine.implementations.guards[guardName(guard) ?? '']
  const asked = { context: snapshot.context, event }
  return typeof made === 'function' && made(asked, paramsOf(guard, asked)) === true
}

/**
 * The first guard that keeps a state from taking the event; undefined when none is declared. A
 * guard that stands for several names them in `params.all`, and the one that fails is told.
 */
export function failedGuard(
  snapshot: AnyMachineSnapshot,
  event: AnyEventObject,
): string | undefined {
  const asked = { context: snapshot.context, event }
  const guards: Readonly<Record<string, unknown>> = snapshot.machine.implementations.guards
  const fails = (name: string, params: unknown): boolean => {
    const holds = guards[name]
    return typeof holds === 'function' && holds(asked, params) !== true
  }
  for (const candidate of getNextTransitions(snapshot)) {
    const name = guardName(candidate.guard)
    if (candidate.eventType !== event.type || name === undefined) continue
    const params = paramsOf(candidate.guard, asked)
    if (fails(name, params)) return partsOf(params).find((part) => fails(part, params)) ?? name
  }
  return undefined
}

function partsOf(params: unknown): string[] {
  if (typeof params !== 'object' || params === null || !('all' in params)) return []
  return Array.isArray(params.all) ? params.all.map(String) : []
}

function paramsOf(guard: unknown, asked: object): unknown {
  if (typeof guard !== 'object' || guard === null || !('params' in guard)) return undefined
  return typeof guard.params === 'function' ? guard.params(asked) : guard.params
}

function candidatesOf(instance: Instance): readonly Candidate[] {
  const byState = candidates.getOrInsertComputed(instance.snapshot.machine, () => new Map())
  const key = JSON.stringify(instance.snapshot.value)
  return byState.getOrInsertComputed(key, () => findCandidates(instance))
}

function findCandidates(instance: Instance): Candidate[] {
  const transitions = getNextTransitions(instance.snapshot)
  return [...instance.workflow.commands.values()].flatMap((command): Candidate[] => {
    const own = transitions.filter((transition) => transition.eventType === command.type)
    if (own.length === 0) return []
    const isFree = own.some((transition) => transition.guard === undefined)
    return [{ command, guards: isFree ? undefined : own.map(({ guard }) => guard) }]
  })
}

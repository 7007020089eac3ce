// Which commands a state takes now, and which guard stands in the way of one that it does not.
import { type AnyEventObject, type AnyMachineSnapshot, getNextTransitions } from 'xstate'
import type { Command } from './definition.ts'
import type { Scene } from './guard.ts'
import { hasEnded, type Instance } from './instance.ts'
import { guardName } from './machine-check.ts'

type Candidates = { always: readonly Command[]; guarded: readonly Guarded[] }
/** A command that some guard decides on, with the guards of the transitions it could take. */
type Guarded = { command: Command; guards: readonly unknown[] }
const candidates = new WeakMap<object, Map<string, Candidates>>()

/**
 * The commands that the instance would take, data aside. Who may give them is not asked here;
 * `among` leaves the others out before their guards are asked.
 */
export function offered(
  instance: Instance,
  scene: Omit<Scene, 'offering' | 'facts'>,
  among?: ReadonlySet<Command>,
): Command[] {
  if (hasEnded(instance)) return []
  const { always, guarded } = candidatesOf(instance)
  const free = among === undefined ? [...always] : always.filter((command) => among.has(command))
  for (const { command, guards } of guarded) {
    if (among !== undefined && !among.has(command)) continue
    const { type } = command
    const event = { ...scene, type, data: {}, facts: {}, offering: true }
    if (guards.some((guard) => holds(guard, instance.snapshot, event))) free.push(command)
  }
  return free
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

function candidatesOf(instance: Instance): Candidates {
  const byState = candidates.getOrInsertComputed(instance.snapshot.machine, () => new Map())
  const key = JSON.stringify(instance.snapshot.value)
  return byState.getOrInsertComputed(key, () => findCandidates(instance))
}

function findCandidates(instance: Instance): Candidates {
  const transitions = getNextTransitions(instance.snapshot)
  const always: Command[] = []
  const guarded: Guarded[] = []
  for (const command of instance.workflow.commands.values()) {
    const own = transitions.filter((transition) => transition.eventType === command.type)
    if (own.some((transition) => transition.guard === undefined)) always.push(command)
    else if (own.length > 0) guarded.push({ command, guards: own.map(({ guard }) => guard) })
  }
  return { always, guarded }
}

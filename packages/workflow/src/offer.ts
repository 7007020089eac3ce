// Which commands a state takes now, and which guard stands in the way of one that it does not.
import { type AnyEventObject, type AnyMachineSnapshot, getNextTransitions } from 'xstate'
import type { Command } from './definition.ts'
import type { Scene } from './guard.ts'
import { hasEnded, type Instance } from './instance.ts'
import { guardName } from './machine-check.ts'
import { takes } from './transition.ts'

type Candidates = { always: readonly Command[]; guarded: readonly Command[] }
const candidates = new WeakMap<object, Map<string, Candidates>>()

/** The commands that the instance would take, data aside. Who may give them is not asked here. */
export function offered(instance: Instance, scene: Omit<Scene, 'offering' | 'facts'>): Command[] {
  if (hasEnded(instance)) return []
  const { always, guarded } = candidatesOf(instance)
  const open = guarded.filter((command) =>
    takes(instance.snapshot, {
      ...scene,
      type: command.type,
      data: {},
      facts: {},
      offering: true,
    }),
  )
  return [...always, ...open]
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
  const guarded: Command[] = []
  for (const command of instance.workflow.commands.values()) {
    const own = transitions.filter((transition) => transition.eventType === command.type)
    if (own.some((transition) => transition.guard === undefined)) always.push(command)
    else if (own.length > 0) guarded.push(command)
  }
  return { always, guarded }
}

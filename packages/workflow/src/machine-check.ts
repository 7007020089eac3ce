// What a machine must be to live in an event store: nothing invoked or spawned, guards by name so
// that a refusal can name them, and no action but the core's. Found when a workflow is defined.
import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { coreActions } from './action.ts'

/** Throws with the state and what is wrong, where a machine could not be stepped durably. */
export function assertDurable(workflow: string, machine: AnyStateMachine): void {
  for (const node of nodesOf(machine.root)) {
    const place = `${workflow}, state ${node.path.join('.') || '(root)'}`
    if (node.invoke.length > 0) {
      throw new Error(`${place}: invoke is not supported; use the effects open, tell or send`)
    }
    const transitions = [...node.transitions.values()].flat().concat(node.always ?? [])
    for (const { guard } of transitions) assertNamed(machine, guard, place)
    const actions = [...node.entry, ...node.exit, ...transitions.flatMap((one) => one.actions)]
    for (const action of actions) assertKnown(machine, action, place)
  }
}

/** Every action of a machine as it stands there: a name, an object with params, or a function. */
export function actionsOf(machine: AnyStateMachine): unknown[] {
  return nodesOf(machine.root).flatMap((node) => {
    const transitions = [...node.transitions.values()].flat().concat(node.always ?? [])
    return [...node.entry, ...node.exit, ...transitions.flatMap((one) => one.actions)]
  })
}

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)]
}

/** All event types with a transition; `machine.events` leaves out those that do nothing. */
export function eventTypesOf(machine: AnyStateMachine): Set<string> {
  return new Set(nodesOf(machine.root).flatMap((node) => [...node.transitions.keys()]))
}

/** The name of a guard as it stands on a transition; undefined when it is inline or composed. */
export function guardName(guard: unknown): string | undefined {
  return typeof guard === 'string' ? guard : fieldOf(guard, 'type')
}

function assertNamed(machine: AnyStateMachine, guard: unknown, place: string): void {
  if (guard === undefined) return
  const name = guardName(guard)
  if (typeof guard === 'function' || name === undefined) {
    throw new Error(`${place}: a guard is inline or composed; name it in setup's guards`)
  }
  const made: unknown = machine.implementations.guards[name]
  if (typeof made !== 'function' || 'check' in made) {
    throw new Error(`${place}: the guard ${name} is not one function made by when or check`)
  }
}

/** The parts of XState that `step` understands; a delayed raise is only known as `after`. */
const BUILT_IN = new Set([
  'xstate.assign',
  'xstate.raise',
  'xstate.cancel',
  'xstate.enqueueActions',
])

function assertKnown(machine: AnyStateMachine, action: unknown, place: string): void {
  const name = typeof action === 'string' ? action : fieldOf(action, 'type')
  const made: unknown =
    typeof action === 'function' ? action : machine.implementations.actions[name ?? '']
  if (typeof made !== 'function') throw new Error(`${place}: the action ${name} is not declared`)
  const builtIn = fieldOf(made, 'type')
  if (builtIn === undefined) {
    if (name !== undefined && name in coreActions) return
    throw new Error(`${place}: the action ${name ?? made.name} is not one of the core's`)
  }
  if (!BUILT_IN.has(builtIn)) throw new Error(`${place}: ${builtIn} is not supported`)
  const raised: unknown = Reflect.get(made, 'event')
  const isAfter = fieldOf(raised, 'type')?.startsWith('xstate.after.') === true
  if (Reflect.get(made, 'delay') !== undefined && !isAfter) {
    throw new Error(`${place}: a raise with a delay is not supported; start a clock`)
  }
}

function fieldOf(value: unknown, field: string): string | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  const found: unknown = Reflect.get(value, field)
  return typeof found === 'string' ? found : undefined
}

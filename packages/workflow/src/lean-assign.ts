// XState's `assign` copies the snapshot by working its state value and tags out of the active
// nodes, though only the context is another: a fifth of a step. Here a machine's assigns keep them.
// The compiled machine is changed, not its config: a machine made from the config stays XState's.
import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode } from 'xstate'

/** Makes every declared `assign` of a machine keep what it does not change. */
export function leanAssigns(machine: AnyStateMachine): void {
  leanNode(machine.root)
  const { actions } = machine.implementations
  const named = Object.entries(actions).map(([name, action]) => [name, lean(action)])
  machine.implementations = { ...machine.implementations, actions: Object.fromEntries(named) }
}

function leanNode(node: AnyStateNode): void {
  const transitions = [...node.transitions.values()].flat().concat(node.always ?? [])
  for (const transition of transitions) transition.actions = transition.actions.map(lean)
  node.entry = node.entry.map(lean)
  node.exit = node.exit.map(lean)
  for (const inner of Object.values(node.states)) leanNode(inner)
}

/** The same action, but for how an `assign` is resolved; XState looks for no more than this. */
function lean<Action>(action: Action): Action {
  if (typeof action !== 'function' || Reflect.get(action, 'type') !== 'xstate.assign') return action
  return Object.assign(() => {}, action, { resolve }) as Action
}

type Assigner = (given: object, params: unknown) => object
type Assign = { assignment: Assigner | Readonly<Record<string, unknown>> }

/** XState's contract for an action of its own: the snapshot, params and actions that follow. */
function resolve(
  scope: { self: unknown; system: unknown },
  snapshot: AnyMachineSnapshot,
  ...[{ event }, params, { assignment }]: [{ event: unknown }, unknown, Assign]
): [AnyMachineSnapshot, undefined, undefined] {
  const { self, system } = scope
  const given = { context: snapshot.context, event, spawn: noSpawn, self, system }
  const change =
    typeof assignment === 'function'
      ? assignment(given, params)
      : changeOf(assignment, given, params)
  return [{ ...snapshot, context: { ...snapshot.context, ...change } }, undefined, undefined]
}

function changeOf(
  assignment: Readonly<Record<string, unknown>>,
  given: object,
  params: unknown,
): object {
  const change: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(assignment)) {
    change[name] = typeof value === 'function' ? value(given, params) : value
  }
  return change
}

function noSpawn(): never {
  throw new Error('spawn is not supported; use the effects open, tell or send')
}

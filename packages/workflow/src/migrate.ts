// Moves a running instance to another version of its workflow, by an explicit map. Nothing is
// guessed: a state that the map and the new machine do not know is a refusal.
import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode } from 'xstate'
import type { Migration, Workflow } from './definition.ts'
import type { StateValue } from './event.ts'
import { type Instance, stateOf, statePath } from './instance.ts'
import type { Refusal } from './refusal.ts'

/** Where a migration leads. */
export type Migrated = { snapshot: AnyMachineSnapshot; version: number; policy: string }

/**
 * What `workflow.migrated` with `{ version?, policy? }` makes of an instance. Also used to
 * preview a migration over all running instances before any of them is moved.
 */
export function migrated(
  workflow: Workflow,
  instance: Instance,
  data: Readonly<Record<string, unknown>>,
): Migrated | Refusal {
  const version = typeof data.version === 'number' ? data.version : instance.version
  const policy = typeof data.policy === 'string' ? data.policy : instance.policy
  if (!workflow.policies.has(policy)) return { refused: 'not-found', detail: `policy ${policy}` }
  if (version === instance.version) return { snapshot: instance.snapshot, version, policy }
  const machine = workflow.machines.get(version)
  const migration = workflow.migrations.find(
    (one) => one.from === instance.version && one.to === version,
  )
  if (machine === undefined || migration === undefined) {
    return { refused: 'not-found', detail: `no way from ${instance.version} to ${version}` }
  }
  return moved(machine, migration, { instance, policy })
}

function moved(
  machine: AnyStateMachine,
  migration: Migration,
  at: { instance: Instance; policy: string },
): Migrated | Refusal {
  const { instance, policy } = at
  const old = statePath(stateOf(instance))
  const path = mapPath(old, migration.states)
  const value = nested(path.split('.'))
  if (nodeAt(machine, path) === undefined) return noState(path)
  const history = mapHistory(machine, instance.snapshot, migration.states)
  if ('refused' in history) return history
  const context: unknown = instance.snapshot.context
  const snapshot = machine.resolveState({
    value,
    context: migration.context === undefined ? context : migration.context(context),
    historyValue: history.value,
  })
  return { snapshot, version: migration.to, policy }
}

/** The longest named prefix of a path is replaced. */
function mapPath(path: string, states: Readonly<Record<string, string>>): string {
  const parts = path.split('.')
  for (let length = parts.length; length > 0; length -= 1) {
    const to = states[parts.slice(0, length).join('.')]
    if (to !== undefined) return [to, ...parts.slice(length)].join('.')
  }
  return path
}

function nested(parts: readonly string[]): StateValue {
  const [head = '', ...rest] = parts
  return rest.length === 0 ? head : { [head]: nested(rest) }
}

function nodeAt(machine: AnyStateMachine, path: string): AnyStateNode | undefined {
  let node: AnyStateNode | undefined = machine.root
  for (const part of path.split('.')) node = node?.states[part]
  return node
}

/** Deep history survives: each remembered state is looked up under its new path. */
function mapHistory(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  states: Readonly<Record<string, string>>,
): { value: AnyMachineSnapshot['historyValue'] } | Refusal {
  const mapped: Record<string, AnyStateNode[]> = {}
  for (const [id, remembered] of Object.entries(snapshot.historyValue)) {
    const nodes = [snapshot.machine.getStateNodeById(id), ...remembered]
    const found: AnyStateNode[] = []
    for (const { path } of nodes) {
      const to = mapPath(path.join('.'), states)
      const node = nodeAt(machine, to)
      if (node === undefined) return noState(to)
      found.push(node)
    }
    const [history, ...remains] = found
    if (history !== undefined) mapped[history.id] = remains
  }
  return { value: mapped }
}

const noState = (path: string): Refusal => ({ refused: 'invalid', detail: `no state ${path}` })

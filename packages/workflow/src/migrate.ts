// Moves a running instance to another version of its workflow, by an explicit map. Nothing is
// guessed: a state that the map and the new machine do not know is a refusal.
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
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
  if (!exists(machine, path)) return { refused: 'invalid', detail: `no state ${path}` }
  const context: unknown = instance.snapshot.context
  const snapshot = machine.resolveState({
    value,
    context: migration.context === undefined ? context : migration.context(context),
    historyValue: mapHistory(machine, instance.snapshot, migration.states),
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

function exists(machine: AnyStateMachine, path: string): boolean {
  let node: AnyStateMachine['root'] | undefined = machine.root
  for (const part of path.split('.')) node = node?.states[part]
  return node !== undefined
}

/** Deep history survives: each remembered state is looked up under its new path. */
function mapHistory(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  states: Readonly<Record<string, string>>,
): AnyMachineSnapshot['historyValue'] {
  const mapped: Record<string, AnyStateMachine['root'][]> = {}
  for (const [id, nodes] of Object.entries(snapshot.historyValue)) {
    const found = nodes.flatMap((node) => {
      let target: AnyStateMachine['root'] | undefined = machine.root
      for (const part of mapPath(node.path.join('.'), states).split('.')) {
        target = target?.states[part]
      }
      return target === undefined ? [] : [target]
    })
    const parts = id.split('.').slice(1, -1).join('.')
    const key = [machine.root.id, mapPath(parts, states), id.split('.').at(-1)].join('.')
    mapped[key] = found
  }
  return mapped
}

// What the parts of a workflow must agree on besides the machine itself: whose personal fields
// are, which limits its clocks start with, which clocks it listens to.
import type { AnyStateMachine } from 'xstate'
import { actionsOf, eventTypesOf } from './machine-check.ts'
import type { PersonalField } from './personal.ts'
import type { Policy } from './policy.ts'

/** A subject that nobody resolves would quietly seal a person's words with the case's key. */
export function assertSubjects(
  workflow: string,
  commands: readonly { name: string; personal: readonly PersonalField[] }[],
  subjects: Readonly<Record<string, unknown>>,
): void {
  for (const command of commands) {
    for (const { of, path } of command.personal) {
      if (of === 'case' || of in subjects) continue
      const field = `${command.name}.${path.join('.')}`
      throw new Error(`${workflow}: ${field} is personal to ${of}, which subjects does not name`)
    }
  }
}

/** Every policy has a limit for each clock that a machine starts by name. */
export function assertLimits(
  workflow: string,
  machine: AnyStateMachine,
  policies: readonly Policy[],
): void {
  for (const { clock, limit } of startedClocks(machine).named) {
    for (const policy of policies) {
      if (policy.limits[limit] !== undefined) continue
      throw new Error(`${workflow}: the policy ${policy.id} has no limit ${limit} for ${clock}`)
    }
  }
}

/** A machine listens only to clocks that it starts, as far as their names stand in it. */
export function assertClocks(workflow: string, machine: AnyStateMachine): void {
  const { named, others } = startedClocks(machine)
  if (others) return
  const clocks = new Set(named.map(({ clock }) => clock))
  for (const type of eventTypesOf(machine)) {
    const clock = /^clock\.(?:warned|expired)\.(.+)$/.exec(type)?.[1]
    if (clock === undefined || clocks.has(clock)) continue
    throw new Error(`${workflow}: the machine takes ${type}, but starts no clock ${clock}`)
  }
}

type Started = { named: { clock: string; limit: string }[]; others: boolean }

/** Clocks started with params that stand in the machine; `others`: some may be computed. */
function startedClocks(machine: AnyStateMachine): Started {
  const started: Started = { named: [], others: false }
  for (const action of actionsOf(machine)) {
    if (mayEnqueue(machine, action)) started.others = true
    if (typeof action !== 'object' || action === null || !('type' in action)) continue
    if (action.type !== 'startClock') continue
    const params: unknown = 'params' in action ? action.params : undefined
    if (typeof params !== 'object' || params === null || !('clock' in params)) {
      started.others = true
      continue
    }
    const clock = String(params.clock)
    const limit = 'limit' in params ? String(params.limit) : clock
    if ('until' in params) started.others = true
    else started.named.push({ clock, limit })
  }
  return started
}

/** An action of the workflow's own that is no plain `assign` may start clocks by computation. */
function mayEnqueue(machine: AnyStateMachine, action: unknown): boolean {
  const name = typeof action === 'object' ? Reflect.get(Object(action), 'type') : action
  const made: unknown = typeof name === 'string' ? machine.implementations.actions[name] : action
  return Reflect.get(Object(made), 'type') === 'xstate.enqueueActions'
}

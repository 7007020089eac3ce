// What somebody can do with a case now: offered by the machine and allowed by the one rule.
import {
  type Actor,
  type Command,
  hasEnded,
  type Instance,
  offered,
  sceneOf,
} from '@linli/workflow'
import type { Engine } from './engine.ts'
import { actorFor, type Caller, rowIn } from './permission.ts'

/** The names of the commands that the instance takes now and the caller may give. */
export function offeredTo(engine: Engine, instance: Instance, caller: Caller): string[] {
  const { workflow, clocks, stream } = instance
  const policy = workflow.policies.get(instance.policy)
  if (policy === undefined || hasEnded(instance)) return []
  const row = rowIn(instance)
  const byRole = new Map<Actor['role'], { actor: Actor; commands: Set<Command> }>()
  for (const command of workflow.commands.values()) {
    const actor = actorFor(caller, command, row)
    if (actor === undefined) continue
    const known = byRole.get(actor.role)
    if (known === undefined) byRole.set(actor.role, { actor, commands: new Set([command]) })
    else known.commands.add(command)
  }
  const open = new Set<string>()
  const at = engine.now()
  for (const { actor, commands } of byRole.values()) {
    const scene = sceneOf(clocks, { at, by: actor }, { policy, eventId: '', stream })
    for (const { name } of offered(instance, scene, commands)) open.add(name)
  }
  return [...workflow.commands.keys()].filter((name) => open.has(name))
}

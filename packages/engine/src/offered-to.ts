// What somebody can do with a case now: offered by the machine and allowed by the one rule.
import { type Actor, type Instance, offered, sceneOf } from '@linli/workflow'
import type { Engine } from './engine.ts'
import { actorFor, type Caller } from './permission.ts'

/** The names of the commands that the instance takes now and the caller may give. */
export function offeredTo(engine: Engine, instance: Instance, caller: Caller): string[] {
  const policy = instance.workflow.policies.get(instance.policy)
  if (policy === undefined) return []
  const row = instance.workflow.summary(instance)
  const at = engine.now()
  const names: string[] = []
  const scenes = new Map<Actor['role'], Set<string>>()
  for (const command of instance.workflow.commands.values()) {
    const actor = actorFor(caller, command, row)
    if (actor === undefined) continue
    const scene = sceneOf(
      instance.clocks,
      { at, by: actor },
      {
        policy,
        eventId: '',
        stream: instance.stream,
      },
    )
    const open = scenes.getOrInsertComputed(
      actor.role,
      () => new Set(offered(instance, scene).map((one) => one.name)),
    )
    if (open.has(command.name)) names.push(command.name)
  }
  return names
}

// What somebody can do with a case now: offered by the machine and allowed by the one rule.
import { type Actor, type Instance, type OfferScene, offeredBy, sceneOf } from '@linli/workflow'
import type { Engine } from './engine.ts'
import { actorIn, type Caller, rowIn } from './permission.ts'

/** The names of the commands that the instance takes now and the caller may give. */
export function offeredTo(engine: Engine, instance: Instance, caller: Caller): string[] {
  const { workflow, clocks, stream } = instance
  const policy = workflow.policies.get(instance.policy)
  if (policy === undefined) return []
  const actorOf = actorIn(caller, rowIn(instance))
  const at = engine.now()
  const scenes = new Map<Actor, OfferScene>()
  const sceneFor = (by: Actor) => sceneOf(clocks, { at, by }, { policy, eventId: '', stream })
  return offeredBy(instance, (command) => {
    const actor = actorOf(command)
    return actor && scenes.getOrInsertComputed(actor, sceneFor)
  }).map(({ name }) => name)
}

// What must hold in a community at rest, whatever was done to it: nobody is forgotten, what one
// instance believes of another is so, and accounts come to zero. Each broken law is a sentence.
import { type Caller, type Engine, offeredTo, SYSTEM } from '@linli/engine'
import { hasEnded, type Instance, isCounting, type StateMeta } from '@linli/workflow'
import { brokenSums, brokenTies, pathOf } from './ties.ts'

/** The laws that do not hold among these instances; `callers` are all who could act. */
export async function brokenLaws(
  engine: Engine,
  callers: readonly Caller[],
  ids: readonly string[],
): Promise<string[]> {
  const known = new Map<string, Instance>()
  for (const id of ids) {
    const instance = await engine.instances.get(id)
    if (instance !== undefined) known.set(id, instance)
  }
  const all = [...known.values()]
  const scene = { now: engine.now(), find: (id: string) => known.get(id), all }
  return [
    ...ids.filter((id) => !known.has(id)).map((id) => `${id} does not exist`),
    ...all.flatMap((one) => [...lively(engine, callers, one), ...brokenTies(one, scene)]),
    ...brokenSums(scene),
  ]
}

/** Who has not ended is somebody's, has a way out and a clock; who has ended has no clock. */
function lively(engine: Engine, callers: readonly Caller[], instance: Instance): string[] {
  if (instance.workflow.record) return []
  const name = `${instance.stream} in ${pathOf(instance)}`
  const clocks = Object.values(instance.clocks)
  if (hasEnded(instance)) return clocks.some(isCounting) ? [`${name} ended with a clock`] : []
  const metas: Record<string, StateMeta | undefined> = instance.snapshot.getMeta()
  const meta = Object.values(metas)
  if (meta.some((one) => one?.follows !== undefined)) return []
  const waits = clocks.some(({ status }) => status !== 'stopped')
  const offered = [...callers, SYSTEM].some(
    (caller) => offeredTo(engine, instance, caller).length > 0,
  )
  return [
    ...(meta.some((one) => one?.responsible !== undefined) ? [] : [`${name} is nobody's`]),
    ...(waits ? [] : [`${name} has no clock`]),
    ...(offered ? [] : [`${name} offers nothing to anybody`]),
  ]
}

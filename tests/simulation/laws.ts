// What must hold in a community at rest, whatever was done to it: nobody is forgotten, and what
// one instance believes of another is so. Each broken law is a sentence.
import { type Engine, offeredTo, SYSTEM } from '@linli/engine'
import { hasEnded, type Instance, isCounting, stateOf, statePath } from '@linli/workflow'
import { z } from 'zod'
import type { Neighbourhood } from './neighbourhood.ts'

const Appeal = z.object({
  referrals: z.array(z.object({ id: z.string(), status: z.string() })),
  deliberation: z.object({ id: z.string(), outcome: z.string().nullable() }).nullable(),
  ties: z.object({ original: z.string().nullable(), merged: z.array(z.string()) }),
})
const Topic = z.object({ appeals: z.array(z.string()) })

/** The states a referral may be in for each status that its appeal keeps of it. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  out: /^(open\.(dispatched|accepted|working)|paused)/,
  answered: /^(open\.answered|paused|concluded)/,
  sentBack: /^sentBack/,
  superseded: /^(superseded|sentBack|withdrawn|concluded)/,
}

/** The laws that do not hold. */
export async function brokenLaws(
  engine: Engine,
  neighbourhood: Neighbourhood,
  ids: readonly string[],
): Promise<string[]> {
  const broken: string[] = []
  for (const id of ids) {
    const instance = await engine.instances.get(id)
    if (instance === undefined) broken.push(`${id} does not exist`)
    else {
      broken.push(...lively(engine, neighbourhood, instance))
      if (id.startsWith('appeal-')) broken.push(...(await agrees(engine, instance)))
    }
  }
  return broken
}

const pathOf = (instance: Instance): string => statePath(stateOf(instance))

/** Who has not ended has a way out and a clock; who has ended has no clock. */
function lively(engine: Engine, { people }: Neighbourhood, instance: Instance): string[] {
  const name = `${instance.stream} in ${pathOf(instance)}`
  const clocks = Object.values(instance.clocks)
  if (hasEnded(instance)) return clocks.some(isCounting) ? [`${name} ended with a clock`] : []
  const meta = Object.values(instance.snapshot.getMeta() as Record<string, { follows?: string }>)
  if (meta.some((one) => one?.follows !== undefined)) return []
  const waits = clocks.some(({ status }) => status !== 'stopped')
  const offered = [...Object.values(people), SYSTEM].some(
    (caller) => offeredTo(engine, instance, caller).length > 0,
  )
  return [
    ...(waits ? [] : [`${name} has no clock`]),
    ...(offered ? [] : [`${name} offers nothing to anybody`]),
  ]
}

/** What an appeal knows of its referrals, its topic and its original is how these stand. */
async function agrees(engine: Engine, appeal: Instance): Promise<string[]> {
  const name = `${appeal.stream} in ${pathOf(appeal)}`
  const { referrals, deliberation, ties } = Appeal.parse(appeal.snapshot.context)
  const broken: string[] = []
  for (const { id, status } of referrals) {
    const referral = await engine.instances.get(id)
    const path = referral === undefined ? 'nowhere' : pathOf(referral)
    if (hasEnded(appeal)) {
      if (referral !== undefined && !hasEnded(referral)) broken.push(`${name}: ${id} in ${path}`)
    } else if (EXPECTED[status]?.test(path) === false) {
      broken.push(`${name}: ${id} is ${status} but in ${path}`)
    }
  }
  if (pathOf(appeal) === 'open.deliberation' && deliberation !== null) {
    const topic = await engine.instances.get(deliberation.id)
    const appeals = topic === undefined ? [] : Topic.parse(topic.snapshot.context).appeals
    if (topic === undefined || hasEnded(topic) || !appeals.includes(appeal.stream)) {
      broken.push(`${name} waits for ${deliberation.id}, which does not know it`)
    }
  }
  if (pathOf(appeal) === 'merged') {
    const original = await engine.instances.get(ties.original ?? '')
    const merged = original && Appeal.parse(original.snapshot.context).ties.merged
    if (original === undefined || hasEnded(original) || !merged?.includes(appeal.stream)) {
      broken.push(`${name} follows ${ties.original}, which does not know it`)
    }
  }
  return broken
}

// What the bench is played in: a community, units, people with bearer tokens, and residents whose
// telephone numbers are known because each has reported before.

import { Access, type Caller, execute, freshId, type Grant } from '@linli/engine'
import type { Community } from '@linli/runtime'
import { isRefusal } from '@linli/workflow'
import { type By, phoneOf, reportOf } from './case-script.ts'

/** Whom the bench acts as. */
export type Tokens = { coordinator: string; gridWorker: string; handler: string; analyst: string }

/** Ids and tokens that the load generator needs. */
export type Neighbourhood = { place: string; unit: string; phones: number; tokens: Tokens }

const RUNS: Caller = {
  id: 'bench',
  grants: [{ role: 'administrator' }, { role: 'coordinator' }, { role: 'system' }],
}

/** The office as callers in process. */
export const officeOf = (place: string): Readonly<Record<By, Caller>> => ({
  coordinator: { id: 'coordinator', grants: [{ role: 'coordinator', place }] },
  gridWorker: { id: 'grid-worker', grants: [{ role: 'grid-worker', place }] },
  handler: { id: 'handler', grants: [] },
})

/** How many residents report at once while the neighbourhood is made. */
const AT_ONCE = 64

/** Makes the neighbourhood in an empty community. */
export async function makeNeighbourhood(
  community: Community,
  phones: number,
): Promise<Neighbourhood> {
  const { engine, work, keyFile } = community
  const place = await begin(community, 'place', { kind: 'community', name: '红旗社区' })
  const unit = await begin(community, 'organisation', {
    kind: 'property',
    name: '物业',
    handles: [],
  })
  const access = new Access({ work, instances: engine.instances, keyFile, now: engine.now })
  const token = async (grant: Grant) => {
    const person = await begin(community, 'person', { kind: 'service' })
    await give(community, { workflow: 'person', command: 'grant', instance: person, data: grant })
    return access.createToken({ person, label: 'bench' })
  }
  const tokens = {
    coordinator: await token({ role: 'coordinator', place }),
    gridWorker: await token({ role: 'grid-worker', place }),
    handler: await token({ role: 'unit-handler', unit }),
    analyst: await token({ role: 'analyst' }),
  }
  let next = 0
  const residents = async () => {
    while (next < phones) {
      const data = reportOf(place, phoneOf(next++))
      await give(community, { workflow: 'appeal', command: 'report', data })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, residents))
  return { place, unit, phones, tokens }
}

/** Begins an instance and gives its id. */
async function begin(community: Community, workflow: string, data: unknown): Promise<string> {
  const command = 'register'
  return (await give(community, { workflow, command, data })).instance
}

/** Gives a command by whoever runs the bench. A refusal is a mistake of the bench. */
export async function give(
  { engine }: Community,
  asked: { workflow: string; command: string; instance?: string; data: unknown },
) {
  const answer = await execute(engine, { ...asked, key: freshId(), caller: RUNS })
  if (isRefusal(answer)) throw new Error(`${asked.command}: ${JSON.stringify(answer)}`)
  return answer
}

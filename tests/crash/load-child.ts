// The process that is killed: opens the community in a folder and lives through cases as fast as
// it can, several at once. Each acknowledged command is one line on standard output, written
// after the answer and before anything else.

import { writeSync } from 'node:fs'
import { type Caller, execute, type Request } from '@linli/engine'
import { openCommunity } from '@linli/runtime'
import { foundNeighbourhood, taken } from '../simulation/neighbourhood.ts'
import { type Acknowledged, fastClock, phoneOf } from './acknowledged.ts'

const AT_ONCE = 12
const PHONES = 40

const [folder = '', round = '', start = ''] = process.argv.slice(2)
const clock = fastClock(Number(start), Number(round))
const community = await openCommunity({ folder, clock })
const { engine, effects } = community
const { flats, people, propertyCompany } = await foundNeighbourhood((request) =>
  execute(engine, request),
)
tell({ ready: true })
await Promise.all(Array.from({ length: AT_ONCE }, (_, lane) => live(lane)))

function tell(line: Acknowledged | { ready: true }): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

/** Cases one after another until the process is killed. */
async function live(lane: number): Promise<never> {
  for (let number = 0; ; number += 1) await oneCase(`r${round}-l${lane}-n${number}`, number)
}

async function oneCase(name: string, number: number): Promise<void> {
  const phone = phoneOf((name.length * 7 + number * 13) % PHONES)
  const place = flats[number % flats.length]
  const report = { place, channel: 'phone', category: 'property.service.cleaning', phone }
  const words = { text: `canary-text-${name}`, name: `canary-name-${name}` }
  const appeal = await give(people.gridWorker, {
    ...{ workflow: 'appeal', command: 'report', key: `${name}:report` },
    data: { ...report, ...words },
  })
  const next = (command: string, data: Record<string, unknown>, caller: Caller) =>
    give(caller, {
      ...{ workflow: 'appeal', command, instance: appeal.instance, key: `${name}:${command}` },
      data,
    })
  await next('verify', { note: `canary-note-${name}` }, people.gridWorker)
  const units = [{ unit: propertyCompany, lead: true }]
  const referred = await next('refer', { units }, people.coordinator)
  const opened = referred.event.effects?.find((effect) => effect.kind === 'open')
  if (opened?.instance === undefined) throw new Error(`${name}: no referral was opened`)
  const { instance } = opened
  await effects.caughtUp(referred.position)
  const byUnit = { workflow: 'referral', instance }
  await give(people.property, {
    ...{ ...byUnit, command: 'accept', key: `${name}:accept`, data: {} },
  })
  const answered = await give(people.property, {
    ...{ ...byUnit, command: 'answer', key: `${name}:answer` },
    data: { outcome: 'solved', answer: `canary-answer-${name}` },
  })
  await effects.caughtUp(answered.position)
  await next(
    'followUp',
    { solved: 'yes', satisfied: 'yes', close: number % 3 !== 0 },
    people.coordinator,
  )
}

async function give(caller: Caller, request: Omit<Request, 'caller'>) {
  const reply = taken(await execute(engine, { ...request, caller }))
  const { instance, revision, position, event } = reply
  const clear = request.data as Record<string, unknown>
  tell({ instance, revision, position, event: event.id, request, caller, clear })
  return reply
}

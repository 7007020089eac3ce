// Accounts over both databases: rankings as of a moment, and the check that all comes to zero
// finds what does not.
import { randomUUIDv7 } from 'node:crypto'
import { openMemoryStore } from '@linli/event-store'
import { openRunner } from '@linli/projections'
import { type Event, type Instance, isRefusal, step } from '@linli/workflow'
import t, { type Test } from 'tap'
import { accountOf, issuingAccount } from '../../../workflows/account/account-id.ts'
import { account } from '../../../workflows/account/workflow.ts'
import { elapsedTime } from '../../workflow/src/test-kit.ts'
import { accountProjection } from '../src/account-projection.ts'
import { checkAccounts, rankedChiefs } from '../src/account-query.ts'
import { instanceProjection } from '../src/instance-projection.ts'
import { HOUR, T0 } from './instance-history.ts'
import { readKinds } from './read-databases.ts'

const person = (n: number) => `person-0198c000-0000-7000-8000-${String(n).padStart(12, '0')}`
const COMMUNITY = 'place-0198c000-0000-7000-8000-00000000000c'
const BUILDING = 'place-0198c000-0000-7000-8000-00000000000b'
const place = [COMMUNITY, BUILDING]
const OURS = issuingAccount(place, 'points')
const ALL = [{ all: true }] as const

type Scene = Awaited<ReturnType<typeof openScene>>

async function openScene(t: Test, kind: (typeof readKinds)[number]) {
  const readPlace = await kind.openPlace()
  const store = openMemoryStore()
  const projections = [
    instanceProjection({ workflows: new Map([['account', account]]) }),
    accountProjection(),
  ]
  const runner = await openRunner({
    ...{ file: readPlace.file, reader: store, projections, open: () => undefined },
  })
  const db = await readPlace.openQueries()
  t.teardown(async () => {
    await db.destroy()
    await runner.close()
    await readPlace.remove()
  })
  const known = new Map<string, Instance>()
  const add = async (event: Pick<Event, 'id' | 'type' | 'stream' | 'revision'>) => {
    const text = JSON.stringify(event)
    await store.append(event.stream, event.revision - 1, [{ id: event.id, type: event.type, text }])
  }
  /** Takes a command at an hour; what it tells is told at once unless it is `held`. */
  const give = async (stream: string, name: string, data: object, at: number, held = false) => {
    const [policy] = account.policies.values()
    if (policy === undefined) throw new Error('no policy')
    const answer = step(
      account,
      known.get(stream),
      { name, id: randomUUIDv7(), data: { ...data }, by: { role: 'system' }, at: T0 + at * HOUR },
      { stream, eventId: randomUUIDv7(), now: T0 + at * HOUR, policy, calendar: elapsedTime },
    )
    if (isRefusal(answer) || 'repeated' in answer) throw new Error(JSON.stringify(answer))
    known.set(stream, answer.instance)
    await add(answer.event)
    for (const effect of answer.event.effects ?? []) {
      if (effect.kind !== 'tell' || held) continue
      await give(effect.instance, effect.command, effect.with, at)
    }
    return answer.event
  }
  const grants = new Map<string, number>()
  const grant = (who: string, type: string, data: object, at: number) => {
    const revision = grants.get(who) ?? 0
    grants.set(who, revision + 1)
    const time = new Date(T0 + at * HOUR).toISOString()
    const rest = { at: time, recordedAt: time, by: { role: 'system' }, command: '', data }
    const event = { id: randomUUIDv7(), type, stream: who, revision, ...rest }
    return add(event)
  }
  const ranking = async (at: number, scope: Parameters<typeof rankedChiefs>[1]['scope'] = ALL) => {
    await runner.advance()
    const asked = { currency: 'points', from: T0, at: T0 + at * HOUR, scope }
    return (await rankedChiefs(db, asked)).map(({ rank, person: who, earned }) => [
      ...[rank, who, earned],
    ])
  }
  const check = async () => {
    await runner.advance()
    return checkAccounts(db)
  }
  const entryOf = (stream: string): string => known.get(stream)?.snapshot.context.entries[0].posting
  return { runner, give, grant, ranking, check, entryOf }
}

async function openAccounts({ give, grant }: Scene): Promise<void> {
  const chief = { role: 'building-chief', place: BUILDING, facts: { place: { path: place } } }
  await give(OURS, 'open', opening(COMMUNITY, 'issuing'), 0, true)
  for (const n of [1, 2]) {
    await give(accountOf(person(n), 'points'), 'open', opening(person(n), 'person'), 0, true)
    await grant(person(n), 'person.granted', chief, 0)
  }
  await grant(person(3), 'person.granted', { ...chief, role: 'volunteer' }, 0)
}

const opening = (owner: string, kind: string) => ({ owner, kind, currency: 'points', place })
const served = (proof: string, activity: string) => ({ proof, activity, minutes: 60 })

for (const kind of readKinds) {
  t.test(`rankings as of a moment (${kind.kind})`, async (t) => {
    const scene = await openScene(t, kind)
    const { give, grant, ranking, runner, entryOf } = scene
    await openAccounts(scene)
    const [one, two] = [1, 2].map((n) => accountOf(person(n), 'points')) as [string, string]
    await give(one, 'earn', served('a', 'mediator'), 10)
    await give(two, 'earn', served('b', 'patrol'), 11)
    await give(one, 'spend', { amount: 4, for: 'meal' }, 12)
    const both = [
      [1, person(1), 5],
      [2, person(2), 2],
    ]
    t.same(await ranking(12), both, 'what is spent was earned all the same')
    t.same(await ranking(10), [
      [1, person(1), 5],
      [2, person(2), 0],
    ])
    t.same(await ranking(12, [{ place: COMMUNITY }]), both)
    t.same(await ranking(12, [{ place: 'place-other' }, { unit: 'organisation-1' }]), [])
    t.same(await ranking(12, []), [])
    const received = await give(two, 'earn', served('c', 'organiser'), 13)
    t.match(received.effects, [{ command: 'issue' }])
    await give(one, 'reverse', { posting: entryOf(one), reason: 'notDone' }, 20)
    t.same(await ranking(20), [
      [1, person(2), 5],
      [2, person(1), 0],
    ])
    await grant(person(2), 'person.revoked', { role: 'building-chief', place: BUILDING }, 30)
    await grant(person(1), 'person.revoked', { role: 'building-chief', place: 'place-x' }, 30)
    t.same(await ranking(31), [[1, person(1), 0]])
    t.same(await ranking(29), [
      [1, person(2), 5],
      [2, person(1), 0],
    ])
    await grant(person(1), 'person.left', { reason: 'moved' }, 40)
    t.same(await ranking(41), [])
    await runner.rebuild('accounts')
    t.same(await ranking(12), both)
  })

  t.test(`all comes to zero, or it is told what does not (${kind.kind})`, async (t) => {
    const scene = await openScene(t, kind)
    const { give, check } = scene
    await openAccounts(scene)
    const one = accountOf(person(1), 'points')
    await give(one, 'earn', served('a', 'mediator'), 10)
    t.same(await check(), { accounts: 3, postings: 1, inTransit: { points: 0 }, trouble: [] })
    await give(one, 'spend', { amount: 2, for: 'goods' }, 11, true)
    t.same(await check(), { accounts: 3, postings: 2, inTransit: { points: 2 }, trouble: [] })
    const from = { amount: 9, currency: 'points', kind: 'earning', from: OURS }
    const posting = randomUUIDv7()
    await give(one, 'receive', { posting, ...from }, 12)
    const { trouble } = await check()
    t.equal(trouble.length, 1)
    t.match(trouble[0], posting, 'points that nobody paid')
  })
}

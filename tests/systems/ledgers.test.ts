// Duty rosters and the two ledgers that follow from them, over the API alone: points of building
// chiefs and their day in May, the station's sixteen groups, and minutes of service that buy
// classes. At the end all accounts come to zero, over the whole log and in what doctor looks at.
import { Access, checkAccounts, parseEvent } from '@linli/engine'
import { fold } from '@linli/workflow'
import { workflows } from '@linli/workflows'
import t from 'tap'
import { type Answer, instant, openHouse } from '../end-to-end/house.ts'

const house = await openHouse(t.testdir(), '2026-05-04T09:00')
t.teardown(() => house.close())
const { ask, take, moveTo, neighbourhood, community } = house
const { community: place, estate, building, flats } = neighbourhood
const { work, keyFile, engine } = community
const access = new Access({ work, keyFile, instances: engine.instances, now: engine.now })

/** Somebody of the story, by the token of an own account. */
type Someone = { id: string; headers: { authorization: string } }

/** A person on the community's books. */
async function registered(): Promise<string> {
  const answer = await ask('coordinator', 'POST /api/person/register', { kind: 'staff', place })
  return answer.body.id
}

async function someone(...roles: { role: string; place: string }[]): Promise<Someone> {
  const id = await registered()
  for (const role of [{ role: 'resident' }, ...roles]) {
    await ask('administrator', `POST /api/person/${id}/grant`, role)
  }
  const token = await access.createToken({ person: id, label: 'story' })
  return { id, headers: { authorization: `Bearer ${token}` } }
}

const as = (who: Someone, what: string, data: object = {}) =>
  ask('anybody', `POST /api/${what}`, data, who.headers)
const give = (what: string, data: object = {}) => take('coordinator', `POST /api/${what}`, data)
const see = async (what: string) => (await ask('coordinator', `GET /api/${what}`)).body

/** The same for what must be taken: waits until everything has followed. */
async function does(who: Someone, what: string, data: object = {}): Promise<Answer> {
  return take('anybody', `POST /api/${what}`, data, who.headers)
}

async function roster(group: string, kind: string, [from, to]: [string, string]): Promise<string> {
  const span = { from: instant(from), to: instant(to) }
  return (await give('duty/drawUp', { place, group, kind, ...span })).body.id
}
const shift = (from: string, to: string, persons: readonly { id: string }[]) => ({
  ...{ place: estate, from: instant(from), to: instant(to) },
  persons: persons.map(({ id }) => id),
})

/** A person's account in a currency, as lists find it. */
async function accountOf({ id }: Someone, currency: string) {
  await community.read.waitFor(await engine.store.head(), 5_000)
  const { rows } = await see(`account?person=${id}&category=${currency}`)
  return see(`account/${rows[0].id}`)
}
const figures = async (who: Someone, currency: string) =>
  (await accountOf(who, currency)).summary.extra

/** One shift on a day, from sign-in to sign-out. */
async function onDuty(id: string, name: string, whose: { who: Someone; from: string; to: string }) {
  await moveTo(whose.from)
  await does(whose.who, `duty/${id}/signIn`, { shift: name })
  await moveTo(whose.to)
  await does(whose.who, `duty/${id}/signOut`, { shift: name })
}

t.test(
  'row 10: building chiefs earn points on duty, spend them, and are ranked on 20 May',
  async (t) => {
    const chiefs = [
      await someone({ role: 'building-chief', place: building }),
      await someone({ role: 'building-chief', place: building }),
    ] as const
    const [first, second] = chiefs
    const patrols = await roster('楼长巡查', 'patrol', ['2026-05-11T00:00', '2026-06-01T00:00'])
    await give(`duty/${patrols}/addShift`, shift('2026-05-12T19:00', '2026-05-12T20:00', chiefs))
    await give(`duty/${patrols}/addShift`, shift('2026-05-14T19:00', '2026-05-14T20:00', [first]))
    await give(`duty/${patrols}/addShift`, shift('2026-05-19T19:00', '2026-05-19T20:00', [second]))
    await give(`duty/${patrols}/addShift`, shift('2026-05-21T19:00', '2026-05-21T20:00', [second]))
    await give(`duty/${patrols}/publish`)
    await moveTo('2026-05-12T19:00')
    for (const who of chiefs) await does(who, `duty/${patrols}/signIn`, { shift: 'shift-1' })
    await moveTo('2026-05-12T20:00')
    for (const who of chiefs) await does(who, `duty/${patrols}/signOut`, { shift: 'shift-1' })
    const span = { from: '2026-05-14T19:00', to: '2026-05-14T20:00' }
    await onDuty(patrols, 'shift-2', { who: first, ...span })
    t.match(await figures(first, 'points'), { balance: 4, earned: 4 }, 'two for each patrol')

    const { id } = await accountOf(first, 'points')
    const spend = { amount: 3, for: 'goods' }
    t.match(await as(first, `account/${id}/spend`, { ...spend, amount: -3 }), { status: 422 })
    t.match(await as(second, `account/${id}/spend`, spend), { status: 403 }, "another's")
    const both = await Promise.all([1, 2].map(() => as(first, `account/${id}/spend`, spend)))
    t.same(both.map(({ status }) => status).sort(), [200, 409], 'from two devices at once: one')
    t.match(both.find(({ status }) => status === 409)?.body, {
      code: 'condition-not-met',
      guard: 'enoughBalance',
    })
    await community.settled()
    t.match(await figures(first, 'points'), { balance: 1, earned: 4 })

    await onDuty(patrols, 'shift-3', {
      who: second,
      ...{ from: '2026-05-19T19:00', to: '2026-05-19T20:00' },
    })
    // A wrong entry: the second patrol of the first chief was somebody else's.
    const entries = (await accountOf(first, 'points')).data.entries
    const wrong = { posting: entries[1].posting, reason: 'wrongPerson' }
    const reversing = { 'idempotency-key': 'reverse-once' }
    await moveTo('2026-05-20T08:00')
    await take('coordinator', `POST /api/account/${id}/reverse`, wrong, reversing)
    const again = await take('coordinator', `POST /api/account/${id}/reverse`, wrong, reversing)
    t.match(again.body, { repeated: true }, 'the same key twice changes nothing')
    t.match(await ask('coordinator', `POST /api/account/${id}/reverse`, wrong), {
      ...{ status: 409, body: { guard: 'reversible' } },
    })
    t.match(await figures(first, 'points'), { balance: -1, spendable: 0 }, 'spent already: a debt')

    await onDuty(patrols, 'shift-4', {
      who: second,
      ...{ from: '2026-05-21T19:00', to: '2026-05-21T20:00' },
    })
    await community.read.waitFor(await engine.store.head(), 5_000)
    const ranking = async (moment: string) =>
      (await see(`accounts/ranking?year=2026&at=${instant(moment)}`)).rows.map(
        ({ rank, person, earned }: Record<string, unknown>) => [rank, person, earned],
      )
    const zero = [1, 2].length
    t.equal((await ranking('2026-05-12T00:00')).length, zero)
    t.same(await ranking('2026-05-15T00:00'), [
      [1, first.id, 4],
      [2, second.id, 2],
    ])
    t.same(await ranking('2026-05-20T09:00'), [
      [1, second.id, 4],
      [2, first.id, 2],
    ])
    t.same(await ranking('2026-05-22T09:00'), [
      [1, second.id, 6],
      [2, first.id, 2],
    ])
    const { headers } = first
    const own = await ask('anybody', 'GET /api/accounts/ranking', undefined, headers)
    t.match(own.body.rows[0], { rank: 1, person: second.id, placeName: '3号楼' })
    t.match(await ask('gridWorker', 'GET /api/accounts/ranking'), { status: 403 })
    t.match(await ask('coordinator', 'GET /api/accounts/ranking?year=2027'), { status: 422 })

    const other = await accountOf(second, 'points')
    await give(`account/${other.id}/freeze`, { reason: 'review' })
    t.match(await as(second, `account/${other.id}/spend`, spend), {
      ...{ status: 409, body: { code: 'not-in-this-state' } },
    })
    await give(`account/${other.id}/forfeit`, { reason: 'falseProof' })
    t.match(await figures(second, 'points'), { balance: 0, earned: 6 }, 'misconduct, by a posting')
  },
)

t.test(
  'row 25: sixteen groups on duty at the station: signing in, intake, swap, no-show',
  async (t) => {
    await moveTo('2026-06-15T09:00')
    const people = await Promise.all(
      Array.from({ length: 160 }, async (_, n) =>
        n < 20 ? someone({ role: 'duty-officer', place }) : { id: await registered() },
      ),
    )
    const groups = await Promise.all(
      Array.from({ length: 16 }, async (_, n) => {
        const group = `第${n + 1}组`
        const id = await roster(group, 'station', ['2026-06-22T00:00', '2026-07-20T00:00'])
        const date = `2026-06-${22 + (n % 7)}`
        const [from, to] = n < 7 ? ['08:30', '12:00'] : ['14:00', '17:00']
        const members = people.slice(n * 10, n * 10 + 10)
        await give(`duty/${id}/addShift`, shift(`${date}T${from}`, `${date}T${to}`, members))
        return id
      }),
    )
    const [group = '', another = ''] = groups
    const [anna, bert, carl] = people as [Someone, Someone, Someone]
    const dora = people[10] as Someone

    const twice = shift('2026-06-22T11:00', '2026-06-22T13:00', [carl])
    t.match(await ask('coordinator', `POST /api/duty/${group}/addShift`, twice), {
      ...{ status: 409, body: { code: 'condition-not-met', guard: 'nobodyTwice' } },
    })
    await give(`duty/${another}/addShift`, twice)
    t.match((await see(`duty/${another}`)).summary.extra, { duties: 11, declined: 1 })
    t.match(await ask('coordinator', `POST /api/duty/${another}/publish`), {
      ...{ status: 409, body: { guard: 'everybodyBooked' } },
    })
    await give(`duty/${another}/unassign`, { shift: 'shift-2', person: carl.id })
    for (const id of groups) await give(`duty/${id}/publish`)
    const listed = await see('duty?category=station&state=running')
    t.equal(listed.total, 16)

    await moveTo('2026-06-20T10:00')
    const asked = await does(bert, `duty/${group}/askSwap`, { shift: 'shift-1', to: dora.id })
    t.equal(asked.status, 200)
    const bertsDuty = { shift: 'shift-1', person: bert.id }
    t.match(await as(carl, `duty/${group}/agreeSwap`, bertsDuty), { body: { guard: 'askedOfMe' } })
    await does(dora, `duty/${group}/agreeSwap`, bertsDuty)

    await moveTo('2026-06-22T08:20')
    const one = { shift: 'shift-1' }
    t.match(await as(bert, `duty/${group}/signIn`, one), { body: { guard: 'isExpected' } })
    await does(anna, `duty/${group}/signIn`, one)
    await does(dora, `duty/${group}/signIn`, one)
    await moveTo('2026-06-22T09:00')
    t.match((await see(`duty/${group}`)).summary.extra, { duties: 10, absent: 8 })
    const { notices } = await see('notices')
    const alerts = notices.filter((notice: { instance: string }) => notice.instance === group)
    t.equal(alerts.length, 8, 'the coordinator is told of each who has not come')

    const words = { text: '楼道灯不亮', channel: 'desk', category: 'property.service.cleaning' }
    const appeal = (await does(anna, 'appeal/report', { place: flats[0], ...words })).body.id
    await does(anna, `duty/${group}/takeIn`, { ...one, appeal })
    t.match((await see(`duty/${group}`)).summary, { links: [{ rel: 'intake', id: appeal }] })
    t.match(await as(carl, `duty/${group}/takeIn`, { ...one, appeal }), {
      body: { guard: 'takesInOnDuty' },
    })
    await moveTo('2026-06-22T11:30')
    await does(carl, `duty/${group}/signIn`, one)
    await moveTo('2026-06-22T12:00')
    for (const who of [anna, carl, dora]) await does(who, `duty/${group}/signOut`, one)
    t.match((await see(`duty/${group}`)).summary.extra, { done: 3, absent: 7, intakes: 1 })
    t.match(await figures(anna, 'points'), { balance: 2 })
    t.match(await figures(carl, 'minutes'), { balance: 30 }, 'from when the late one came')
    await moveTo('2026-07-20T09:00')
    t.match(await see(`duty/${group}`), { path: 'ended' })
  },
)

t.test('row 29: forty minutes of service buy ninety minutes of class', async (t) => {
  await moveTo('2026-08-03T09:00')
  const learner = await someone({ role: 'volunteer', place: estate })
  const service = await roster('老年大学助教', 'service', ['2026-08-10T00:00', '2026-09-01T00:00'])
  await give(`duty/${service}/addShift`, shift('2026-08-11T09:00', '2026-08-11T12:20', [learner]))
  await give(`duty/${service}/publish`)
  await onDuty(service, 'shift-1', {
    who: learner,
    ...{ from: '2026-08-11T09:00', to: '2026-08-11T12:20' },
  })
  t.match(
    await figures(learner, 'minutes'),
    { balance: 120, earned: 120, classMinutes: 0 },
    '200 minutes in one activity: two hours count',
  )
  const { id } = await accountOf(learner, 'minutes')
  const exchange = { classes: 1 }
  await does(learner, `account/${id}/exchange`, exchange)
  t.match(await figures(learner, 'minutes'), { balance: 80, earned: 120, classMinutes: 90 })
  t.match(await as(learner, `account/${id}/exchange`, exchange), {
    ...{ status: 409, body: { code: 'condition-not-met', guard: 'oncePerQuarter' } },
  })
  await moveTo('2026-10-09T09:00')
  t.match(await as(learner, `account/${id}/exchange`, { classes: 3 }), {
    body: { guard: 'enoughMinutes' },
  })
  await does(learner, `account/${id}/exchange`, exchange)
  t.match(await figures(learner, 'minutes'), { balance: 40, earned: 120, classMinutes: 180 })

  // The first class did not take place: the community gives the minutes back.
  await community.read.waitFor(await engine.store.head(), 5_000)
  const { rows } = await see('account?channel=issuing&category=minutes')
  const { posting } = (await accountOf(learner, 'minutes')).data.exchanges[0]
  await give(`account/${rows[0].id}/reverse`, { posting, reason: 'returned' })
  t.match(await figures(learner, 'minutes'), { balance: 80, earned: 120, classMinutes: 90 })
  t.match((await see(`account/${id}?at=${instant('2026-08-12T09:00')}`)).summary.extra, {
    ...{ balance: 80, classMinutes: 90 },
  })

  await moveTo('2029-12-01T09:00')
  t.match(await figures(learner, 'minutes'), { balance: 0, earned: 120 }, 'hours served never fall')
})

t.test('all accounts and what is in transit come to zero, over the whole log', async (t) => {
  const head = await engine.store.head()
  await community.read.waitFor(head, 5_000)
  const sums = { all: 0, transit: 0 }
  let postings = 0
  const streams = new Map<string, ReturnType<typeof parseEvent>[]>()
  for (let after = 0; after < head; ) {
    const page = await engine.store.readAll({ after })
    for (const stored of page.events) {
      if (!stored.stream.startsWith('account-')) continue
      const event = parseEvent(stored)
      const own = [...(streams.get(stored.stream) ?? []), event]
      streams.set(stored.stream, own)
      if (event.type === 'account.received') sums.transit -= Number(event.data.amount)
      for (const effect of event.effects ?? []) {
        if (effect.kind !== 'tell' || effect.command !== 'receive') continue
        sums.transit += Number(effect.with.amount)
        postings += 1
      }
    }
    after = page.through
  }
  const workflow = workflows.get('account')
  if (workflow === undefined) throw new Error('no accounts')
  for (const events of streams.values()) {
    sums.all += fold(workflow, events)?.snapshot.context.balance ?? 0
  }
  t.same(sums, { all: 0, transit: 0 })
  const checked = await checkAccounts(community.read.db)
  t.same(checked, {
    accounts: streams.size,
    postings,
    inTransit: { points: 0, minutes: 0 },
    trouble: [],
  })
  t.ok(postings > 15, `${postings} postings`)
})

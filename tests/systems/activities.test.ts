// Activities, honours and worries over the API alone, told as the systems are listed: the year's
// urgent worries, the charity sewing room, benefit events, commendations, and who took part.
import t from 'tap'
import { filesHolding } from '../end-to-end/canary.ts'
import { instant, openHouse } from '../end-to-end/house.ts'

const house = await openHouse(t.testdir(), '2026-03-02T09:00')
t.teardown(() => house.close())
const { ask, take, moveTo, neighbourhood } = house
const { community, estate, building, flats, propertyCompany } = neighbourhood
/** What people wrote: it may stand in no file. */
const words = {
  worry: 'canary-worry: no warm water since the storm',
  basis: 'canary-basis: carried every parcel to the fourth floor',
  shownAs: 'canary-name of building 3',
  objection: 'canary-objection: it was somebody else',
}

type Who = Parameters<typeof ask>[0]
const get = async (path: string, who: Who = 'coordinator') => (await ask(who, `GET ${path}`)).body
const give = (path: string, data: object = {}, who: Who = 'coordinator') =>
  take(who, `POST /api/${path}`, data)
const begin = async (path: string, data: object, who: Who = 'coordinator'): Promise<string> =>
  told(await ask(who, `POST /api/${path}`, data)).id
const told = ({ status, body }: Awaited<ReturnType<typeof ask>>) => {
  if (status >= 300) throw new Error(JSON.stringify(body))
  return body
}
const extraOf = async (workflow: string, id: string) => {
  await house.community.settled()
  const { rows } = await get(`/api/${workflow}?limit=500`)
  return rows.find((row: { id: string }) => row.id === id)?.extra
}

const times = <One>(count: number, one: (n: number) => Promise<One>): Promise<One[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => one(n)))

/** Residents who are known to the software. */
const residents = (count: number): Promise<string[]> =>
  times(count, () => begin('person/register', { kind: 'resident', place: community }))

t.test('row 5: 43 urgent worries solved in a year, counted by category', async (t) => {
  const [solar, drain] = ['utilities.power.solar', 'utilities.water.drain']
  const worry = async (category: string, n: number) => {
    const id = await begin('appeal/report', {
      ...{ place: flats[n % flats.length], category, channel: 'grid', text: words.worry },
    })
    await ask('gridWorker', `POST /api/appeal/${id}/verify`, { urgent: true })
    await ask('gridWorker', `POST /api/appeal/${id}/solve`, { answer: 'Mended' })
    const happy = { solved: 'yes', satisfied: 'yes', close: true }
    return ask('coordinator', `POST /api/appeal/${id}/followUp`, happy)
  }
  const closed = await times(43, (n) => worry(n < 25 ? solar : drain, n))
  t.ok(closed.every(({ body }) => body.path === 'closed'))
  await begin('appeal/report', {
    ...{ place: flats[0], category: solar, channel: 'grid', text: words.worry },
  })
  await house.community.settled()
  const year = new URLSearchParams({
    from: instant('2026-01-01T00:00'),
    to: instant('2027-01-01T00:00'),
  })
  const { groups } = await get(`/api/counts?workflow=appeal&by=category&${year}`)
  const counted = groups.map(({ key, count }: { key: string; count: number }) => [key, count])
  t.same(Object.fromEntries(counted), { [solar]: 26, [drain]: 18 })
  const { rates } = await get(`/api/rates?name=solution&${year}`)
  t.match(rates[0].groups, [{ numerator: 43, denominator: 43 }], '43 solved, one still open')
  const split = (await get(`/api/rates?name=solution&by=category&${year}`)).rates[0].groups
  const solved = split.map((one: { key: string; numerator: number }) => [one.key, one.numerator])
  t.same(Object.fromEntries(solved), { [solar]: 25, [drain]: 18 })
  const behind = await get(`/api/appeal?${split[0].filters.numerator}&limit=100`)
  t.equal(behind.total, split[0].numerator, 'the figure opens its cases')
  const before = new URLSearchParams({
    from: instant('2025-01-01T00:00'),
    to: instant('2026-01-01T00:00'),
  })
  t.same((await get(`/api/counts?workflow=appeal&by=category&${before}`)).groups, [])
})

t.test('row 14: the charity sewing room makes 28 scarves in a week, goal 25', async (t) => {
  const members = await residents(52)
  const team = await begin('team/form', {
    ...{ name: 'Charity sewing room', skills: ['sewing'], place: estate },
  })
  await times(52, async (n) =>
    told(await ask('coordinator', `POST /api/team/${team}/enlist`, { person: members[n] })),
  )
  t.match(await extraOf('team', team), { members: 52 })

  await moveTo('2026-03-09T08:00')
  const week = await begin('activity/plan', {
    ...{ kind: 'sewing', title: 'Scarves for the nursing home', place: estate, team },
    ...{ startsAt: instant('2026-03-09T09:00'), endsAt: instant('2026-03-13T18:00') },
    goal: { what: 'scarf', amount: 25 },
  })
  const [monday, tuesday] = ['2026-03-09', '2026-03-10']
  for (const day of [monday, tuesday]) {
    const shift = { from: instant(`${day}T09:00`), to: instant(`${day}T11:00`), needed: 20 }
    await give(`activity/${week}/addShift`, shift)
  }
  const first = members.slice(0, 30)
  await give(`activity/${week}/roster`, { shift: 'shift-1', people: first })
  await give(`activity/${week}/begin`)
  await give(`activity/${week}/signIn`, { shift: 'shift-1', people: first })
  const again = await ask('coordinator', `POST /api/activity/${week}/signIn`, {
    ...{ shift: 'shift-1', people: first.slice(0, 1) },
  })
  t.match(again, { status: 409, body: { code: 'condition-not-met', guard: 'comesOnce' } })
  const tooLong = { person: first[0], minutes: 121, shift: 'shift-1' }
  t.match(await ask('coordinator', `POST /api/activity/${week}/serve`, tooLong), {
    ...{ status: 409, body: { guard: 'servesOnce' } },
  })
  await give(`activity/${week}/serve`, { person: first[0], minutes: 120, shift: 'shift-1' })
  await give(`activity/${week}/produce`, { amount: 16, shift: 'shift-1' })
  await moveTo('2026-03-10T11:00')
  await give(`activity/${week}/signIn`, { shift: 'shift-2', people: members.slice(20) })
  await give(`activity/${week}/produce`, { amount: 12, shift: 'shift-2' })
  await moveTo('2026-03-13T18:00')
  const done = await give(`activity/${week}/finish`, { beneficiaries: 28, result: 'All given' })
  t.equal(done.body.path, 'done')
  t.match(await extraOf('activity', week), {
    ...{ output: 28, goal: 25, personTimes: 62, people: 52, serviceMinutes: 120 },
  })
  const goals = await get('/api/rates?workflow=activity&name=goalReached')
  t.match(goals.rates[0].groups, [{ numerator: 1, denominator: 1 }])
  const { rows } = await get('/api/account?limit=100')
  const minutes = rows.find(
    (row: { extra: { currency?: string; kind?: string } }) =>
      row.extra.currency === 'minutes' && row.extra.kind === 'person',
  )
  t.match(minutes.extra, { balance: 120 }, 'the minutes stand in the account of who served')
})

t.test('row 18: eight benefit events belong to one project, which counts them', async (t) => {
  const project = await begin('project/begin', {
    ...{ title: 'Benefit events 善聚', place: community, owner: propertyCompany },
    goals: [{ text: 'Eight events a year', amount: 8 }],
    tasks: [{ text: 'Win partner units', owner: propertyCompany, dueOn: '2026-04-01' }],
  })
  const people = await residents(3)
  await times(8, async (n) => {
    const event = await begin('activity/plan', {
      ...{ kind: 'benefit', title: `Benefit event ${n + 1}`, place: estate, project },
      ...{ startsAt: instant('2026-03-14T09:00'), endsAt: instant('2026-03-14T11:00') },
    })
    await ask('coordinator', `POST /api/activity/${event}/begin`, {})
    await ask('coordinator', `POST /api/activity/${event}/signIn`, {
      ...{ people, others: { times: 10, people: 10 } },
    })
    await ask('coordinator', `POST /api/activity/${event}/finish`, { beneficiaries: 20 })
  })
  await house.community.settled()
  t.match(await extraOf('project', project), {
    activities: 8,
    personTimes: 104,
    beneficiaries: 160,
  })
  const early = { reached: 'yes', result: 'Eight events held' }
  t.match(await ask('coordinator', `POST /api/project/${project}/finish`, early), {
    ...{ status: 409, body: { code: 'condition-not-met', guard: 'tasksDone' } },
  })
  await give(`project/${project}/finishTask`, { task: 'task-1', outcome: 'done' }, 'property')
  t.equal((await give(`project/${project}/finish`, early)).body.path, 'done')
  const late = await ask('coordinator', 'POST /api/activity/plan', {
    ...{ kind: 'benefit', title: 'Too late', place: estate, project },
    ...{ startsAt: instant('2026-03-20T09:00'), endsAt: instant('2026-03-20T11:00') },
  })
  t.match(late, { status: 409, body: { guard: 'planFits' } }, 'the project is over')
})

t.test('row 21: a commendation, its public notice, an objection, the honour list', async (t) => {
  const [nominee] = await residents(1)
  const id = await begin(
    'commendation/propose',
    {
      ...{ kind: 'chief', honour: 'Best building chief of the year', place: building, nominee },
      ...{ basis: words.basis, shownAs: words.shownAs },
    },
    'gridWorker',
  )
  const path = `commendation/${id}`
  t.match(await ask('gridWorker', `POST /api/${path}/announce`, {}), { status: 403 })
  await moveTo('2026-03-16T09:00')
  await give(`${path}/announce`)
  await moveTo('2026-03-17T09:00')
  await give(`${path}/object`, { reason: words.objection }, 'gridWorker')
  t.match(await ask('coordinator', `POST /api/${path}/grant`, {}), {
    ...{ status: 409, body: { code: 'not-in-this-state' } },
  })
  t.same((await get('/api/honours', 'anybody')).honours, [], 'nobody is honoured before')
  await moveTo('2026-03-24T09:00')
  t.match(await get(`/api/${path}`), { path: 'deciding' }, 'five working days are over')
  t.match(await ask('coordinator', `POST /api/${path}/grant`, {}), {
    ...{ status: 409, body: { guard: 'objectionsHeard' } },
  })
  await give(`${path}/settle`, { objection: 'objection-1', finding: 'dismissed' })
  await give(`${path}/grant`)
  const listed = await get('/api/commendation?state=granted')
  t.match(listed.rows, [{ id, title: 'Best building chief of the year' }])
  const { honours } = await get('/api/honours', 'anybody')
  t.match(honours, [{ id, kindLabel: 'Building chief', name: words.shownAs }])
  t.notOk(JSON.stringify(honours).includes(words.basis), 'what for is not for everybody')
  await give(`${path}/revoke`, { reason: 'falseBasis' })
  t.same((await get('/api/honours', 'anybody')).honours, [], 'a revoked honour is not shown')
})

t.test('row 34: person-times beside unique people, by kind, as of any moment', async (t) => {
  const before = (await get('/api/participation')).groups[0]
  t.match(before, { activities: 9, personTimes: 166, people: 135, knownPeople: 55 })
  const asOf = instant('2026-03-24T09:00')
  await moveTo('2026-06-01T08:00')
  const children = await residents(4)
  const festival = async (people: string[], others: { times: number; people: number }) => {
    const id = await begin('activity/plan', {
      ...{ kind: 'children', title: 'Children’s day', place: estate },
      ...{ startsAt: instant('2026-06-01T09:00'), endsAt: instant('2026-06-01T17:00') },
    })
    await give(`activity/${id}/openRegistration`)
    await give(`activity/${id}/register`, { person: people[0] })
    await give(`activity/${id}/begin`)
    await give(`activity/${id}/signIn`, { people, others })
    await give(`activity/${id}/finish`, { beneficiaries: 7_350 })
  }
  await festival(children, { times: 2_500, people: 900 })
  await festival(children.slice(1), { times: 2_493, people: 850 })
  const { groups } = await get('/api/participation?by=kind')
  const kind = (key: string) => groups.find((group: { key: string }) => group.key === key)
  t.match(kind('children'), {
    ...{ label: 'For children', activities: 2, personTimes: 5_000 },
    ...{ people: 1_754, knownPeople: 4, beneficiaries: 14_700 },
  })
  t.match(kind('sewing'), { personTimes: 62, people: 52, output: 28 })
  t.match(kind('benefit'), { personTimes: 104, knownPeople: 3, people: 83 })
  const months = (await get('/api/participation?by=month')).groups
  t.same(
    months.map(({ key, activities }: { key: string; activities: number }) => [key, activities]),
    [
      ['2026-06', 2],
      ['2026-03', 9],
    ],
  )
  const past = await get(`/api/participation?at=${encodeURIComponent(asOf)}`)
  t.same(past.groups[0], before, 'as of the day before, as it was shown then')
  const june = new URLSearchParams({ from: instant('2026-06-01T00:00') })
  t.match((await get(`/api/participation?${june}`)).groups, [{ activities: 2 }])
  t.match((await get('/api/participation', 'heating')).groups, [{ activities: 0 }])
  await house.close()
  t.same(filesHolding(house.folder, Object.values(words)), [])
})

// Visits and mediation over the API alone, told as the systems are listed: a whole building called
// on in the heating season, people who live alone, and a dispute with units from outside.
import { Access } from '@linli/engine'
import t from 'tap'
import { filesHolding } from '../end-to-end/canary.ts'
import { instant, openHouse } from '../end-to-end/house.ts'
import { filedPage, type Step, storyPage } from './story-page.ts'

const house = await openHouse(t.testdir(), '2026-11-10T09:00')
t.teardown(() => house.close())
const { ask, take, moveTo, neighbourhood } = house
const { community, building, flats, propertyCompany } = neighbourhood
const { work, keyFile, engine } = house.community
const access = new Access({ work, keyFile, instances: engine.instances, now: engine.now })
/** What people wrote: it may stand in no file. */
const words = {
  cold: 'canary-cold: fourteen degrees and a grandchild',
  needs: 'canary-needs: the tap drips as well',
  care: 'canary-care: hard of hearing, knock loudly',
  hospital: 'canary-hospital: ward seven',
  smell: 'the lorry tips at five in the morning, and the smell stays',
  talk: 'each side was heard for half an hour',
  outside: 'whoever hires the lorry',
  time: 'the transfer begins at half past seven',
  rinse: 'the ground is rinsed after each transfer',
  six: 'three mornings at six',
}

type Who = Parameters<typeof ask>[0]
type Row = { id: string; owner?: string; path: string; extra: Record<string, unknown> }
const get = async (path: string, who: Who = 'coordinator') => (await ask(who, `GET ${path}`)).body
const give = (path: string, data: object = {}, who: Who = 'coordinator') =>
  take(who, `POST /api/${path}`, data)
const begin = async (path: string, data: object, who: Who = 'coordinator'): Promise<string> =>
  (await give(path, data, who)).body.id
/** The same as one of the volunteers, by a token of their own. */
const asVolunteer = (token: string) => ({ authorization: `Bearer ${token}` })
const noticesOf = async (who: Who, instance: string) =>
  (await get('/api/notices', who)).notices.filter((one: Row & { instance: string }) => {
    return one.instance === instance
  })
const measured = (celsius: number) => ({
  ...{ room: 'living', celsius, instrument: 'T-0021' },
  ...{ signedByMeasurer: true, signedByUser: true },
})

/** People who may be asked to visit, and their tokens. */
async function volunteers(count: number): Promise<{ id: string; token: string }[]> {
  const people: { id: string; token: string }[] = []
  for (let n = 0; n < count; n += 1) {
    const id = await begin('person/register', { kind: 'resident', place: community })
    await give(`person/${id}/grant`, { role: 'volunteer', place: community }, 'administrator')
    people.push({ id, token: await access.createToken({ person: id, label: 'volunteer' }) })
  }
  return people
}
const TEAM = await volunteers(30)

t.test('row 1: in the heating season thirty volunteers call on every household', async (t) => {
  const team = await begin('team/form', {
    ...{ name: '青年志愿服务队', skills: ['eldercare', 'repair'], place: community },
  })
  for (const { id } of TEAM) await give(`team/${team}/enlist`, { person: id })
  const more = ['2-601', '2-602', '1-302']
  for (const name of more) {
    const flat = { kind: 'household', name, parent: building, areaM2: 86.5 }
    flats.push(await begin('place/register', flat, 'administrator'))
  }
  const campaign = await begin('campaign/announce', {
    ...{ place: building, title: '温暖入户', purpose: 'heating', team, households: flats },
  })
  const early = await ask('coordinator', `POST /api/campaign/${campaign}/begin`, {})
  t.match(early.body, { code: 'condition-not-met', guard: 'inSeason' }, 'the 10th is too early')
  await moveTo('2026-11-16T09:00')
  await give(`campaign/${campaign}/begin`)
  const coverage = async () => (await get(`/api/campaign/${campaign}`)).summary.extra
  t.match(await coverage(), { visitors: 30, households: 6, planned: 6, coveredPercent: 0 })

  const visits: Row[] = (await get(`/api/visit?place=${building}`)).rows
  t.equal(visits.length, 6, 'a visit for each household')
  t.equal(new Set(visits.map(({ owner }) => owner)).size, 6, 'dealt out to different people')
  const [well, cold, away, unwilling] = visits as [Row, Row, Row, Row]
  const record = async (visit: Row, data: object) => {
    const { token = '' } = TEAM.find(({ id }) => id === visit.owner) ?? {}
    return take('anybody', `POST /api/visit/${visit.id}/record`, data, asVolunteer(token))
  }
  const first = TEAM.find(({ id }) => id === well.owner)?.token ?? ''
  const mine = await ask('anybody', 'GET /api/visit?mine=1', undefined, asVolunteer(first))
  t.match(mine.body.rows, [{ id: well.id }], 'on the list of whoever is to go')

  await moveTo('2026-11-17T18:30')
  await record(well, { found: 'well', people: 3, measurement: measured(19.5) })
  const appeal = { category: 'heating.indoor.cold', text: words.cold, urgent: true }
  const found = { found: 'needs', note: words.needs, measurement: measured(14), appeal }
  t.equal((await record(cold, found)).body.path, 'recorded')
  await record(away, { found: 'notAtHome' })
  await record(unwilling, { found: 'refused' })
  t.match(await coverage(), {
    ...{ planned: 3, visited: 2, refused: 1, notAtHome: 0, needs: 1, coveredPercent: 50 },
  })

  const { summary } = await get(`/api/visit/${cold.id}`)
  const link = summary.links.find(({ rel }: { rel: string }) => rel === 'appeal')
  const opened = await get(`/api/appeal/${link.id}`)
  t.match(opened, {
    ...{ path: 'open.reported', clocks: [{ clock: 'contact' }, { clock: 'verify' }] },
    summary: { channel: 'visit', category: 'heating.indoor.cold', extra: { urgent: true } },
    personal: [{ field: 'text', text: words.cold }],
  })
  const again: Row[] = (await get(`/api/visit?place=${building}&state=planned`)).rows
  t.equal(again.length, 3, 'whoever was not at home is called on once more')

  const byFloor = async (moment = '') => get(`/api/places/${building}/temperatures${moment}`)
  const warm = await byFloor()
  t.same(
    warm.floors.map(({ floor, households }: { floor: number; households: object[] }) => [
      floor,
      households.length,
    ]),
    [
      [6, 2],
      [5, 2],
      [3, 2],
    ],
  )
  t.match(warm, { measured: 2, coldestC: 14 })
  t.match(await byFloor(`?at=${instant('2026-11-17T18:00')}`), { measured: 0, coldestC: null })

  await moveTo('2027-03-16T00:01')
  t.match(await get(`/api/campaign/${campaign}`), { path: 'closed', ended: true })
  const open: Row[] = (await get(`/api/visit?place=${building}&ended=0`)).rows
  t.same(
    open.map(({ path }) => path),
    ['recorded'],
    'the season is over: visits not made are called off, needs are not',
  )
})

t.test('what cannot be is refused, and nothing is recorded', async (t) => {
  const dueAt = instant('2027-03-20T09:00')
  const data = { place: flats[0], dueAt, purpose: 'heating' }
  const visit = await begin('visit/plan', data, 'gridWorker')
  const tried = async (measurement: object) => {
    const to = `POST /api/visit/${visit}/record`
    return (await ask('gridWorker', to, { found: 'well', measurement })).body
  }
  t.match(await tried(measured(300)), {
    ...{ status: 422, code: 'invalid', field: 'measurement.celsius' },
  })
  const { instrument: _, ...without } = measured(19)
  t.match(await tried(without), { code: 'invalid', field: 'measurement.instrument' })
  t.match(await tried({ ...measured(19), signedByMeasurer: false }), { code: 'invalid' })
  t.match(await tried({ ...measured(19), signedByUser: false }), { code: 'invalid' })
  t.match(await get(`/api/visit/${visit}`), { path: 'planned', revision: 0 })
  const past = { ...data, dueAt: instant('2027-01-01T09:00') }
  t.match(await ask('gridWorker', 'POST /api/visit/plan', past), { body: { guard: 'dueAhead' } })
  const many = Array.from({ length: 301 }, () => flats[0])
  const huge = { place: building, title: 'x', purpose: 'safety', households: many, visitors: [] }
  t.match(await ask('coordinator', 'POST /api/campaign/announce', huge), { status: 422 })
  await give(`visit/${visit}/cancel`, { reason: 'mistake' }, 'gridWorker')
})

t.test('row 19: an old person living alone is visited, and missed after hours', async (t) => {
  const [{ id: visitor, token } = { id: '', token: '' }] = TEAM
  const elder = await begin('person/register', { kind: 'resident', place: flats[0] })
  await moveTo('2027-03-21T09:00')
  const plan = await begin(
    'visit-plan/begin',
    {
      ...{ place: flats[0], person: elder, reason: 'livesAlone', everyDays: 7 },
      ...{ firstAt: instant('2027-03-22T09:00'), visitor, note: words.care },
    },
    'gridWorker',
  )
  const line = async (): Promise<Row> => {
    const { rows } = await get('/api/visit-plan?ended=0', 'gridWorker')
    return rows.find(({ id }: Row) => id === plan)
  }
  const next = async (): Promise<string> => {
    const { summary } = await get(`/api/visit-plan/${plan}`, 'gridWorker')
    return summary.links.find(({ rel }: { rel: string }) => rel === 'visit').id
  }
  const visited = async (found: string) =>
    take('anybody', `POST /api/visit/${await next()}/record`, { found }, asVolunteer(token))
  await moveTo('2027-03-22T10:00')
  await visited('well')
  t.match(await line(), {
    extra: { visits: 1, lastFound: 'well', nextAt: instant('2027-03-29T10:00') },
  })

  await moveTo('2027-03-29T13:59')
  t.same(await noticesOf('coordinator', plan), [])
  await moveTo('2027-03-29T14:01')
  t.match(await noticesOf('coordinator', plan), [
    { text: 'missed', label: 'Somebody on the care list was not visited in time' },
  ])
  t.match(await line(), { card: 'red', extra: { missed: 1 } }, 'red on the care list')
  await visited('notAtHome')
  const day = { lastFound: 'notAtHome', nextAt: instant('2027-03-30T14:01') }
  t.match(await line(), { card: 'none', extra: day }, 'the next day again')

  const away = { reason: 'hospital', until: instant('2027-04-10T09:00'), note: words.hospital }
  await give(`visit-plan/${plan}/pause`, away, 'gridWorker')
  t.match(await line(), { path: 'away', extra: { nextAt: null } })
  await moveTo('2027-04-11T08:00')
  t.match(await line(), { path: 'active', extra: { nextAt: instant('2027-04-11T09:00') } })
  await moveTo('2027-04-11T09:00')
  await visited('needs')
  t.match(await line(), { extra: { visits: 3, nextAt: instant('2027-04-18T09:00') } })
  await give(`visit-plan/${plan}/end`, { reason: 'moved' }, 'gridWorker')
  t.same(await line(), undefined)
  const off = (await get(`/api/visit?place=${flats[0]}&state=planned`)).rows
  t.same(off, [], 'the visit that was waited for is called off')
  const then = `?ended=0&at=${encodeURIComponent(instant('2027-03-29T14:00'))}`
  const before = (await get(`/api/visit-plan${then}`)).rows
  const missed = { visits: 1, missed: 1 }
  t.match(before, [{ id: plan, path: 'active', card: 'red', extra: missed }], 'as it was')
})

t.test('row 26: the garbage station beside Building 1', async (t) => {
  const page = storyPage()
  const step = (send: string, more: Partial<Step> = {}) =>
    page.step(house, { who: 'coordinator', send, ...more })
  page.say('# The garbage station beside Building 1')
  page.say(
    'What a mediation sends and is answered, from the request to the check. The page is written by ' +
      '`tests/systems/visits.test.ts`, which compares it on every run; ids stand as names in braces, ' +
      'and instants in UTC, eight hours behind the clocks of the place.',
  )
  await moveTo('2027-05-10T09:00')
  const cleansing = await begin(
    'organisation/register',
    { kind: 'cleansing', name: '城区清运所', handles: ['environment'] },
    'administrator',
  )
  const resident = await begin('person/register', { kind: 'resident', place: flats[0] })
  for (const [id, name] of [
    ...[[building, 'building'] as const, [resident, 'resident of the building'] as const],
    ...[[cleansing, 'cleansing office'] as const, [propertyCompany, 'property company'] as const],
  ]) {
    page.call(id, name)
  }
  page.say('## 10 May: asked for')
  const requested = await step('POST /api/mediation/request', {
    body: {
      ...{ place: building, matter: 'smell', text: words.smell },
      persons: [{ person: resident, side: 'complains' }],
      units: [
        { unit: cleansing, side: 'answers' },
        { unit: propertyCompany, side: 'answers' },
      ],
      outside: [{ name: words.outside, side: 'helps' }],
    },
    names: 'mediation',
    shows: ({ id, path, offered }) => ({ id, path, offered }),
  })
  const { id: mediation } = requested.body
  const to = (command: string) => `POST /api/mediation/${mediation}/${command}`
  const now = (shows: Step['shows']) => step(`GET /api/mediation/${mediation}`, { shows })
  const stage = { shows: ({ path }: Row) => ({ path }) }
  await step(to('accept'), { body: {}, ...stage })
  const arranged = { at: instant('2027-05-12T19:00'), room: '红帆驿站' }
  await step(to('arrange'), { body: arranged, ...stage })
  page.say('Each party that has an account is invited, the unit outside the community as well:')
  const invited = await step('GET /api/notices', {
    who: 'property',
    shows: ({ notices: [{ text, label, at }] }) => ({ text, label, at }),
  })
  t.match(invited.body.notices, [{ text: 'invited', instance: mediation }])
  const measures = [
    {
      ...{ kind: 'time', what: words.time, owner: cleansing },
      ...{ due: instant('2027-05-15T07:30'), timeOfDay: '07:30' },
    },
    {
      ...{ kind: 'cleaning', what: words.rinse, owner: propertyCompany },
      due: instant('2027-05-16T18:00'),
    },
  ]
  page.say('Nothing can be agreed before the parties have talked:')
  const refused = ({ code, guard, guardText }: Record<string, string>) => ({
    ...{ code, guard, guardText },
  })
  const early = await step(to('agree'), { body: { measures }, shows: refused })
  t.match(early, { status: 409, body: { guard: 'agreementFits' } })

  page.say('## 12 May: talked and agreed')
  await moveTo('2027-05-12T20:30')
  const attended = [resident, cleansing, propertyCompany, 'outside-1']
  const talk = { at: instant('2027-05-12T19:00'), attended, record: words.talk }
  await step(to('talk'), { body: talk, ...stage })
  await step(to('agree'), { body: { measures }, ...stage })
  page.say('A clock runs to the nearest measure; what was said is read only by who may:')
  const agreed = await now(({ path, card, clocks, summary: { extra } }) => ({
    ...{ path, card },
    clocks: clocks.map(({ clock, status, dueAt }: Record<string, string>) => ({
      ...{ clock, status, dueAt },
    })),
    extra,
  }))
  const { clocks } = agreed.body
  const runs = { clock: 'measure', status: 'running', dueAt: instant('2027-05-15T07:30') }
  t.match(clocks.at(-1), runs)
  t.match(agreed.body.summary.extra, { measures: 2, nextDue: runs.dueAt })

  page.say('## 15 May: due')
  await moveTo('2027-05-15T07:40')
  page.say('Ten minutes after the transfer should have begun nobody has said that it did: red.')
  const due = await now(({ path, card }) => ({ path, card }))
  t.match(due.body, { card: 'red' })
  await step(to('carryOut'), { body: { measure: 'measure-1' }, ...stage })
  const mine = { measure: 'measure-2' }
  await step(to('carryOut'), { who: 'property', body: mine, ...stage })
  t.match((await now(({ path, card }) => ({ path, card }))).body, {
    path: 'checking',
    card: 'none',
  })

  page.say('## 20 May: rinsed, but the lorry came at six again')
  await moveTo('2027-05-20T08:00')
  const part = await step(to('check'), { body: { kept: 'part', note: words.six }, ...stage })
  t.equal(part.body.path, 'talking', 'they talk again')
  const second = { at: instant('2027-05-20T08:00'), attended: [resident, cleansing] }
  await step(to('talk'), { body: { ...second, record: words.talk }, ...stage })
  const [first] = measures
  const anew = { measures: [{ ...first, due: instant('2027-05-21T07:30') }] }
  await step(to('agree'), { body: anew, ...stage })
  await moveTo('2027-05-21T07:35')
  await step(to('carryOut'), { body: { measure: 'measure-1' }, ...stage })

  page.say('## 3 June: kept')
  await moveTo('2027-06-03T09:00')
  await step(to('check'), { body: { kept: 'all' }, ...stage })
  const ended = await now(({ path, summary: { extra } }) => ({ path, ended: true, extra }))
  t.match(ended.body, {
    ...{ path: 'settled', ended: true },
    summary: { extra: { talks: 2, agreements: 2, kept: 'all' } },
  })
  const then = `GET /api/mediation/${mediation}?at=${instant('2027-05-15T07:35')}`
  page.say('And as it was on the morning of 15 May, at any time afterwards:')
  const before = await step(then, { shows: ({ path, card }) => ({ path, card }) })
  t.match(before.body, { path: 'carryingOut', card: 'red' })
  t.same((await get('/api/mediation', 'heating')).rows, [], 'no business of the heating company')
  t.equal(page.text(), filedPage('garbage-station', page.text()), 'the page is what happened')
})

t.test('no file holds what people said', async (t) => {
  await house.close()
  t.same(filesHolding(house.folder, Object.values(words)), [])
})

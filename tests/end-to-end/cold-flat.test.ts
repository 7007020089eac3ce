// A cold flat, told through the HTTP API alone. Read it as documentation: what each role sends,
// what comes of it, and how the past can be asked afterwards. Only the clock is the test's: it
// moves the server's time from one act to the next.
import t from 'tap'
import { filesHolding } from './canary.ts'
import { instant, openHouse } from './house.ts'

const house = await openHouse(t.testdir(), '2026-12-01T09:00')
t.teardown(() => house.close())
const { ask, take, moveTo, neighbourhood } = house
const { flats, heatingCompany, propertyCompany } = neighbourhood
/** Personal words of this story: they may stand in no file. */
const words = {
  text: 'canary-report: fifteen degrees and two small children',
  phone: '13912345678',
  name: 'canary-name of 3-2-501',
  note: 'canary-note: ring twice',
  back: 'canary-back: the riser is the heating company’s',
  contact: 'canary-contact: spoke at the door',
  unhappy: 'canary-unhappy: cold again in the morning',
}
const story = { appeal: '', heating: '', property: '', again: '' }

/** A living room of 14 m² needs one point of measurement. */
const measured = (celsius: number) => ({
  rooms: [{ room: 'living room', kind: 'living', areaM2: 14, points: [celsius] }],
  instrument: 'T-0017',
  conditions: { windowsClosedMinutes: 60, installation: 'normal', outdoorC: -4 },
  signedByMeasurer: true,
  signedByUser: true,
})
const get = async (who: Parameters<typeof ask>[0], path: string) =>
  (await ask(who, `GET ${path}`)).body
const caseNow = (query = '') => get('coordinator', `/api/appeal/${story.appeal}${query}`)
const opens = async (appeal: string) => {
  const { events } = await get('coordinator', `/api/appeal/${appeal}/events`)
  const effects: { kind: string; command: string; instance: string }[] = events.at(-1).effects
  return effects.filter(({ kind }) => kind === 'open').map(({ instance }) => instance)
}

t.test('Monday: reported, verified, referred, measured', async (t) => {
  await moveTo('2026-12-07T09:00')
  const reported = await take(
    'gridWorker',
    'POST /api/appeal/report',
    {
      ...{ place: flats[0], category: 'heating.indoor.cold', channel: 'phone' },
      ...{ text: words.text, phone: words.phone, name: words.name },
    },
    { prefer: 'wait=1' },
  )
  t.match(reported, { status: 201, body: { path: 'open.reported', number: '2026-000001' } })
  t.equal(reported.headers.get('etag'), '"0"')
  story.appeal = reported.body.id
  t.equal(reported.headers.get('location'), `/api/appeal/${story.appeal}`)

  await moveTo('2026-12-07T09:20')
  const note = { note: words.note }
  await take('gridWorker', `POST /api/appeal/${story.appeal}/verify`, note, { 'if-match': '"0"' })
  const stale = { 'if-match': '"0"' }
  const again = await ask('gridWorker', `POST /api/appeal/${story.appeal}/take`, {}, stale)
  t.match(again, { status: 412, body: { code: 'stale-revision', revision: 1, path: 'open.grid' } })

  await moveTo('2026-12-07T09:40')
  const units = [
    { unit: heatingCompany, lead: true },
    { unit: propertyCompany, lead: false, kind: 'general' },
  ]
  const key = { 'idempotency-key': 'refer-the-cold-flat' }
  const refer = `POST /api/appeal/${story.appeal}/refer`
  const referred = await take('coordinator', refer, { units }, key)
  t.equal(referred.body.path, 'open.referral')
  const repeated = await take('coordinator', refer, { units }, key)
  t.match(repeated.body, { repeated: true, revision: referred.body.revision })
  const reused = await ask('coordinator', refer, { units: units.slice(0, 1) }, key)
  t.match(reused, { status: 422, body: { code: 'key-reused' } })
  const [heating = '', property = ''] = await opens(story.appeal)
  Object.assign(story, { heating, property })
  t.match(await get('heating', `/api/referral/${heating}`), { path: 'open.dispatched' })
  t.match(await ask('property', `GET /api/referral/${heating}`), { status: 403 }, "another unit's")

  await moveTo('2026-12-07T10:00')
  await take('heating', `POST /api/referral/${heating}/accept`, {})
  const visit = { at: instant('2026-12-07T14:00'), contacted: 'phone' }
  await take('heating', `POST /api/referral/${heating}/appoint`, visit)
  await moveTo('2026-12-07T14:00')
  const cold = await take('heating', `POST /api/referral/${heating}/measure`, measured(15.5))
  t.equal(cold.body.path, 'open.working.repairing')
  const { clocks } = await get('heating', `/api/referral/${heating}`)
  const repair = clocks.find(({ clock }: { clock: string }) => clock === 'repair')
  t.match(repair, { status: 'running', dueAt: instant('2026-12-08T14:00') }, '24 h to repair')
})

t.test('Tuesday: sent back by one, a late entry, repaired by the other', async (t) => {
  await moveTo('2026-12-08T09:40')
  const back = { reason: 'notOurDuty', note: words.back }
  await take('property', `POST /api/referral/${story.property}/sendBack`, back)
  t.match(await caseNow(), { path: 'open.referral' }, 'the lead is still waited for')

  // Offline since yesterday, the grid worker's visit of 15:00 comes in only now. Meanwhile the
  // contact clock (24 h) has run out, so the case was red from 09:00.
  await moveTo('2026-12-08T10:30')
  t.match(await caseNow(), { card: 'red' })
  const visited = { by: 'visit', note: words.contact }
  const contact = `POST /api/appeal/${story.appeal}/contact`
  const tooOld = { 'linli-at': instant('2026-12-07T10:00') }
  t.match(await ask('gridWorker', contact, visited, tooOld), {
    status: 422,
    body: { code: 'time-out-of-range' },
  })
  await take('gridWorker', contact, visited, { 'linli-at': instant('2026-12-07T15:00') })
  t.match(await caseNow(), { card: 'none' }, 'judged by the time it claims')

  await moveTo('2026-12-08T20:00')
  const warm = await take('heating', `POST /api/referral/${story.heating}/measure`, measured(19))
  t.equal(warm.body.path, 'open.answered', '30 h after the measurement')
  // Requested on the 7th (counts), reached on the 8th (does not): one day at 15.5 °C, 50 %.
  // 86.5 m² × 2400 fen/m² ÷ 121 days × 50 % = 857.85… fen, rounded once.
  const { data } = await get('heating', `/api/referral/${story.heating}`)
  t.equal(data.refund.fen, 858)
  t.equal(data.refund.fen, Math.round((86.5 * 2400 * 0.5) / 121))
  t.equal(
    data.refund.arithmetic.en,
    '86.5 m² × 24.00 yuan ÷ 121 days × (1 d × 50% (15.5 °C)) = 8.58 yuan',
  )
  t.match(await caseNow(), { path: 'open.followUp' }, 'answered by all who are waited for')
})

t.test('Wednesday and Thursday: unhappy, done again, happy, closed', async (t) => {
  await moveTo('2026-12-09T10:00')
  const followUp = `POST /api/appeal/${story.appeal}/followUp`
  const unhappy = { solved: 'no', satisfied: 'no', note: words.unhappy }
  await take('coordinator', followUp, unhappy)
  const refused = await ask('coordinator', `POST /api/appeal/${story.appeal}/close`, {})
  t.match(refused, { status: 409, body: { code: 'condition-not-met', guard: 'followedUp' } })
  t.ok(refused.body.guardText.length > 5, 'the guard says why')
  const units = [{ unit: heatingCompany, lead: true }]
  const redo = { to: 'referral', units }
  await take('coordinator', `POST /api/appeal/${story.appeal}/redo`, redo)
  t.match(await get('heating', `/api/referral/${story.heating}`), { path: 'superseded' })
  const [again = ''] = await opens(story.appeal)
  story.again = again

  await moveTo('2026-12-09T10:30')
  await take('heating', `POST /api/referral/${again}/accept`, {})
  const visit = { at: instant('2026-12-09T15:00'), contacted: 'phone' }
  await take('heating', `POST /api/referral/${again}/appoint`, visit)
  await moveTo('2026-12-09T15:00')
  await take('heating', `POST /api/referral/${again}/measure`, measured(20.5))
  const second = await get('heating', `/api/referral/${again}`)
  t.match(second.data.refund, { status: 'none', why: 'neverShort' })

  await moveTo('2026-12-10T10:00')
  const happy = { solved: 'yes', satisfied: 'yes', close: true }
  const closed = await take('coordinator', followUp, happy)
  t.equal(closed.body.path, 'closed')
  t.match(await get('heating', `/api/referral/${again}`), { path: 'concluded', ended: true })
})

t.test('the history reads right, and the case can be seen as of each revision', async (t) => {
  const { events } = await get('gridWorker', `/api/appeal/${story.appeal}/events`)
  const steps = events.map((event: Record<string, string>) => [event.label, event.toPath])
  t.matchOnly(
    steps.map(([, path]: string[]) => path),
    [
      ...['open.reported', 'open.grid', 'open.referral', 'open.referral', 'open.referral'],
      ...['open.referral', 'open.referral', 'open.followUp', 'open.followUp', 'open.referral'],
      ...['open.followUp', 'closed'],
    ],
  )
  t.same(
    events.map(({ type }: { type: string }) => type.replace('appeal.', '')),
    [
      ...['reported', 'verified', 'referred', 'clock.warned', 'clock.expired'],
      ...['referralSentBack', 'contacted', 'referralAnswered', 'followedUp', 'redone'],
      ...['referralAnswered', 'followedUp'],
    ],
  )
  t.ok(
    steps.every(([label]: string[]) => label !== undefined && !label.includes('event.')),
    'each step in a person’s words',
  )
  const [first] = events
  t.match(first, { data: { text: words.text }, by: { role: 'grid-worker' }, late: false })
  const late = events.find(({ type }: { type: string }) => type === 'appeal.contacted')
  t.match(late, {
    late: true,
    at: instant('2026-12-07T15:00'),
    recordedAt: instant('2026-12-08T10:30'),
    clocks: [
      { clock: 'contact', is: 'withdrawn' },
      { clock: 'contact', is: 'stopped' },
    ],
  })
  for (const event of events) {
    const then = await caseNow(`?revision=${event.revision}`)
    t.match(then, { revision: event.revision, lastRevision: 11, path: event.toPath })
    t.equal(then.offered.length > 0, event.revision === 11, 'only the newest offers commands')
  }
  const openings = await get('supervisor', `/api/access?instance=${story.appeal}`)
  t.ok(openings.openings.length > 10, 'whoever looked at personal texts stands in the log')
})

t.test('lists, counts and rates as of the day before', async (t) => {
  const query = (moment: Record<string, string>) =>
    new URLSearchParams({ workflow: 'appeal', ...moment }).toString()
  const counted = async (by: string, moment: Record<string, string>) => {
    const { groups } = await get('coordinator', `/api/counts?${query({ by, ...moment })}`)
    return Object.fromEntries(
      groups.map(({ key, count }: { key: string; count: number }) => [key, count]),
    )
  }
  t.same(await counted('state', {}), { closed: 1 })
  const dayBefore = { at: instant('2026-12-09T12:00') }
  t.same(await counted('state', dayBefore), { 'open.referral': 1 }, 'the day before it is open')
  t.same(await counted('state', { at: instant('2026-12-07T08:59') }), {}, 'and before, not there')
  const list = await get('coordinator', `/api/appeal?${query(dayBefore)}`)
  t.match(list.rows, [{ id: story.appeal, number: '2026-000001', path: 'open.referral' }])

  const solution = async (moment: Record<string, string>) => {
    const { rates } = await get('coordinator', `/api/rates?name=solution&${query(moment)}`)
    const [{ numerator, denominator, filters }] = rates[0].groups
    const behind = await get('coordinator', `/api/appeal?${filters.denominator}`)
    t.equal(behind.rows.length, denominator, 'the link lists the cases of the denominator')
    return [numerator, denominator]
  }
  t.same(await solution(dayBefore), [0, 1], 'unhappy as of the day before')
  t.same(await solution({}), [1, 1])

  // The late entry: what had happened by 10:00, and what was known of it by then.
  const ten = instant('2026-12-08T10:00')
  t.same(await counted('card', { at: ten }), { none: 1 }, 'contacted, as we know today')
  t.same(await counted('card', { at: ten, known: ten }), { red: 1 }, 'nobody knew it at 10:00')
  t.same(await counted('card', { known: instant('2026-12-08T10:30') }), { none: 1 })
  t.match(await caseNow(`?known=${encodeURIComponent(ten)}`), { revision: 5, card: 'red' })
})

t.test('analysts see the stream without a personal word, and no file holds one', async (t) => {
  const stream = await ask('analyst', 'GET /api/events')
  t.equal(stream.status, 200)
  const texts = Object.values(words)
  t.notOk(texts.some((text) => stream.body.includes(text)))
  t.match(await ask('analyst', `GET /api/appeal/${story.appeal}`), { status: 403 })
  await house.close()
  t.same(filesHolding(house.folder, texts), [])
})

// What a cold flat is paid back, over the API alone: a winter by the rules of Jining, one by those
// of Weifang, and one with figures for season and price. Told in docs/stories/refund.md.
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { type House, instant, openHouse } from '../end-to-end/house.ts'
import { filedPage, type Step, storyPage } from './story-page.ts'

const page = storyPage()
const measured = (celsius: number, windowsClosedMinutes = 60) => ({
  rooms: [{ room: 'living room', kind: 'living', areaM2: 14, points: [celsius] }],
  instrument: 'T-0017',
  conditions: { windowsClosedMinutes, installation: 'normal', outdoorC: -6 },
  ...{ signedByMeasurer: true, signedByUser: true },
})
type Reading = { at: string; celsius: number; windowsClosedMinutes?: number }

/** A flat that is reported cold and referred; the id of the referral. */
async function referred(house: House, { day, flat }: { day: string; flat: string | undefined }) {
  const { take, moveTo, neighbourhood } = house
  await moveTo(`${day}T09:00`)
  const data = { place: flat, category: 'heating.indoor.cold', channel: 'phone', text: 'cold' }
  const appeal = (await take('gridWorker', 'POST /api/appeal/report', data)).body.id
  await take('gridWorker', `POST /api/appeal/${appeal}/verify`, {})
  const units = [{ unit: neighbourhood.heatingCompany, lead: true, kind: 'heating' }]
  await take('coordinator', `POST /api/appeal/${appeal}/refer`, { units })
  const { links } = (await house.ask('coordinator', `GET /api/appeal/${appeal}`)).body.summary
  return links.find(({ rel }: { rel: string }) => rel === 'referral').id
}

/** Measured by the heating company, again and again until the standard is reached. */
async function measuredUntilWarm(house: House, referral: string, readings: readonly Reading[]) {
  const { take, moveTo } = house
  const to = (command: string) => `POST /api/referral/${referral}/${command}`
  await take('heating', to('accept'), {})
  for (const { at, celsius, windowsClosedMinutes } of readings) {
    await take('heating', to('appoint'), { at: instant(at), contacted: 'phone' })
    await moveTo(at)
    const body = measured(celsius, windowsClosedMinutes)
    const step: Step = {
      who: 'heating',
      send: to('measure'),
      body,
      shows: ({ path }) => ({ path }),
    }
    const answer = await page.step(house, step)
    t.equal(answer.status, 200, `${at}: ${celsius} °C`)
  }
}

const ledgerOf = (house: House, referral: string, headers?: Record<string, string>) =>
  page.step(house, {
    ...{ who: 'coordinator', send: `GET /api/referral/${referral}/refund` },
    shows: (body: unknown) => body,
    ...(headers === undefined ? {} : { headers }),
  })

page.say('# The refund of a cold flat')
page.say(
  'A flat of 86.5 m² is reported cold, the heating company measures, repairs too late, and measures ' +
    'again. What is paid back is reckoned day by day from the day of the request (counts) to the day ' +
    'the standard is reached (does not). The page is written by `tests/systems/refund.test.ts`, which ' +
    'compares it on every run; ids stand as names in braces.',
)

t.test('a winter in Jining: the share of each day, and what the city does not say', async (t) => {
  page.say('## Jining')
  page.say(
    'The city’s rules give the standard (18 °C), the bands and the protocol: windows closed for an ' +
      'hour, measured between 08:00 and 21:00. Its dates of the season and its price were not seen. ' +
      'Measured on 7, 9 and 10 December:',
  )
  const house = await openHouse(t.testdir(), '2026-12-07T08:00', 'jining')
  t.teardown(() => house.close())
  const [flat] = house.neighbourhood.flats
  const referral = await referred(house, { day: '2026-12-07', flat })
  page.call(referral, 'referral in Jining')
  page.call(flat ?? '', 'flat in Jining')
  t.match((await house.ask('coordinator', `GET /api/referral/${referral}/refund`)).body, {
    ...{ status: 'open', days: [], fen: null },
  })
  await measuredUntilWarm(house, referral, [
    { at: '2026-12-07T14:00', celsius: 15.5 },
    { at: '2026-12-09T10:00', celsius: 16.5 },
    { at: '2026-12-10T16:00', celsius: 18.5 },
  ])
  page.say(
    'The rate of each day is known, and 1.2 daily fees are due; the amount is not zero but unknown:',
  )
  const { body } = await ledgerOf(house, referral)
  t.match(body, {
    ...{ status: 'silent', silent: ['season', 'seasonPriceFenPerM2'], fen: null, dailyFees: 1.2 },
    days: [
      { date: '2026-12-07', measuredC: 15.5, rate: 0.5, band: { fromC: 14, toC: 16 }, fen: null },
      { date: '2026-12-08', measuredC: 15.5, rate: 0.5 },
      { date: '2026-12-09', measuredC: 16.5, rate: 0.2, band: { percent: 20 } },
    ],
  })
})

t.test(
  'a winter in Weifang: another protocol, and a band on which the rule is silent',
  async (t) => {
    page.say('## Weifang')
    page.say(
      'Windows closed for two hours; the older bands pay 50 % from 14 to 16 °C and everything below ' +
        '14 °C, and say nothing between 16 and 18 °C. The season begins on 15 November: a request of the ' +
        '13th is paid from the 15th on.',
    )
    const house = await openHouse(t.testdir(), '2026-11-13T08:00', 'weifang')
    t.teardown(() => house.close())
    const [flat] = house.neighbourhood.flats
    const referral = await referred(house, { day: '2026-11-13', flat })
    page.call(referral, 'referral in Weifang')
    page.call(flat ?? '', 'flat in Weifang')
    const to = `POST /api/referral/${referral}/measure`
    await house.take('heating', `POST /api/referral/${referral}/accept`, {})
    const visit = { at: instant('2026-11-14T10:00'), contacted: 'phone' }
    await house.take('heating', `POST /api/referral/${referral}/appoint`, visit)
    await house.moveTo('2026-11-14T10:00')
    page.say('After one hour of closed windows the measurement is refused:')
    const refused = await page.step(house, {
      ...{ who: 'heating', send: to, body: measured(13.5) },
      shows: ({ code, guard, guardText }) => ({ code, guard, guardText }),
    })
    t.match(refused, { status: 409, body: { guard: 'protocolKept' } })
    page.say('Then on 14, 16 and 17 November:')
    const closed = { windowsClosedMinutes: 120 }
    const shows: Step['shows'] = ({ path }) => ({ path })
    for (const [at, celsius] of [
      ...[['2026-11-14T12:00', 13.5] as const, ['2026-11-16T10:00', 17] as const],
      ...[['2026-11-17T10:00', 18] as const],
    ]) {
      await house.moveTo(at)
      const body = measured(celsius, closed.windowsClosedMinutes)
      t.equal((await page.step(house, { who: 'heating', send: to, body, shows })).status, 200)
    }
    page.say('The 13th and 14th lie before the season. The 16th lies in the silent band:')
    const { body } = await ledgerOf(house, referral)
    t.match(body, {
      ...{ status: 'silent', fen: null, dailyFees: null },
      days: [
        { date: '2026-11-15', measuredC: 13.5, rate: 1, band: { toC: 14, percent: 100 } },
        { date: '2026-11-16', measuredC: 17, rate: null, band: { fromC: 16, toC: 18 } },
      ],
    })
    t.same(body.silent, ['seasonPriceFenPerM2', 'band'])
  },
)

t.test('with a season and a price: to the fen, as JSON and as a table', async (t) => {
  page.say('## With a price')
  page.say(
    'The policy `default@1` has Jining’s rules, Weifang’s season and an example price of 24.00 yuan ' +
      'per m² and season. An office that knows its price writes it into its city’s policy, which is ' +
      'data. The same three measurements as in Jining:',
  )
  const house = await openHouse(t.testdir(), '2026-12-07T08:00')
  t.teardown(() => house.close())
  const { ask, neighbourhood } = house
  const { flats, building } = neighbourhood
  const referral = await referred(house, { day: '2026-12-07', flat: flats[0] })
  page.call(referral, 'referral with a price')
  page.call(flats[0] ?? '', 'flat with a price')
  page.call(building, 'building')
  const to = `POST /api/referral/${referral}`
  const wrong = async (body: object) => (await ask('heating', `${to}/measure`, body)).body
  t.match(await wrong(measured(300)), { status: 422, field: 'rooms.0.points.0' })
  t.match(await wrong({ ...measured(19), instrument: undefined }), { field: 'instrument' })
  t.match(await wrong({ ...measured(19), signedByMeasurer: false }), { field: 'signedByMeasurer' })
  t.match(await wrong({ ...measured(19), signedByUser: false }), { field: 'userRefused' })
  await measuredUntilWarm(house, referral, [
    { at: '2026-12-07T14:00', celsius: 15.5 },
    { at: '2026-12-09T10:00', celsius: 16.5 },
    { at: '2026-12-10T16:00', celsius: 18.5 },
  ])
  const { body } = await ledgerOf(house, referral)
  t.match(body, { status: 'due', dailyFees: 1.2, household: { name: '2-501' } })
  t.equal(body.fen, Math.round((86.5 * 2400 * 1.2) / 121))
  const sum = body.days.reduce((all: number, { fen }: { fen: number }) => all + fen, 0)
  t.equal(Math.round(sum), body.fen, 'the days add up, rounded once')
  page.say('The same as a table, for whoever pays:')
  const table = await ledgerOf(house, referral, { accept: 'text/csv' })
  t.match(table.headers.get('content-type'), /^text\/csv/)
  const rows: string[][] = parse(table.body, { bom: true })
  t.equal(rows.length, 5, 'a heading, three days and the sum')
  t.same(rows.at(-1)?.slice(1, 7), ['2-501', 'total', '', '', '', String(body.fen)])

  page.say('And the building by floors, with the newest temperature of each flat:')
  const floors = await page.step(house, {
    ...{ who: 'coordinator', send: `GET /api/places/${building}/temperatures` },
    shows: (all: unknown) => all,
  })
  t.match(floors.body, {
    ...{ measured: 1, coldestC: 18.5 },
    floors: [{ floor: 5, households: [{ reading: { celsius: 18.5, by: 'unit' } }, {}] }, {}],
  })
  const then = `?at=${instant('2026-12-09T12:00')}`
  const before = await ask('coordinator', `GET /api/places/${building}/temperatures${then}`)
  t.equal(before.body.coldestC, 16.5, 'as it was on the 9th')
  const all = (await ask('coordinator', `GET /api/places/${building}/refunds`)).body
  t.match(all, { fen: body.fen, refunds: [{ referral }] })
  const unsettled = await ask('coordinator', `GET /api/places/${building}/refunds${then}`)
  t.same(unsettled.body.refunds, [], 'on the 9th it was not settled')
  t.match(await ask('property', `GET /api/referral/${referral}/refund`), { status: 403 })
  t.match(await ask('property', `GET /api/places/${building}/temperatures`), {
    body: { measured: 0 },
  })
  const none = 'referral-00000000-0000-7000-8000-000000000000'
  t.match(await ask('coordinator', `GET /api/referral/${none}/refund`), { status: 404 })

  const summer = await referred(house, { day: '2027-03-20', flat: flats[1] })
  const give = (command: string, data: object) =>
    house.take('heating', `POST /api/referral/${summer}/${command}`, data)
  await give('accept', {})
  await give('appoint', { at: instant('2027-03-20T14:00'), contacted: 'phone' })
  await house.moveTo('2027-03-20T14:00')
  await give('measure', measured(12))
  await house.moveTo('2027-03-24T10:00')
  await give('measure', measured(19))
  const after = await ask('coordinator', `GET /api/referral/${summer}/refund`)
  t.match(after.body, { status: 'none', why: 'noDay', days: [], fen: null }, 'the season is over')
})

t.test('the page is what happened', (t) => {
  t.equal(page.text(), filedPage('refund', page.text()))
  t.end()
})

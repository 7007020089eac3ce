// Systems of the community that an appeal alone carries, told through the HTTP API: classified and
// referred, contacted in time, owned by two stewards, and filed in a ledger.
import { parse } from 'csv-parse/sync'
import { readSheet } from 'read-excel-file/node'
import t from 'tap'
import { instant, openHouse } from '../end-to-end/house.ts'

const house = await openHouse(t.testdir(), '2026-12-01T09:00')
t.teardown(() => house.close())
const { ask, take, bytes, moveTo, neighbourhood } = house
const { flats, building, estate, people } = neighbourhood
const read = async (path: string, headers = {}) =>
  (await ask('coordinator', `GET ${path}`, undefined, headers)).body

const report = (place: string | undefined, category: string, text: string) =>
  take('gridWorker', 'POST /api/appeal/report', { place, category, channel: 'grid', text })
const give = (who: Parameters<typeof take>[0], id: string, command: string, data = {}) =>
  take(who, `POST /api/appeal/${id}/${command}`, data)

t.test(
  'row 2: an appeal is classified, compared with others, and handed to the unit',
  async (t) => {
    await moveTo('2026-12-07T09:00')
    const cold = (await report(flats[0], 'heating.indoor.cold', '卧室只有十五度')).body.id
    const leak = (await report(building, 'utilities.water.drain', '门口雨水口堵塞')).body.id
    await moveTo('2026-12-07T09:30')
    const near = await read(`/api/duplicates?place=${flats[1]}&category=heating.indoor.uneven`)
    t.match(near.hints, [{ id: cold, same: { place: 'building', category: 'group' } }])
    t.equal(near.hints.length, 1, 'what is about something else is no hint')
    const same = await read(`/api/duplicates?place=${flats[0]}&category=heating.indoor.cold`)
    t.match(same.hints[0], { id: cold, same: { place: 'itself', category: 'itself' } })
    t.same((await read(`/api/duplicates?place=${flats[0]}&not=${cold}`)).hints, [])
    t.match(await ask('heating', `GET /api/duplicates?place=${flats[0]}`), { body: { hints: [] } })
    const nowhere = 'place-00000000-0000-7000-8000-000000000000'
    t.match(await ask('coordinator', `GET /api/duplicates?place=${nowhere}`), { status: 404 })

    await give('gridWorker', leak, 'verify', {})
    await give('gridWorker', leak, 'classify', { category: 'property.upkeep.lift' })
    t.match(await read(`/api/appeal/${leak}`), { summary: { category: 'property.upkeep.lift' } })
    await give('gridWorker', cold, 'verify', {})
    const units = [{ unit: neighbourhood.heatingCompany, lead: true }]
    await give('coordinator', cold, 'refer', { units })
    const [referral] = (await read(`/api/appeal/${cold}`)).summary.links
    await take('heating', `POST /api/referral/${referral.id}/sendBack`, { reason: 'notOurDuty' })
    t.match(await read(`/api/appeal/${cold}`), { path: 'open.grid' })
    await give('coordinator', cold, 'refer', { units })
    const links = (await read(`/api/appeal/${cold}`)).summary.links
    const again = links.findLast(({ rel }: { rel: string }) => rel === 'referral').id
    await take('heating', `POST /api/referral/${again}/accept`, {})
    await take('heating', `POST /api/referral/${again}/appoint`, {
      ...{ at: instant('2026-12-07T14:00'), contacted: 'phone' },
    })
    await moveTo('2026-12-07T14:00')
    await take('heating', `POST /api/referral/${again}/measure`, {
      rooms: [{ room: '卧室', kind: 'bedroom', areaM2: 14, points: [19] }],
      instrument: 'T-0017',
      conditions: { windowsClosedMinutes: 60, installation: 'normal', outdoorC: -4 },
      ...{ signedByMeasurer: true, signedByUser: true },
    })
    t.match(await read(`/api/appeal/${cold}`), { path: 'open.followUp' })
    const { rates } = await read('/api/rates?name=sendBack&name=evasion&by=building')
    const [sentBack, evasion] = rates
    t.match(sentBack.groups, [{ key: building, numerator: 1, denominator: 1 }])
    t.match(evasion.groups, [{ key: building, numerator: 1, denominator: 1 }], 'it was theirs')
  },
)

t.test('row 13: the first contact has a clock, and the rate says what it counts', async (t) => {
  await moveTo('2026-12-08T09:00')
  const soon = (await report(flats[1], 'property.upkeep.lift', '电梯停在三层')).body.id
  const late = (await report(flats[2], 'property.upkeep.lift', '电梯异响')).body.id
  await moveTo('2026-12-08T10:00')
  await give('gridWorker', soon, 'contact', { by: 'phone' })
  const clock = async (id: string) =>
    (await read(`/api/appeal/${id}`)).clocks.find(
      (one: { clock: string }) => one.clock === 'contact',
    )
  t.match(await clock(soon), { status: 'stopped', late: false })
  await moveTo('2026-12-09T12:00')
  t.match(await read(`/api/appeal/${late}`), { card: 'red' })
  await give('gridWorker', late, 'contact', { by: 'visit' })
  const asked = `from=${encodeURIComponent(instant('2026-12-08T00:00'))}`
  const { rates } = await read(`/api/rates?name=response&${asked}`)
  t.match(rates[0].groups, [{ numerator: 1, denominator: 2, value: 0.5 }])
  const listed = await read(`/api/appeal?${rates[0].groups[0].filters.numerator}`)
  t.match(listed.rows, [{ id: soon }], 'the figure opens its cases')

  const grid = { kind: 'grid', name: '一网格', parent: estate, buildings: [building] }
  const made = await take('administrator', 'POST /api/place/register', grid)
  for (const by of ['grid', 'estate', 'building']) {
    const { groups } = (await read(`/api/rates?name=response&by=${by}&${asked}`)).rates[0]
    t.match(groups, [{ numerator: 1, denominator: 2 }], by)
    if (by !== 'grid') continue
    t.match(groups, [{ key: made.body.id, label: '一网格' }])
    const { rows } = await read(`/api/appeal?${groups[0].filter}`)
    t.equal(rows.length, 2, 'a grid lists the cases of its buildings')
  }
  for (const [by = '', key] of [
    ['quarter', '2026-Q4'],
    ['year', '2026'],
    ['month', '2026-12'],
    ['channel', 'grid'],
  ]) {
    const { groups } = (await read(`/api/rates?name=response&by=${by}&${asked}`)).rates[0]
    t.match(groups, [{ key, denominator: 2 }], by)
  }
})

t.test('row 17: two stewards own a case, and both sign its closing', async (t) => {
  await moveTo('2026-12-10T09:00')
  const steward = people.steward.person
  const owned = async () => {
    const { id } = (await report(flats[2], 'property.upkeep.lift', '电梯门夹人')).body
    await give('gridWorker', id, 'verify', {})
    await give('coordinator', id, 'coOwn', { steward })
    await give('gridWorker', id, 'contact', { by: 'visit' })
    await give('gridWorker', id, 'solve', { answer: '已与物业一起检查并修好' })
    await give('gridWorker', id, 'followUp', { solved: 'yes', satisfied: 'yes' })
    return id
  }
  const signed = await owned()
  const close = (id: string, data = {}) => ask('coordinator', `POST /api/appeal/${id}/close`, data)
  t.match(await close(signed), { status: 409, body: { code: 'condition-not-met' } })
  await give('steward', signed, 'sign')
  t.match(await close(signed), { status: 409 }, 'one signature is not enough')
  await give('gridWorker', signed, 'sign')
  t.match(await close(signed), { status: 200, body: { path: 'closed' } })
  const overridden = await owned()
  t.match(await close(overridden, { override: 'absent' }), { status: 200 })
  t.match(await read(`/api/appeal/${overridden}`), { summary: { extra: { overridden: true } } })
})

t.test('row 22: the deeds ledger, as CSV, as a spreadsheet and to print', async (t) => {
  await moveTo('2026-12-11T09:00')
  await report(flats[0], 'property.upkeep.lift', '=HYPERLINK("http://example")')
  const zh = { 'accept-language': 'zh-CN' }
  const { body, headers } = await ask(
    'coordinator',
    'GET /api/ledgers/appeal?format=csv',
    undefined,
    zh,
  )
  t.match(headers.get('content-disposition'), /^attachment; filename="appeal-2026-12-11\.csv"$/)
  const [heads, ...rows] = parse(body, { bom: true }) as string[][]
  t.same(heads?.slice(0, 5), ['编号', '受理时间', '来源', '类别', '地点'])
  t.equal(rows.length, 7)
  t.match(rows[0], ['2026-000001', '2026-12-07 09:00'])
  t.notOk(body.includes('卧室'), 'nothing that residents said')
  const filtered = await read('/api/ledgers/appeal?format=csv&category=heating', zh)
  t.equal((parse(filtered, { bom: true }) as unknown[]).length, 2)
  const past = encodeURIComponent(instant('2026-12-07T09:10'))
  const then = await read(`/api/ledgers/appeal?format=csv&at=${past}`, zh)
  t.equal((parse(then, { bom: true }) as unknown[]).length, 3, 'as of that Monday')

  const page = await read('/api/ledgers/appeal?format=html', zh)
  t.match(page, /<html lang="zh-CN">.*<h1>.*截至 2026-12-11 09:00 · 共 7 件/s)
  const sheet = await readSheet(await bytes('coordinator', '/api/ledgers/appeal?format=xlsx'))
  t.match(sheet, { length: 8, 7: ['2026-000007', '2026-12-11 09:00'] })
  const forHeating = await ask('heating', 'GET /api/ledgers/appeal?format=csv')
  t.equal((parse(forHeating.body, { bom: true }) as unknown[]).length, 2, 'only what they may see')
})

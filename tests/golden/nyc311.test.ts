import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { durations, openFields, parseEvent, type Recorded } from '@linli/engine'
import { importNyc311 } from '@linli/linli'
import { type Community, openCommunity } from '@linli/runtime'
import { statePath } from '@linli/workflow'
import t, { type Test } from 'tap'

const csvOf = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const EVERYTHING = [{ all: true as const }]

async function opened(t: Test): Promise<Community> {
  const faults: unknown[] = []
  const community = await openCommunity({
    folder: join(t.testdir(), 'community'),
    onFault: (_what, fault) => faults.push(fault),
  })
  t.teardown(async () => {
    await community.close()
    if (faults.length > 0) throw new AggregateError(faults, 'faults of the background')
  })
  return community
}

async function eventsOf({ store }: Community): Promise<Recorded[]> {
  const events: Recorded[] = []
  for (let after = 0; ; ) {
    const page = await store.readAll({ after, limit: 2_000 })
    events.push(...page.events.map((one) => ({ event: parseEvent(one), position: one.position })))
    if (page.through === after) return events
    after = page.through
  }
}

/** Every byte below a folder as text; call it when nobody holds the folder any more. */
function bytesOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((name) => name.isFile())
  return files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')).join('\n')
}

t.test('an extract is taken with its own times, and nothing is invented', async (t) => {
  const folder = join(t.testdir(), 'community')
  const community = await openCommunity({ folder })
  const csv = csvOf('nyc311-extract.csv')
  const heard: number[] = []
  const { rows, ...counts } = await importNyc311(community, csv, {
    progress: (done) => heard.push(done),
  })
  t.same(counts, {
    ...{ taken: 132, refused: 2, warned: 21, repaired: 15, known: 0 },
    merged: { intoRow: 14, external: 13 },
  })
  t.ok(heard.length > 1 && heard.every((done, n) => n === 0 || done >= (heard[n - 1] ?? 0)))
  const refused = rows.filter(({ outcome }) => outcome === 'refused')
  t.same(
    refused.map(({ row, key, reasons }) => ({ row, key, reasons })),
    [
      { row: 1, key: '56923577', reasons: ['Closed Date: before Created Date'] },
      { row: 2, key: '56921224', reasons: ['Closed Date: before Created Date'] },
    ],
  )

  const head = await community.settled()
  const again = await importNyc311(community, csv)
  t.match(again, { taken: 0, known: 132, refused: 2, warned: 0, repaired: 0 })
  t.equal(await community.settled(), head, 'a second run appends nothing')

  const events = await eventsOf(community)
  const types = new Set(events.map(({ event }) => event.type))
  t.strictSame(
    [...types].filter((type) => type.startsWith('appeal.')).sort(),
    ['absorbed', 'adopted', 'answeredOutside', 'archived', 'merged'].map(
      (name) => `appeal.${name}`,
    ),
    'no contact, no verification, no follow-up',
  )
  const absorbed = events.filter(({ event }) => event.type === 'appeal.absorbed')
  t.equal(absorbed.length, 9, 'five of the fourteen originals had ended before')
  const adopted = events.filter(({ event }) => event.type === 'appeal.adopted')
  t.ok(
    adopted.every(({ event }) => event.at.startsWith('2023-0')),
    'at the time of the row',
  )
  t.ok(
    adopted.every(({ event }) => Date.parse(event.recordedAt) > Date.parse('2026-01-01')),
    'recorded when it was recorded',
  )
  const states = Map.groupBy(new Set(adopted.map(({ event }) => event.stream)), (stream) =>
    statePath(events.findLast(({ event }) => event.stream === stream)?.event.to ?? ''),
  )
  const count = (state: string) => states.get(state)?.length ?? 0
  t.same([count('mergedOutside'), count('archived'), count('open.outside')], [27, 76, 29])
  for (const stream of states.get('archived') ?? []) {
    const instance = await community.engine.instances.get(stream)
    const measures = instance?.workflow.summary(instance).measures
    t.match(measures, { responded: null, solved: null, satisfied: null, closedInTime: null })
  }

  const repaired = events.filter(({ event }) => 'raw' in event.data)
  t.equal(repaired.length, 15)
  for (const { event } of repaired) {
    const fields = await openFields(community.engine.vault, event)
    const [text = '', raw = ''] = ['text', 'raw'].map(
      (name) => fields.find(({ field }) => field === name)?.text ?? '',
    )
    t.match(raw, /[âÂ]/, 'what the source said is kept')
    t.notMatch(text, /[âÂ]/, 'and read as UTF-8')
    t.ok(csv.includes(raw))
  }
  await community.close()
  const stored = bytesOf(folder)
  t.ok(stored.includes('HEAT/HOT WATER'), 'the kind of complaint is public')
  for (const text of [
    'responded to the complaint',
    'inspected the',
    'ENTIRE BUILDING',
    'Blocked Hydrant (',
  ]) {
    t.notOk(stored.includes(text), `"${text}" of a text stands nowhere in clear`)
  }
})

t.test('damaged rows are refused one by one, the others are taken', async (t) => {
  const community = await opened(t)
  const damaged = csvOf('nyc311-damaged.csv')
  const long = damaged.split('\n')[1]?.replace('The complaint was answered.', 'x'.repeat(4_001))
  const csv = `${damaged}${long?.replace('70000001', '70000012')}\n`
  const report = await importNyc311(community, csv)
  t.match(report, { taken: 2, refused: 10, warned: 0, known: 0 })
  t.same(
    report.rows.map(({ row, reasons }) => [row, ...reasons]),
    [
      [2, 'Unique Key: is no number'],
      [3, 'Created Date: is empty'],
      [4, 'Created Date: "02/30/2023 09:00:00 AM" is no date'],
      [5, 'Created Date: "02/27/2023 13:00:00 PM" is no date'],
      [6, 'Closed Date: before Created Date'],
      [7, 'Closed Date: is empty though the status is Closed'],
      [8, 'Unique Key: stands twice'],
      [9, 'Agency: is empty', 'Complaint Type: is empty'],
      [10, ...(report.rows.find(({ row }) => row === 10)?.reasons ?? [])],
      [12, 'Resolution Description: is longer than 4,000 characters'],
    ],
  )
  const short = report.rows.find(({ row }) => row === 10)?.reasons ?? []
  t.ok(short.length > 5, 'a row that breaks off names each column it lacks')
  await community.settled()
})

const whole = new URL('../../../shared/data/nyc311_sample_5000_with_heat.csv', import.meta.url)
const isLong = process.env.LINLI_LONG === '1'
if (isLong) t.setTimeout(600_000)
const skip = !isLong
  ? 'long form: set LINLI_LONG=1'
  : !existsSync(whole) && 'the whole file does not lie beside the repository'

t.test('the whole file gives the figures of the sample', { skip, timeout: 600_000 }, async (t) => {
  const community = await opened(t)
  const csv = readFileSync(whole, 'utf8')
  const { rows, ...counts } = await importNyc311(community, csv)
  t.same(counts, {
    ...{ taken: 4_997, refused: 2, warned: 335, repaired: 197, known: 0 },
    merged: { intoRow: 62, external: 168 },
  })
  const warned = rows.filter(({ outcome }) => outcome === 'warned').map(({ reasons }) => reasons)
  const having = (reason: string) => warned.filter((reasons) => reasons.includes(reason)).length
  t.equal(having('closed-date-though-open'), 35)
  t.equal(having('resolution-before-created'), 318)
  t.equal(warned.filter((reasons) => reasons.length === 2).length, 18)
  await community.settled()
  const hours = async (filter: object) => {
    const asked = { filter: { workflow: 'appeal', ...filter }, scope: EVERYTHING }
    const { count, median, p90, max } = await durations(community.read.db, asked)
    return [count, ...[median, p90, max].map((ms) => ((ms ?? 0) / 3_600_000).toFixed(1))]
  }
  const heat = [...new Set((await eventsOf(community)).flatMap(({ event }) => heatOf(event.data)))]
  const [category] = heat.map((path) => path.split('.').slice(0, 2).join('.'))
  t.ok(heat.every((path) => path.startsWith(`${category}.`)))
  t.same(await hours({ category }), [748, '25.3', '56.8', '135.1'])
  const [count, median, p90] = await hours({ category, notStates: ['mergedOutside'] })
  t.same([count, median, p90], [518, '26.2', '56.0'])
  t.match(await importNyc311(community, csv), { taken: 0, known: 4_997, refused: 2 })
})

const heatOf = (data: Readonly<Record<string, unknown>>): string[] =>
  data.complaint === 'HEAT/HOT WATER' ? [String(data.category)] : []

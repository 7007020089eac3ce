// Reading a New York 311 export: rows, dates, repairs, duplicates and what is refused.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { Nyc311Fault, readMeanings, readNyc311, repairText } from '../src/index.ts'
import { newYorkTime } from '../src/nyc311-row.ts'

const COLUMNS = [
  'Unique Key',
  'Created Date',
  'Closed Date',
  'Agency',
  'Agency Name',
  'Complaint Type',
  'Descriptor',
  'Location Type',
  'Incident Zip',
  'Incident Address',
  'Status',
  'Resolution Description',
  'Resolution Action Updated Date',
  'Borough',
  'Open Data Channel Type',
] as const
type Column = (typeof COLUMNS)[number]

const heat: Record<Column, string> = {
  'Unique Key': '1',
  'Created Date': '02/28/2023 01:00:00 PM',
  'Closed Date': '03/01/2023 01:00:00 PM',
  Agency: 'HPD',
  'Agency Name': 'Housing',
  'Complaint Type': 'HEAT/HOT WATER',
  Descriptor: 'ENTIRE BUILDING',
  'Location Type': 'RESIDENTIAL BUILDING',
  'Incident Zip': '10001',
  'Incident Address': '1 MAIN STREET',
  Status: 'Closed',
  'Resolution Description': 'The heat is back.',
  'Resolution Action Updated Date': '03/01/2023 01:00:00 PM',
  Borough: 'BRONX',
  'Open Data Channel Type': 'PHONE',
}
const SAME = 'It is a duplicate.'
const meanings = new Map([
  [SAME, 'duplicate'],
  ['The heat is back.', 'responded - heat restored'],
])

const csvOf = (...rows: Partial<Record<Column, string>>[]): string =>
  [COLUMNS, ...rows.map((row) => COLUMNS.map((name) => ({ ...heat, ...row })[name]))]
    .map((cells) => cells.map((cell) => `"${cell}"`).join(','))
    .join('\n')

t.test('a row becomes a case with its own times and nothing invented', (t) => {
  const { cases, refused, steps } = readNyc311(csvOf({}), meanings)
  t.same(refused, [])
  t.match(cases[0], {
    row: 1,
    key: '1',
    createdAt: Date.parse('2023-02-28T18:00:00Z'),
    closedAt: Date.parse('2023-03-01T18:00:00Z'),
    category: 'nyc311.heat-hot-water.entire-building',
    channel: 'phone',
    resolution: { meaning: 'responded - heat restored' },
    warnings: [],
  })
  t.same(
    steps.map(({ kind, at }) => [kind, new Date(at).toISOString()]),
    [
      ['adopt', '2023-02-28T18:00:00.000Z'],
      ['answer', '2023-03-01T18:00:00.000Z'],
      ['archive', '2023-03-01T18:00:00.000Z'],
    ],
  )
  t.end()
})

t.test('what is wrong is refused with row, key and reason; the others are taken', (t) => {
  const { cases, refused } = readNyc311(
    csvOf(
      {},
      { 'Unique Key': '2', 'Closed Date': '02/27/2023 01:00:00 PM' },
      { 'Unique Key': 'x3' },
      { 'Unique Key': '4', 'Created Date': '31/31/2023 01:00:00 PM' },
      { 'Unique Key': '5', 'Closed Date': '' },
      { 'Unique Key': '1' },
      { 'Unique Key': '6', Agency: '' },
    ),
    meanings,
  )
  t.equal(cases.length, 1)
  t.same(refused, [
    { row: 2, key: '2', reasons: ['Closed Date: before Created Date'] },
    { row: 3, key: 'x3', reasons: ['Unique Key: is no number'] },
    { row: 4, key: '4', reasons: ['Created Date: "31/31/2023 01:00:00 PM" is no date'] },
    { row: 5, key: '5', reasons: ['Closed Date: is empty though the status is Closed'] },
    { row: 6, key: '1', reasons: ['Unique Key: stands twice'] },
    { row: 7, key: '6', reasons: ['Agency: is empty'] },
  ])
  t.end()
})

t.test('an open case with a closed date stays open, with a warning', (t) => {
  const before = '02/27/2023 01:00:00 PM'
  const row = { Status: 'Open', 'Resolution Action Updated Date': before }
  const { cases, steps } = readNyc311(csvOf(row), meanings)
  t.same(cases[0]?.warnings, ['closed-date-though-open', 'resolution-before-created'])
  t.equal(cases[0]?.closedAt, undefined)
  t.same(
    steps.map((step) => step.kind),
    ['adopt', 'answer'],
  )
  t.equal(steps[1]?.at, steps[0]?.at, 'an answer is not before its complaint')
  t.end()
})

t.test('a duplicate belongs to the earliest earlier case of its address', (t) => {
  const later = (key: string, hour: string, more: Partial<Record<Column, string>> = {}) => ({
    'Unique Key': key,
    'Created Date': `02/28/2023 ${hour}:00:00 PM`,
    ...more,
  })
  const same = { 'Resolution Description': SAME }
  const { steps } = readNyc311(
    csvOf(
      {},
      later('2', '02'),
      later('3', '03', same),
      later('4', '04', { ...same, 'Incident Zip': '10002' }),
      later('5', '05', { ...same, 'Complaint Type': 'Noise' }),
    ),
    meanings,
  )
  const merges = steps.filter((step) => step.kind === 'merge')
  t.same(
    merges.map(({ of, original }) => [of.key, original]),
    [
      ['3', '1'],
      ['4', undefined],
    ],
    'another ZIP has its original outside; what is no heat complaint is not merged',
  )
  t.end()
})

t.test('steps are in order of time', (t) => {
  const hours = fc.array(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(hours, (created) => {
      const rows = created.map((hour, index) => ({
        'Unique Key': String(index + 1),
        'Created Date': `02/28/2023 ${String(hour).padStart(2, '0')}:00:00 PM`,
      }))
      const { steps } = readNyc311(csvOf(...rows), meanings)
      return steps.every((step, index) => step.at >= (steps[index - 1]?.at ?? 0))
    }),
  )
  t.end()
})

t.test('New York times over the year', (t) => {
  const utc = (text: string) => new Date(newYorkTime(text) ?? 0).toISOString()
  t.equal(utc('07/01/2023 12:30:00 AM'), '2023-07-01T04:30:00.000Z')
  t.equal(utc('01/01/2023 12:30:00 PM'), '2023-01-01T17:30:00.000Z')
  t.equal(utc('11/05/2023 01:30:00 AM'), '2023-11-05T05:30:00.000Z', 'the earlier of two')
  for (const wrong of ['', '2023-01-01', '02/30/2023 01:00:00 AM', '01/01/2023 13:00:00 PM']) {
    t.equal(newYorkTime(wrong), undefined, wrong)
  }
  t.end()
})

t.test('text read in the wrong alphabet is repaired and kept as it was', (t) => {
  const meant = 'the Department’s website, “Learn More”, 5 €'
  const broken = Buffer.from(meant, 'utf8').toString('latin1')
  const { cases } = readNyc311(csvOf({ 'Resolution Description': broken }), meanings)
  t.match(cases[0]?.resolution, { text: meant, raw: broken })
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const read = Buffer.from(text, 'utf8').toString('latin1')
      return read === text ? repairText(read) === undefined : repairText(read) === text
    }),
  )
  t.equal(repairText('café'), undefined, 'good Latin-1 is left alone')
  t.equal(repairText('暖气'), undefined)
  t.equal(repairText('it’s'), undefined, 'a lone quotation mark was meant')
  t.end()
})

t.test('a file that is no export is refused as a whole', (t) => {
  const code = (csv: string) => {
    try {
      readNyc311(csv, meanings)
    } catch (fault) {
      return fault instanceof Nyc311Fault ? fault.code : fault
    }
    return 'taken'
  }
  t.equal(code(''), 'columns-missing')
  t.equal(code('a,b\n1,2'), 'columns-missing')
  t.equal(code('"a\n'), 'not-csv')
  t.end()
})

t.test('the meanings that are shipped', (t) => {
  const file = new URL('../data/nyc-hpd-heat-resolutions.csv', import.meta.url)
  const known = readMeanings(readFileSync(file, 'utf8'))
  t.equal([...known.values()].filter((meaning) => meaning === 'duplicate').length, 1)
  t.ok(known.size >= 17)
  t.end()
})

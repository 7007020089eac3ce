// The years as published, and those that an operator adds: what is taken, what is named as wrong.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadYears, makeCalendar, yearsId } from '../src/index.ts'

const DAY = 86_400_000
const years = loadYears()
const shanghai = makeCalendar({
  timeZone: 'Asia/Shanghai',
  workingHours: [['08:30', '17:30']],
  years,
})

const at = (local: string): number =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(shanghai.timeZone).epochMilliseconds

const fault = (code: string, message: RegExp) => ({
  name: 'CalendarFault',
  code,
  retry: 'never',
  message,
})

t.test('the years as published', async (t) => {
  t.strictSame(
    years.map((year) => [year.year, year.workedWeekends.length]),
    [
      [2023, 7],
      [2024, 8],
      [2025, 5],
      [2026, 6],
    ],
  )
  t.ok(years.every((year) => /State Council/.test(year.source)))
  const workingDaysIn = (year: number) =>
    shanghai.between(at(`${year}-01-01`), at(`${year + 1}-01-01`), 'working days')
  t.equal(workingDaysIn(2025) / DAY, 365 - 104 - 11 - 2)
  for (const { holidays, workedWeekends } of years) {
    const weekday = (date: string) => Temporal.PlainDate.from(date).dayOfWeek
    t.equal(new Set(holidays).size, holidays.length)
    t.ok(workedWeekends.every((date) => weekday(date) > 5))
  }
})

t.test('years from a folder are added or replace ours', async (t) => {
  const year = { year: 2027, holidays: ['2027-01-01'], workedWeekends: [], source: 'test' }
  const folder = t.testdir({
    'cn-2027.json': JSON.stringify(year),
    'cn-2026.json': JSON.stringify({ ...year, year: 2026, holidays: ['2026-01-01'] }),
    'notes.txt': 'left alone',
  })
  const loaded = loadYears(folder)
  t.strictSame(
    loaded.map((data) => data.year),
    [2023, 2024, 2025, 2026, 2027],
  )
  t.match(yearsId(loaded), /^2023\.\.2027 [0-9a-f]{12}$/)
  t.equal(yearsId(loaded.toReversed()), yearsId(loaded), 'whatever order they are read in')
  t.not(yearsId(loaded), yearsId([...years, year]), 'and 2026 is another')
  t.strictSame(loaded[3]?.holidays, ['2026-01-01'])

  const damaged = (text: string, name = 'cn-2027.json') => {
    const folder = t.testdir({ [name]: text })
    return () => loadYears(folder)
  }
  const broken = (change: object) => damaged(JSON.stringify({ ...year, ...change }))
  const yearFault = (message: RegExp) => fault('year-damaged', message)
  t.throws(damaged('{'), yearFault(/cn-2027.json cannot be read as JSON/))
  t.throws(damaged('null'), yearFault(/cn-2027.json: needs the field year/))
  t.throws(broken({ source: undefined }), yearFault(/cn-2027.json: needs the field source/))
  t.throws(broken({ holidays: [20270101] }), yearFault(/needs the field holidays, a list of/))
  t.throws(broken({ workedWeekends: '2027-01-02' }), yearFault(/the field workedWeekends/))
  t.throws(broken({ year: 3000 }), yearFault(/year 3000 is not covered/))
  t.throws(broken({ holidays: ['2027-02-29'] }), yearFault(/"2027-02-29" in holidays is not/))
  t.throws(broken({ holidays: ['2028-01-01'] }), yearFault(/"2028-01-01"/))
  t.throws(broken({ holidays: ['2027-1-1'] }), yearFault(/"2027-1-1"/))
  t.throws(broken({ workedWeekends: ['2027-01-04'] }), yearFault(/2027-01-04 in workedWeekends/))
  const both = { holidays: ['2027-01-02'], workedWeekends: ['2027-01-02'] }
  t.throws(broken(both), yearFault(/2027-01-02 is in holidays and/))
  t.throws(damaged(JSON.stringify(year), 'cn-2028.json'), yearFault(/holds the year 2027/))
  for (const name of ['2027.json', 'cn-27.json', 'CN-2027.JSON']) {
    t.throws(damaged(JSON.stringify(year), name), yearFault(/must be called cn-YYYY.json/), name)
  }
  t.throws(() => loadYears(join(folder, 'nowhere')), fault('folder-unreadable', /nowhere/))
  const odd = t.testdir()
  mkdirSync(join(odd, 'cn-2027.json'))
  t.throws(() => loadYears(odd), yearFault(/cn-2027.json/))
})

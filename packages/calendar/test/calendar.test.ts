import t from 'tap'
import {
  type Calendar,
  CalendarFault,
  inSeason,
  type Limit,
  limitMs,
  loadYears,
  makeCalendar,
  seasonOf,
  type Unit,
  type YearData,
} from '../src/index.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const workingHours = [
  ['08:30', '12:00'],
  ['13:30', '17:30'],
] as const
const years = loadYears()
const shanghai = makeCalendar({ timeZone: 'Asia/Shanghai', workingHours, years })
const newYork = makeCalendar({
  timeZone: 'America/New_York',
  workingHours: [['09:00', '17:00']],
  years: [],
  holidays: 'none',
})

const at = (calendar: Calendar, local: string): number =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(calendar.timeZone).epochMilliseconds

const local = (calendar: Calendar, instant: number): string =>
  Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(calendar.timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })
    .replace('T', ' ')

type Ask = [from: string, amount: number, unit: Unit, ends?: 'day']

const limitOf = ([, amount, unit, ends]: Ask): Limit =>
  ends ? { amount, unit, ends } : { amount, unit }

const after = (calendar: Calendar, ...ask: Ask): string =>
  local(calendar, calendar.after(at(calendar, ask[0]), limitOf(ask)).at)

const before = (calendar: Calendar, ...ask: Ask): string =>
  local(calendar, calendar.before(at(calendar, ask[0]), limitOf(ask)).at)

const fault = (code: string, message: RegExp) => ({
  name: 'CalendarFault',
  code,
  retry: 'never',
  message,
})

t.test('minutes, hours and days count without regard to work', async (t) => {
  t.equal(after(shanghai, '2025-09-30 23:50', 30, 'minutes'), '2025-10-01 00:20')
  t.equal(after(shanghai, '2025-09-30 15:00', 24, 'hours'), '2025-10-01 15:00')
  t.equal(after(shanghai, '2025-09-30 15:00', 7, 'days'), '2025-10-07 15:00')
  t.equal(before(shanghai, '2025-10-01 00:20', 30, 'minutes'), '2025-09-30 23:50')
  t.equal(before(shanghai, '2025-10-07 15:00', 1.5, 'days'), '2025-10-06 03:00')
  t.strictSame(shanghai.after(at(shanghai, '2031-01-01'), { amount: 7, unit: 'days' }), {
    at: at(shanghai, '2031-01-08'),
    certain: true,
  })
})

t.test('a working day counts all its 24 hours, other days none', async (t) => {
  t.equal(after(shanghai, '2025-11-12 15:00', 1, 'working days'), '2025-11-13 15:00')
  t.equal(after(shanghai, '2025-11-14 15:00', 1, 'working days'), '2025-11-17 15:00')
  t.equal(after(shanghai, '2025-11-15 10:00', 1, 'working days'), '2025-11-18 00:00')
  t.equal(after(shanghai, '2025-11-13 00:00', 2, 'working days'), '2025-11-15 00:00')
  t.equal(after(shanghai, '2025-11-15 10:00', 0.5, 'working days'), '2025-11-17 12:00')
  t.equal(before(shanghai, '2025-11-17 15:00', 1, 'working days'), '2025-11-14 15:00')
  t.equal(before(shanghai, '2025-11-16 09:00', 1, 'working days'), '2025-11-14 00:00')
})

t.test('National Day 2025 with two worked weekend days', async (t) => {
  const worked = (date: string) => shanghai.isWorkingDay(at(shanghai, `${date} 10:00`))
  t.ok(worked('2025-09-28'), 'Sunday 28 September is worked')
  t.ok(worked('2025-10-11'), 'Saturday 11 October is worked')
  t.notOk(worked('2025-10-08'), 'Wednesday 8 October is off')
  t.notOk(worked('2025-09-27'))
  t.equal(after(shanghai, '2025-09-26 10:00', 1, 'working days'), '2025-09-28 10:00')
  t.equal(after(shanghai, '2025-09-29 10:00', 5, 'working days'), '2025-10-13 10:00')
  t.equal(after(shanghai, '2025-09-30 17:00', 4, 'working hours'), '2025-10-09 12:00')
  t.equal(after(shanghai, '2025-10-10 16:00', 2, 'working hours'), '2025-10-11 09:00')
  t.equal(before(shanghai, '2025-10-09 10:00', 1, 'working days'), '2025-09-30 10:00')
})

t.test('Spring Festival 2026: 15 to 23 February off, 14 and 28 February worked', async (t) => {
  t.equal(after(shanghai, '2026-02-13 15:00', 5, 'working days'), '2026-02-27 15:00')
  t.equal(after(shanghai, '2026-02-27 15:00', 1, 'working days'), '2026-02-28 15:00')
  t.equal(after(shanghai, '2026-02-14 16:30', 2, 'working hours'), '2026-02-24 09:30')
  t.equal(before(shanghai, '2026-02-24 09:30', 2, 'working hours'), '2026-02-14 16:30')
  const from = at(shanghai, '2026-02-15')
  t.equal(shanghai.between(from, at(shanghai, '2026-02-24'), 'working days'), 0)
  t.equal(shanghai.between(from, at(shanghai, '2026-03-02'), 'working days'), 5 * DAY)
})

t.test('working hours run only inside their windows', async (t) => {
  t.equal(after(shanghai, '2025-11-12 11:00', 1, 'working hours'), '2025-11-12 12:00')
  t.equal(after(shanghai, '2025-11-12 11:00', 2, 'working hours'), '2025-11-12 14:30')
  t.equal(after(shanghai, '2025-11-12 03:00', 7.5, 'working hours'), '2025-11-12 17:30')
  t.equal(after(shanghai, '2025-11-14 17:00', 4, 'working hours'), '2025-11-17 12:00')
  t.equal(before(shanghai, '2025-11-17 09:30', 4, 'working hours'), '2025-11-14 14:30')
  t.equal(before(shanghai, '2025-11-17 14:00', 0.5, 'working hours'), '2025-11-17 13:30')
  t.equal(before(shanghai, '2025-11-17 12:45', 3.5, 'working hours'), '2025-11-17 08:30')
  const time = (clock: string) => shanghai.isWorkingTime(at(shanghai, `2025-11-12 ${clock}`))
  t.strictSame(['08:29', '08:30', '11:59', '12:00', '13:30', '17:30'].map(time), [
    false,
    true,
    true,
    false,
    true,
    false,
  ])
  t.notOk(shanghai.isWorkingTime(at(shanghai, '2025-10-06 10:00')), 'not on a holiday')
  const windows = [['00:00', '24:00']] as const
  const round = makeCalendar({ timeZone: 'Asia/Shanghai', workingHours: windows, years })
  t.equal(after(round, '2025-11-14 23:00', 2, 'working hours'), '2025-11-17 01:00')
})

t.test('ends: day moves a limit to the end of its (working) day', async (t) => {
  t.equal(after(shanghai, '2025-11-12 15:00', 5, 'working days', 'day'), '2025-11-20 00:00')
  t.equal(after(shanghai, '2025-11-14 16:00', 2, 'working hours', 'day'), '2025-11-18 00:00')
  t.equal(after(shanghai, '2025-11-12 15:00', 2, 'days', 'day'), '2025-11-15 00:00')
  t.equal(after(shanghai, '2025-11-12 15:00', 2, 'hours', 'day'), '2025-11-13 00:00')
  t.equal(after(shanghai, '2025-11-14 00:00', 1, 'days', 'day'), '2025-11-15 00:00')
  t.equal(after(shanghai, '2025-11-15 09:00', 0, 'working days', 'day'), '2025-11-18 00:00')
  t.equal(after(shanghai, '2025-11-15 09:00', 0, 'days', 'day'), '2025-11-16 00:00')
  t.equal(before(shanghai, '2025-11-20 15:00', 1, 'working days', 'day'), '2025-11-19 00:00')
  t.equal(before(shanghai, '2025-11-17 09:00', 1, 'working hours', 'day'), '2025-11-14 00:00')
  t.equal(before(shanghai, '2025-11-16 09:00', 0, 'working days', 'day'), '2025-11-14 00:00')
  t.equal(before(shanghai, '2025-11-16 09:00', 1, 'days', 'day'), '2025-11-15 00:00')
})

t.test('a limit that reaches into a year not published says so', async (t) => {
  const certain = (calendar: Calendar, ...ask: Ask) =>
    calendar.after(at(calendar, ask[0]), limitOf(ask)).certain
  t.ok(certain(shanghai, '2026-12-30 10:00', 1, 'working days'))
  t.ok(certain(shanghai, '2026-12-30 00:00', 2, 'working days'), 'ends as the year ends')
  t.notOk(certain(shanghai, '2026-12-30 10:00', 2, 'working days'))
  t.notOk(certain(shanghai, '2026-12-31 17:00', 1, 'working hours'))
  t.ok(certain(shanghai, '2026-12-31 10:00', 1, 'working hours', 'day'))
  t.ok(certain(shanghai, '2026-12-31 10:00', 3, 'days'))
  t.notOk(certain(shanghai, '2022-12-30 10:00', 3, 'working days'), 'nor before the first year')
  t.equal(after(shanghai, '2026-12-31 10:00', 1, 'working days'), '2027-01-01 10:00', 'weekends')
  t.ok(certain(newYork, '2026-12-31 10:00', 900, 'working days'))
  const from = at(shanghai, '2027-01-04 10:00')
  t.notOk(shanghai.before(from, { amount: 1, unit: 'working days' }).certain)
  t.notOk(shanghai.plus(from, 5, 'working days').certain)
  t.notOk(shanghai.plus(at(shanghai, '2027-01-04'), 0, 'working days').certain)
  t.ok(shanghai.plus(at(shanghai, '2026-03-02'), -DAY, 'working days').certain)

  const next: YearData = {
    year: 2027,
    holidays: ['2027-01-01'],
    workedWeekends: ['2026-12-27'],
    source: 'made for this test',
  }
  const thisYear = { ...next, year: 2026, holidays: ['2026-12-27'], workedWeekends: [] }
  const both = [next, thisYear]
  const known = makeCalendar({ timeZone: 'Asia/Shanghai', workingHours, years: both })
  t.ok(certain(known, '2026-12-31 10:00', 1, 'working days'))
  t.equal(after(known, '2026-12-31 10:00', 1, 'working days'), '2027-01-04 10:00')
  t.ok(known.isWorkingDay(at(known, '2026-12-27')), 'the later notice holds')
  t.not(known.id, shanghai.id)
})

t.test('the id changes with the answers and with nothing else', async (t) => {
  const id = (change: Partial<Parameters<typeof makeCalendar>[0]>) =>
    makeCalendar({ timeZone: 'Asia/Shanghai', workingHours, years, ...change }).id
  t.match(shanghai.id, /^Asia\/Shanghai 08:30-12:00,13:30-17:30 2023\.\.2026 [0-9a-f]{12}$/)
  t.equal(
    id({ years: years.toReversed().map((year) => ({ ...year, source: 'elsewhere' })) }),
    shanghai.id,
  )
  t.not(id({ years: years.slice(1) }), shanghai.id)
  t.not(
    id({ years: years.map((year) => ({ ...year, holidays: year.holidays.slice(1) })) }),
    shanghai.id,
  )
  t.not(id({ workingHours: [['08:30', '12:00']] }), shanghai.id)
  t.equal(newYork.id, 'America/New_York 09:00-17:00 mon-fri')
  t.match(id({ years: [] }), / none [0-9a-f]{12}$/)
})

t.test('New York: the clock put forward and back', async (t) => {
  t.equal(after(newYork, '2026-03-07 15:00', 1, 'days'), '2026-03-08 15:00', 'a day of 23 hours')
  const spring = at(newYork, '2026-03-07 15:00')
  t.equal(newYork.after(spring, { amount: 1, unit: 'days' }).at - spring, 23 * HOUR)
  t.equal(after(newYork, '2026-03-07 15:00', 24, 'hours'), '2026-03-08 16:00')
  t.equal(after(newYork, '2026-10-31 15:00', 1, 'days'), '2026-11-01 15:00', 'a day of 25 hours')
  const autumn = at(newYork, '2026-10-31 15:00')
  t.equal(newYork.after(autumn, { amount: 1, unit: 'days' }).at - autumn, 25 * HOUR)
  t.equal(after(newYork, '2026-03-06 16:00', 2, 'working hours'), '2026-03-09 10:00')
  t.equal(after(newYork, '2026-10-30 16:00', 2, 'working hours'), '2026-11-02 10:00')
  t.equal(after(newYork, '2026-03-06 15:00', 1, 'working days'), '2026-03-09 15:00')
  t.equal(newYork.between(spring, at(newYork, '2026-03-09'), 'working hours'), 0)

  t.equal(after(newYork, '2026-03-07 02:30', 1, 'days'), '2026-03-08 03:00', 'a skipped reading')
  const first = at(newYork, '2026-11-01 01:30')
  t.equal(newYork.between(first, first + 2 * HOUR, 'days'), HOUR, 'the hour shown twice, once')
  t.equal(local(newYork, first + HOUR), '2026-11-01 01:30')
  t.equal(newYork.between(first, first + HOUR, 'days'), HOUR / 2)
  t.equal(newYork.localDate(at(newYork, '2026-11-01 23:59')), '2026-11-01')
  t.equal(newYork.localDate(at(newYork, '2026-11-02 00:00')), '2026-11-02')
})

t.test('a clock change inside working hours counts the time that really passes', async (t) => {
  const nights = makeCalendar({
    timeZone: 'America/New_York',
    workingHours: [['01:00', '05:00']],
    years: [
      {
        year: 2026,
        holidays: [],
        workedWeekends: ['2026-03-08', '2026-11-01'],
        source: 'made for this test',
      },
    ],
  })
  t.equal(after(nights, '2026-03-08 00:00', 3, 'working hours'), '2026-03-08 05:00')
  t.equal(after(nights, '2026-03-08 00:00', 4, 'working hours'), '2026-03-09 02:00')
  t.equal(after(nights, '2026-11-01 00:00', 5, 'working hours'), '2026-11-01 05:00')
  t.equal(after(nights, '2026-11-01 00:00', 6, 'working hours'), '2026-11-02 02:00')
  t.equal(before(nights, '2026-11-02 02:00', 6, 'working hours'), '2026-11-01 01:00')
  t.equal(before(nights, '2026-03-09 02:00', 4, 'working hours'), '2026-03-08 01:00')
  t.ok(nights.isWorkingTime(at(nights, '2026-11-01 01:30') + HOUR))
})

t.test('zones that change at midnight', async (t) => {
  const beirut = makeCalendar({
    timeZone: 'Asia/Beirut',
    workingHours,
    years: [],
    holidays: 'none',
  })
  t.equal(after(beirut, '2026-03-28 09:00', 1, 'hours', 'day'), '2026-03-29 01:00')
  t.equal(after(beirut, '2026-03-28 00:00', 1, 'days', 'day'), '2026-03-29 01:00')
  const paulo = makeCalendar({
    timeZone: 'America/Sao_Paulo',
    workingHours,
    years: [{ year: 2018, holidays: [], workedWeekends: ['2018-02-17'], source: 'test' }],
  })
  const end = paulo.after(at(paulo, '2018-02-17 09:00'), { amount: 1, unit: 'hours', ends: 'day' })
  t.equal(local(paulo, end.at), '2018-02-18 00:00', '24:00, not the 23:00 that comes twice')
  t.equal(paulo.localDate(end.at - 1), '2018-02-17')
  t.ok(paulo.isWorkingDay(end.at - 1))
})

t.test('the next time inside a daily window', async (t) => {
  const next = (calendar: Calendar, from: string, window: [string, string]) =>
    local(calendar, calendar.nextTimeOfDay(at(calendar, from), window))
  t.equal(next(shanghai, '2025-11-12 05:00', ['08:00', '21:00']), '2025-11-12 08:00')
  t.equal(next(shanghai, '2025-11-12 12:34', ['08:00', '21:00']), '2025-11-12 12:34')
  t.equal(next(shanghai, '2025-11-12 21:00', ['08:00', '21:00']), '2025-11-13 08:00')
  t.equal(next(shanghai, '2025-10-01 22:00', ['08:00', '21:00']), '2025-10-02 08:00', 'daily')
  t.equal(next(shanghai, '2025-11-12 23:00', ['22:00', '06:00']), '2025-11-12 23:00')
  t.equal(next(shanghai, '2025-11-12 06:00', ['22:00', '06:00']), '2025-11-12 22:00')
  t.equal(next(newYork, '2026-03-07 22:00', ['08:00', '21:00']), '2026-03-08 08:00')
  t.equal(next(newYork, '2026-10-31 22:00', ['08:00', '21:00']), '2026-11-01 08:00')
  t.equal(next(newYork, '2026-03-08 00:00', ['02:10', '02:40']), '2026-03-09 02:10', 'skipped')
  t.equal(next(newYork, '2026-03-08 00:00', ['02:10', '03:40']), '2026-03-08 03:00')
  const late = at(newYork, '2026-11-01 01:50')
  t.equal(newYork.nextTimeOfDay(late, ['01:20', '01:40']) - late, HOUR / 2, 'shown again')
})

t.test('a pause keeps what is left', async (t) => {
  const due = shanghai.after(at(shanghai, '2025-09-26 10:00'), { amount: 5, unit: 'working days' })
  const paused = at(shanghai, '2025-09-29 22:00')
  const left = shanghai.between(paused, due.at, 'working days')
  t.equal(left, 2.5 * DAY)
  t.equal(local(shanghai, due.at), '2025-10-10 10:00')
  const resumed = at(shanghai, '2025-10-04 10:00')
  t.equal(local(shanghai, shanghai.plus(resumed, left, 'working days').at), '2025-10-11 12:00')
  t.equal(shanghai.plus(resumed, 0, 'working days').at, resumed)
  t.equal(shanghai.between(due.at, paused, 'working days'), -left)
})

t.test('heating seasons', async (t) => {
  const season = { from: '11-15', to: '03-15' }
  const on = (date: string) => seasonOf(shanghai, at(shanghai, date), season)
  t.strictSame(on('2025-11-15 00:00'), { from: '2025-11-15', to: '2026-03-15', days: 121, day: 1 })
  t.strictSame(on('2026-03-15 23:59')?.day, 121)
  t.strictSame(on('2024-01-01 12:00'), { from: '2023-11-15', to: '2024-03-15', days: 122, day: 48 })
  t.equal(on('2025-11-14 23:59'), undefined)
  t.equal(on('2026-03-16 00:00'), undefined)
  t.ok(inSeason(shanghai, at(shanghai, '2025-12-31 23:59'), { from: '11-16', to: '04-05' }))
  t.notOk(inSeason(shanghai, at(shanghai, '2025-04-06 00:00'), { from: '11-16', to: '04-05' }))
  const summer = { from: '06-01', to: '08-31' }
  t.equal(seasonOf(shanghai, at(shanghai, '2025-08-31 10:00'), summer)?.days, 92)
  t.equal(seasonOf(shanghai, at(shanghai, '2025-09-01 10:00'), summer), undefined)
  const leap = { from: '12-01', to: '02-29' }
  t.equal(seasonOf(shanghai, at(shanghai, '2025-02-28 10:00'), leap)?.to, '2025-02-28')
  t.equal(seasonOf(shanghai, at(shanghai, '2024-02-29 10:00'), leap)?.to, '2024-02-29')
  const damaged = () => inSeason(shanghai, 0, { from: '11-31', to: '03-15' })
  t.throws(damaged, fault('season-damaged', /11-31/))
})

t.test('wrong input is named', async (t) => {
  const make = (change: object) => () =>
    makeCalendar({ timeZone: 'Asia/Shanghai', workingHours, years, ...change })
  const windows = (...workingHours: [string, string][]) => make({ workingHours })
  t.throws(make({ timeZone: 'Asia/Nowhere' }), fault('time-zone-unknown', /Asia\/Nowhere/))
  t.throws(windows(), fault('window-damaged', /empty or out of order/))
  t.throws(windows(['8:30', '12:00']), fault('window-damaged', /"8:30"/))
  t.throws(windows(['08:30', '24:01']), fault('window-damaged', /"24:01"/))
  t.throws(windows(['08:30', '08:30']), fault('window-damaged', /08:30–08:30 holds no time/))
  t.throws(windows(['24:00', '08:30']), fault('window-damaged', /holds no time/))
  t.throws(windows(['17:00', '08:30']), fault('window-damaged', /out of order/))
  t.throws(windows(['08:30', '12:00'], ['11:00', '13:00']), fault('window-damaged', /order/))
  t.throws(make({ years: [...years, ...years] }), fault('year-damaged', /2023 was given twice/))

  const amount = (amount: number) => () => limitMs({ amount, unit: 'working days' })
  t.equal(limitMs({ amount: 2.5, unit: 'working hours' }), 2.5 * HOUR)
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e6]) {
    t.throws(amount(wrong), fault('amount-out-of-range', new RegExp(`${wrong} working days`)))
  }
  const endless = () => shanghai.plus(0, Number.NaN, 'hours')
  t.throws(endless, fault('amount-out-of-range', /NaN ms/))
  const beyond = fault('instant-out-of-range', /1970/)
  const far = at(shanghai, '2099-12-30')
  for (const unit of ['days', 'working hours', 'working days'] as const) {
    t.throws(() => shanghai.after(far, { amount: 50, unit }), beyond, unit)
    t.throws(() => shanghai.before(5 * HOUR, { amount: 50, unit }), beyond, unit)
  }
  t.throws(() => shanghai.localDate(Date.UTC(2150, 0, 1)), beyond)
  t.throws(() => shanghai.isWorkingDay(-DAY), beyond)
  t.ok(new CalendarFault('year-damaged', 'x') instanceof Error)
})

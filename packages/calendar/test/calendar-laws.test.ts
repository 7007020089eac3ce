import fc from 'fast-check'
import t from 'tap'
import { type Calendar, type Limit, limitMs, loadYears, makeCalendar } from '../src/index.ts'

const HOUR = 3_600_000
const QUARTER = HOUR / 4
const zone = (timeZone: string, holidays: 'published' | 'none') =>
  makeCalendar({
    timeZone,
    workingHours: [
      ['08:30', '12:00'],
      ['13:30', '17:30'],
    ],
    years: loadYears(),
    holidays,
  })
const shanghai = zone('Asia/Shanghai', 'published')
const newYork = zone('America/New_York', 'none')
// Works round the clock on two Sundays whose clock is changed: nothing can be more awkward.
const nights = makeCalendar({
  timeZone: 'America/New_York',
  workingHours: [
    ['00:00', '02:30'],
    ['02:45', '24:00'],
  ],
  years: [
    {
      year: 2026,
      holidays: ['2026-01-01'],
      workedWeekends: ['2026-03-08', '2026-11-01'],
      source: 'made for this test',
    },
  ],
})

const anyCalendar = fc.constantFrom(shanghai, newYork, nights)
// Most instants lie round the clock changes and holidays of 2026, half of them within a
// millisecond of a quarter of an hour: where windows and days begin and end.
const anyTime = fc.oneof(
  fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2029, 0, 1) }),
  fc.integer({ min: Date.UTC(2026, 1, 10), max: Date.UTC(2026, 2, 12) }),
  fc.integer({ min: Date.UTC(2026, 10, 1, 4), max: Date.UTC(2026, 10, 1, 9) }),
)
const anyInstant = fc.oneof(
  anyTime,
  fc
    .tuple(anyTime, fc.integer({ min: -1, max: 1 }))
    .map(([time, off]) => Math.round(time / QUARTER) * QUARTER + off),
)
const anyAmount = fc.oneof(
  fc.integer({ min: 0, max: 60 }),
  fc.double({ min: 0, max: 60, noNaN: true }),
)
const anyUnit = fc.constantFrom<Limit['unit']>(
  'minutes',
  'hours',
  'days',
  'working hours',
  'working days',
)
const anyLimit = fc.record({ amount: anyAmount, unit: anyUnit })
const roundedLimit = anyLimit.map((limit): Limit => ({ ...limit, ends: 'day' }))

/** A local reading that the zone's clock skips cannot be hit: local days then measure more. */
const canSkip = (calendar: Calendar, limit: Limit): boolean =>
  (calendar !== shanghai && limit.unit === 'days') ||
  (calendar === nights && limit.unit === 'working days')

const law = (property: fc.IRawProperty<unknown>) => fc.assert(property, { numRuns: 3000 })

t.test('adding then measuring gives the amount back, forward and back', async () => {
  law(
    fc.property(anyCalendar, anyInstant, anyLimit, (calendar, from, limit) => {
      const amount = limitMs(limit)
      const forward = calendar.between(from, calendar.after(from, limit).at, limit.unit)
      const back = calendar.between(calendar.before(from, limit).at, from, limit.unit)
      if (!canSkip(calendar, limit)) return forward === amount && back === amount
      return (
        forward >= amount && forward <= amount + HOUR && back <= amount && back >= amount - HOUR
      )
    }),
  )
})

t.test('order is kept', async () => {
  const later = fc.oneof(fc.nat(2 * HOUR), fc.nat(60 * 24 * HOUR))
  law(
    fc.property(
      anyCalendar,
      anyInstant,
      later,
      fc.oneof(anyLimit, roundedLimit),
      (calendar, first, gap, limit) => {
        const second = first + gap
        return (
          calendar.after(first, limit).at <= calendar.after(second, limit).at &&
          calendar.before(first, limit).at <= calendar.before(second, limit).at &&
          calendar.between(first, second, limit.unit) >= 0
        )
      },
    ),
  )
})

t.test('before undoes after, up to time that does not count', async () => {
  law(
    fc.property(anyCalendar, anyInstant, anyLimit, (calendar, from, limit) => {
      fc.pre(!canSkip(calendar, limit))
      const back = calendar.before(calendar.after(from, limit).at, limit).at
      return limitMs(limit) === 0
        ? back === from
        : back >= from && calendar.between(from, back, limit.unit) === 0
    }),
  )
})

t.test('ends: day never shortens a limit, and ends at midnight', async () => {
  law(
    fc.property(
      fc.constantFrom(shanghai, newYork),
      anyInstant,
      roundedLimit,
      (calendar, from, limit) => {
        const { amount, unit } = limit
        const due = calendar.after(from, limit).at
        const start = calendar.before(from, limit).at
        const midnight = (at: number) => calendar.localDate(at) !== calendar.localDate(at - 1)
        return (
          due >= calendar.after(from, { amount, unit }).at &&
          start <= calendar.before(from, { amount, unit }).at &&
          midnight(due) &&
          midnight(start)
        )
      },
    ),
  )
})

t.test('a pause keeps what is left', async () => {
  law(
    fc.property(
      anyCalendar,
      anyInstant,
      anyLimit,
      fc.tuple(fc.nat(60 * 24 * HOUR), fc.double({ min: 0, max: 1, noNaN: true })),
      (calendar, from, limit, [length, share]) => {
        fc.pre(!canSkip(calendar, limit))
        const due = calendar.after(from, limit).at
        const paused = from + Math.floor((due - from) * share)
        const left = calendar.between(paused, due, limit.unit)
        const again = calendar.plus(paused + length, left, limit.unit).at
        const spent = calendar.between(from, paused, limit.unit)
        return (
          calendar.between(paused + length, again, limit.unit) === left &&
          spent + left === limitMs(limit)
        )
      },
    ),
  )
})

t.test('measures add up', async () => {
  law(
    fc.property(
      anyCalendar,
      fc.tuple(anyInstant, anyInstant, anyInstant),
      anyUnit,
      (calendar, [a, b, c], unit) =>
        calendar.between(a, b, unit) + calendar.between(b, c, unit) ===
        calendar.between(a, c, unit),
    ),
  )
})

t.test('whole local days agree with Temporal', async () => {
  law(
    fc.property(
      fc.constantFrom(shanghai, newYork),
      anyInstant,
      fc.integer({ min: 1, max: 60 }),
      (calendar, from, days) => {
        const start = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(
          calendar.timeZone,
        )
        const reading = start.toPlainDateTime()
        fc.pre(reading.toZonedDateTime(calendar.timeZone).epochMilliseconds === from)
        const end = start.add({ days })
        fc.pre(end.toPlainDateTime().equals(reading.add({ days })))
        return calendar.after(from, { amount: days, unit: 'days' }).at === end.epochMilliseconds
      },
    ),
  )
})

t.test('working time agrees with counting it minute by minute', async () => {
  const minute = 60_000
  const works = (calendar: Calendar, at: number) => {
    const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(calendar.timeZone)
    const clock = time.toPlainTime().toString({ smallestUnit: 'minute' })
    const inside = (clock >= '08:30' && clock < '12:00') || (clock >= '13:30' && clock < '17:30')
    return inside && calendar.isWorkingDay(at)
  }
  fc.assert(
    fc.property(
      fc.constantFrom(shanghai, newYork),
      fc.integer({ min: Date.UTC(2026, 0, 1) / minute, max: Date.UTC(2026, 11, 1) / minute }),
      fc.nat(3000),
      (calendar, start, length) => {
        let counted = 0
        for (let at = start; at < start + length; at++) {
          const worked = works(calendar, at * minute)
          if (worked !== calendar.isWorkingTime(at * minute)) return false
          if (worked) counted += minute
        }
        const end = (start + length) * minute
        return calendar.between(start * minute, end, 'working hours') === counted
      },
    ),
    { numRuns: 20 },
  )
})

t.test('the next time of day is inside the window, and none before it is', async () => {
  const clockAt = (at: number) =>
    Temporal.Instant.fromEpochMilliseconds(at)
      .toZonedDateTimeISO(newYork.timeZone)
      .toPlainTime()
      .toString({ smallestUnit: 'minute' })
  const anyClock = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
  fc.assert(
    fc.property(anyInstant, anyClock, anyClock, (from, start, end) => {
      fc.pre(start !== end)
      const inside = (at: number) => {
        const clock = clockAt(at)
        return start < end ? clock >= start && clock < end : clock >= start || clock < end
      }
      const next = newYork.nextTimeOfDay(from, [start, end])
      if (next === from) return inside(from)
      for (let at = from; at < next; at += 10 * 60_000) if (inside(at)) return false
      return inside(next) && !inside(next - 1)
    }),
    { numRuns: 200 },
  )
})

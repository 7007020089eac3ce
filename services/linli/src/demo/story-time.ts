// When the demo's stories happen: their own words for time turned into instants, and the instant
// at which a story has to begin so that a clock stands as it should when the demo ends.
import { type Calendar, inSeason, type Limit } from '@linli/calendar'
import type { Policy } from '@linli/workflow'
import type { Begin, ClockNow, Line, Story } from './story.ts'

/** By which calendar and limits a demo is timed. Instants are epoch ms. */
export type Timing = {
  now: number
  calendar: Calendar
  policyOf: (workflow: string) => Policy
}

/** A line with its times; `recordedAt` differs where it was entered late. */
export type Timed = { line: Line; happensAt: number; recordedAt: number }

/** Every line of a story with its time, all before the demo ends; undefined: it does not fit. */
export function timed(story: Story, timing: Timing): Timed[] | undefined {
  const { begin } = story
  const starts = 'now' in begin ? startsByClock(story, timing) : startsByDate(begin, timing)
  for (const start of starts) {
    const lines = linesFrom(start, story, timing.calendar)
    const last = lines.reduce((latest, one) => Math.max(latest, one.recordedAt), 0)
    if (last > timing.now || !lines.every((one) => isInVisitHours(one, timing.calendar))) continue
    if (!('now' in begin)) return lines
    if (begin.season && !isHeated(timing.calendar, start)) continue
    if (stands(begin.now, lines, timing)) return lines
  }
  return undefined
}

/** The instant that `when` names, counted from another one. */
export function following(calendar: Calendar, from: number, when: string): number {
  const found = WHEN.exec(when)
  if (found === null) throw new Error(`"${when}" names no time`)
  const [, amount = '0', unit = 'm', time] = found
  const count = Number(amount)
  if (unit === 'm') return from + count * MINUTE_MS
  if (unit === 'h') return from + count * 60 * MINUTE_MS
  const zoned = zonedOf(from, calendar)
  const date =
    unit === 'd' ? zoned.toPlainDate().add({ days: count }) : working(calendar, from, count)
  const plainTime = time === undefined ? zoned.toPlainTime() : Temporal.PlainTime.from(time)
  return instantOf(date, plainTime, calendar)
}

const WHEN = /^\+(\d+)([mhdw])(?: (\d\d:\d\d))?$/
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** The season of the demo's city where its policy is silent: that of its neighbour, Weifang. */
const SEASON = { from: '11-15', to: '03-15' }

const isHeated = (calendar: Calendar, at: number): boolean => inSeason(calendar, at, SEASON)

const zonedOf = (at: number, { timeZone }: Calendar) =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)

const instantOf = (date: Temporal.PlainDate, time: Temporal.PlainTime, calendar: Calendar) =>
  date.toZonedDateTime({ timeZone: calendar.timeZone, plainTime: time }).epochMilliseconds

const NOON = Temporal.PlainTime.from('12:00')
const MOST_DAYS = 400

/** The date of the n-th working day after an instant. */
function working(calendar: Calendar, from: number, count: number): Temporal.PlainDate {
  let date = zonedOf(from, calendar).toPlainDate()
  for (let found = 0, day = 0; found < count && day < MOST_DAYS; day += 1) {
    date = date.add({ days: 1 })
    if (calendar.isWorkingDay(instantOf(date, NOON, calendar))) found += 1
  }
  return date
}

function linesFrom(start: number, story: Story, calendar: Calendar): Timed[] {
  let before = start
  return story.lines.map((line) => {
    const [when, delay] = line[0].split(' late ')
    const happensAt = following(calendar, before, when ?? '+0m')
    before = happensAt
    const recordedAt = delay === undefined ? happensAt : following(calendar, happensAt, `+${delay}`)
    return { line, happensAt, recordedAt }
  })
}

/** Working days at a time of day, from the wanted one back. */
function* startsByDate(begin: Exclude<Begin, { now: ClockNow }>, timing: Timing) {
  const { calendar, now } = timing
  const time = Temporal.PlainTime.from(begin.at ?? '09:20')
  const heated = 'season' in begin ? heatedDays(timing) : []
  const first =
    'season' in begin
      ? (heated[Math.floor(begin.season * (heated.length - 1))] ?? now)
      : now - begin.ago * DAY_MS
  for (let back = 0; back < MOST_DAYS; back += 1) {
    const day = zonedOf(first - back * DAY_MS, calendar).toPlainDate()
    const start = instantOf(day, time, calendar)
    if (!calendar.isWorkingDay(start) || start > now) continue
    if ('season' in begin && !isHeated(calendar, start)) continue
    yield start
  }
}

/** The heated days of the past year, oldest first. */
function heatedDays({ calendar, now }: Timing): number[] {
  return Array.from({ length: YEAR_DAYS }, (_, index) => now - (YEAR_DAYS - index) * DAY_MS).filter(
    (day) => isHeated(calendar, day),
  )
}

const YEAR_DAYS = 360
const SLOT_MS = 20 * MINUTE_MS
const BACK_DAYS = 40

/**
 * Times from which a clock could have run until now, the newest first: hours of the office before
 * all others; a mere report, which no staff answered yet, at any hour people are awake.
 */
function* startsByClock(story: Story, { now, calendar }: Timing) {
  const isUsual = (at: number) =>
    story.lines.length === 1 ? isAwake(at, calendar) : calendar.isWorkingTime(at)
  const newest = Math.floor(now / SLOT_MS) * SLOT_MS
  const oldest = now - BACK_DAYS * DAY_MS
  for (let at = newest; at > oldest; at -= SLOT_MS) if (isUsual(at)) yield at
  for (let at = newest; at > oldest; at -= SLOT_MS) if (!isUsual(at)) yield at
}

/** Flats are measured from 08:00 to 21:00 (domain.md §7). */
function isInVisitHours({ line, happensAt }: Timed, calendar: Calendar): boolean {
  if (line[2] !== 'measure') return true
  const { hour } = zonedOf(happensAt, calendar)
  return hour >= 8 && hour < 21
}

function isAwake(at: number, calendar: Calendar): boolean {
  const { hour } = zonedOf(at, calendar)
  return hour >= 7 && hour < 22
}

function stands(wanted: ClockNow, lines: readonly Timed[], timing: Timing): boolean {
  const limit = timing.policyOf(wanted.of ?? 'appeal').limits[wanted.clock]
  const from = lines[wanted.since]?.happensAt
  if (limit === undefined || from === undefined) throw new Error(`no clock ${wanted.clock}`)
  const dueAt = timing.calendar.after(from, plain(limit)).at
  const warnAt =
    limit.warn === undefined ? dueAt : timing.calendar.before(dueAt, plain(limit.warn)).at
  if (timing.now >= dueAt) return wanted.is === 'red'
  return wanted.is === (timing.now >= warnAt ? 'yellow' : 'running')
}

const plain = ({ amount, unit, ends }: Limit): Limit =>
  ends === undefined ? { amount, unit } : { amount, unit, ends }

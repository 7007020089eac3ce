// The calendar of one zone, its working hours and its published years: limits forward and back,
// and what is left of them. All instants are epoch milliseconds. Pure: the same data give the same
// answers; it asks neither the clock nor the disk. Must not import year-files.ts.

import { CalendarFault } from './calendar-fault.ts'
import { calendarId } from './calendar-id.ts'
import { type Limit, limitMs, type Unit } from './limit.ts'
import { type LocalClock, makeLocalClock } from './local-clock.ts'
import { coveredDay, DAY_MS, dateOfDay } from './local-date.ts'
import { dayLine, elapsedTime, type TimeLine, workingDayLine } from './time-line.ts'
import { readWindow, readWorkingHours } from './time-window.ts'
import type { WorkingDays } from './working-days.ts'
import { isPublished, isWorking, nthWorkingDay, tableWorkingDays } from './working-days.ts'
import { workingHourLine } from './working-hours.ts'
import { checkYear, type YearData } from './year-data.ts'

/** An instant, and whether it rests on published years only. */
export type Due = { at: number; certain: boolean }

/** Time as one community counts it. Covers 1970 to 2099; beyond throws `instant-out-of-range`. */
export interface Calendar {
  /** Names zone, hours and years, and changes whenever an answer could. */
  readonly id: string
  readonly timeZone: string
  /**
   * When a limit begun at `from` ends. `ends: 'day'` moves it to 24:00 local of the day in which
   * it would end (midnight belongs to the day it closes), for working units of a working day.
   */
  after(from: number, limit: Limit): Due
  /** The mirror: the last instant from which the limit still fits; `ends: 'day'` goes to 00:00. */
  before(from: number, limit: Limit): Due
  /** Milliseconds of the unit's own time from one instant to the other; negative backwards. */
  between(from: number, to: number, unit: Unit): number
  /** Adds milliseconds of the unit's own time: what is left, after a pause. Negative goes back. */
  plus(from: number, ms: number, unit: Unit): Due
  /** Whether the local date at this instant is worked; a year not published has weekends only. */
  isWorkingDay(at: number): boolean
  /** Whether working time runs at this instant. */
  isWorkingTime(at: number): boolean
  /** The first instant not before `from` that a wall clock shows inside the daily window. */
  nextTimeOfDay(from: number, window: readonly [string, string]): number
  /** The local date, `YYYY-MM-DD`. */
  localDate(at: number): string
}

/**
 * What a calendar is made of. Windows are `['08:30', '12:00']`, in order; with `holidays: 'none'`
 * every Monday to Friday works in every year and `years` is not asked.
 */
export type CalendarOptions = {
  timeZone: string
  workingHours: readonly (readonly [string, string])[]
  years: readonly YearData[]
  holidays?: 'published' | 'none'
}

/** Makes a calendar, once per zone and policy: it builds its tables (some milliseconds). */
export function makeCalendar(options: CalendarOptions): Calendar {
  const { timeZone, workingHours } = options
  const years = options.holidays === 'none' ? undefined : checkYears(options.years)
  const windows = readWorkingHours(workingHours)
  const clock = makeLocalClock(timeZone)
  const table = tableWorkingDays(years)
  const working = workingHourLine({ clock, table, windows })
  const lines: Record<Unit, TimeLine> = {
    minutes: elapsedTime,
    hours: elapsedTime,
    days: dayLine(clock),
    'working hours': working,
    'working days': workingDayLine(clock, table),
  }
  const dueBetween = dueIn(clock, table)
  const plus = (from: number, ms: number, unit: Unit): number => {
    const whole = wholeMs(ms)
    if (whole === 0) return from
    const line = lines[unit]
    const distance = line.measure(from) + whole
    return whole > 0 ? line.reach(distance) : line.leave(distance)
  }
  return {
    id: calendarId(timeZone, workingHours, years),
    timeZone,
    after(from, limit) {
      const at = plus(from, limitMs(limit), limit.unit)
      const due = limit.ends ? dayEnd({ clock, table }, at, limit.unit) : at
      return { at: due, certain: dueBetween(from, due, limit.unit) }
    },
    before(from, limit) {
      const at = plus(from, -limitMs(limit), limit.unit)
      const due = limit.ends ? dayStart({ clock, table }, at, limit.unit) : at
      return { at: due, certain: dueBetween(due, from, limit.unit) }
    },
    between: (from, to, unit) => lines[unit].measure(to) - lines[unit].measure(from),
    plus(from, ms, unit) {
      const at = plus(from, ms, unit)
      return { at, certain: dueBetween(Math.min(from, at), Math.max(from, at), unit) }
    },
    isWorkingDay: (at) => isWorking(table, coveredDay(Math.floor(clock.shown(at) / DAY_MS))),
    isWorkingTime: (at) => working.measure(at + 1) > working.measure(at),
    nextTimeOfDay: (from, window) => nextInside(clock, from, window),
    localDate: (at) => dateOfDay(coveredDay(Math.floor(clock.shown(at) / DAY_MS))),
  }
}

function wholeMs(ms: number): number {
  if (Number.isFinite(ms)) return Math.round(ms)
  throw new CalendarFault('amount-out-of-range', `${ms} ms cannot be added`)
}

type Days = { clock: LocalClock; table: WorkingDays }

function isWorkingUnit(unit: Unit): boolean {
  return unit === 'working hours' || unit === 'working days'
}

function dueIn(clock: LocalClock, table: WorkingDays) {
  return (from: number, to: number, unit: Unit): boolean => {
    if (!isWorkingUnit(unit)) return true
    const first = coveredDay(Math.floor(clock.counted(from) / DAY_MS))
    return isPublished(table, first, Math.max(first, dayClosedAt(clock, to)))
  }
}

function dayEnd({ clock, table }: Days, at: number, unit: Unit): number {
  const day = coveredDay(dayClosedAt(clock, at))
  const skip = isWorkingUnit(unit) && !isWorking(table, day)
  const last = skip ? nthWorkingDay(table, table.before[day] ?? 0) : day
  return clock.instantOf((last + 1) * DAY_MS)
}

function dayStart({ clock, table }: Days, at: number, unit: Unit): number {
  const day = coveredDay(Math.floor(clock.counted(at) / DAY_MS))
  const skip = isWorkingUnit(unit) && !isWorking(table, day)
  const first = skip ? nthWorkingDay(table, (table.before[day] ?? 0) - 1) : day
  return clock.instantOf(first * DAY_MS)
}

/** The day of an instant read as an end: midnight belongs to the day it closes. */
function dayClosedAt(clock: LocalClock, at: number): number {
  return Math.floor(clock.counted(at - 1) / DAY_MS)
}

function nextInside(clock: LocalClock, from: number, window: readonly [string, string]): number {
  const { start, end } = readWindow(window)
  let at = from
  for (;;) {
    const shown = clock.shown(at)
    const time = shown - coveredDay(Math.floor(shown / DAY_MS)) * DAY_MS
    const inside = start < end ? time >= start && time < end : time >= start || time < end
    if (inside) return at
    at = Math.min(at + ((start - time + DAY_MS) % DAY_MS), clock.nextChange(at))
  }
}

function checkYears(years: readonly YearData[]): readonly YearData[] {
  const seen = new Set<number>()
  for (const data of years) {
    checkYear(data, String(data.year))
    if (!seen.has(data.year)) seen.add(data.year)
    else throw new CalendarFault('year-damaged', `Calendar ${data.year} was given twice`)
  }
  return years
}

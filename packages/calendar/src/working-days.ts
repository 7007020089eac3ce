// The days of 1970 to 2099 as flat tables: how many working days lie before each day, which day is
// the n-th working day, and how many days lie in years not published. Built once per calendar.
// Must not know of zones or hours.

import { CalendarFault } from './calendar-fault.ts'
import { DAYS_COVERED, dayOfDate, isWeekend } from './local-date.ts'
import type { YearData } from './year-data.ts'

/** Tables by day number, and by the running number of the working day. */
export type WorkingDays = {
  /** Working days before the day; one entry more than there are days. */
  before: Uint32Array
  /** Day number of the n-th working day. */
  days: Uint32Array
  /** Days before the day that lie in a year without data. */
  unpublished: Uint32Array
}

/** Builds the tables. Without years (undefined) every Monday to Friday works and is certain. */
export function tableWorkingDays(years: readonly YearData[] | undefined): WorkingDays {
  const exceptions = exceptionsOf(years ?? [])
  const before = new Uint32Array(DAYS_COVERED + 1)
  const days: number[] = []
  for (let day = 0; day < DAYS_COVERED; day++) {
    before[day] = days.length
    if (exceptions.get(day) ?? !isWeekend(day)) days.push(day)
  }
  before[DAYS_COVERED] = days.length
  const unpublished = years ? countUnpublished(years) : new Uint32Array(DAYS_COVERED + 1)
  return { before, days: Uint32Array.from(days), unpublished }
}

/** Whether the day works. */
export function isWorking({ before }: WorkingDays, day: number): boolean {
  return (before[day + 1] ?? 0) > (before[day] ?? 0)
}

/** Whether every day from the first to the last lies in a published year. */
export function isPublished({ unpublished }: WorkingDays, first: number, last: number): boolean {
  return unpublished[first] === unpublished[last + 1]
}

/** The day number of the n-th working day since 1970; a fault outside the years covered. */
export function nthWorkingDay({ days }: WorkingDays, count: number): number {
  const day = days[count]
  if (day !== undefined) return day
  throw new CalendarFault('instant-out-of-range', 'A limit ends outside the years 1970 to 2099')
}

function exceptionsOf(years: readonly YearData[]): Map<number, boolean> {
  const exceptions = new Map<number, boolean>()
  for (const { holidays, workedWeekends } of [...years].sort((a, b) => a.year - b.year)) {
    for (const date of holidays) exceptions.set(dayOfDate(date) ?? -1, false)
    for (const date of workedWeekends) exceptions.set(dayOfDate(date) ?? -1, true)
  }
  return exceptions
}

function countUnpublished(years: readonly YearData[]): Uint32Array {
  const known = new Set(years.map((data) => data.year))
  const counts = new Uint32Array(DAYS_COVERED + 1)
  let count = 0
  for (let year = 1970, day = 0; day < DAYS_COVERED; year++) {
    const end = dayOfDate(`${year + 1}-01-01`) ?? DAYS_COVERED
    for (; day < end; day++) counts[day + 1] = known.has(year) ? count : ++count
  }
  return counts
}

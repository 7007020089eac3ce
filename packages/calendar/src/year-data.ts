// One published year of a public calendar, and the check of what was handed in.
// Must not read files: year-files.ts does.

import { CalendarFault } from './calendar-fault.ts'
import { dayOfDate, isWeekend } from './local-date.ts'

/**
 * A year as published: days off and weekends worked in exchange, dates `YYYY-MM-DD`. A notice may
 * also name days of the December before. `source` names the notice.
 */
export type YearData = {
  year: number
  holidays: string[]
  workedWeekends: string[]
  source: string
}

/** The year itself when it is sound; otherwise throws `year-damaged`, naming the date. */
export function checkYear(data: unknown, name: string): YearData {
  const fail = (what: string): never => {
    throw new CalendarFault('year-damaged', `Calendar ${name}: ${what}`)
  }
  if (!isYear(data)) return fail('needs year, holidays, workedWeekends and source')
  const { year, holidays, workedWeekends } = data
  if (!Number.isInteger(year) || year < 1970 || year > 2099) fail(`year ${year} is not covered`)
  for (const date of [...holidays, ...workedWeekends]) {
    const ofYear = date.startsWith(`${year}-`) || date.startsWith(`${year - 1}-12-`)
    if (!ofYear || dayOfDate(date) === undefined) fail(`"${date}" is not a date of ${year}`)
  }
  for (const date of workedWeekends) {
    if (!isWeekend(dayOfDate(date) ?? 0)) fail(`${date} is worked, but no weekend`)
    if (holidays.includes(date)) fail(`${date} is both worked and off`)
  }
  return data
}

function isYear(data: unknown): data is YearData {
  if (typeof data !== 'object' || data === null) return false
  const { year, holidays, workedWeekends, source } = data as Partial<Record<string, unknown>>
  const named = typeof year === 'number' && typeof source === 'string'
  return named && isDates(holidays) && isDates(workedWeekends)
}

function isDates(value: unknown): boolean {
  return Array.isArray(value) && value.every((date) => typeof date === 'string')
}

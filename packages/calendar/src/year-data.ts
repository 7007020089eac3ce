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

/** The year itself when it is sound; otherwise throws `year-damaged`, naming field and date. */
export function checkYear(data: unknown, name: string): YearData {
  const fail = (what: string): never => {
    throw new CalendarFault('year-damaged', `Calendar ${name}: ${what}`)
  }
  if (!isYear(data)) return fail(missing(data))
  const { year, holidays, workedWeekends } = data
  if (!Number.isInteger(year) || year < 1970 || year > 2099) fail(`year ${year} is not covered`)
  for (const [field, dates] of Object.entries({ holidays, workedWeekends })) {
    for (const date of dates) {
      const ofYear = date.startsWith(`${year}-`) || date.startsWith(`${year - 1}-12-`)
      if (ofYear && dayOfDate(date) !== undefined) continue
      fail(`"${date}" in ${field} is not a date of ${year}`)
    }
  }
  for (const date of workedWeekends) {
    if (!isWeekend(dayOfDate(date) ?? 0)) fail(`${date} in workedWeekends is no weekend`)
    if (holidays.includes(date)) fail(`${date} is in holidays and in workedWeekends`)
  }
  return data
}

const isYear = (data: unknown): data is YearData => wrongField(data) === undefined

const missing = (data: unknown): string => `needs ${wrongField(data)}`

/** The first field that is missing or of the wrong shape, and what it must be. */
function wrongField(data: unknown): string | undefined {
  const given: Partial<Record<string, unknown>> =
    typeof data === 'object' && data !== null ? { ...data } : {}
  if (typeof given.year !== 'number') return 'the field year, a number'
  for (const field of ['holidays', 'workedWeekends']) {
    if (!isDates(given[field])) return `the field ${field}, a list of dates "YYYY-MM-DD"`
  }
  return typeof given.source === 'string' ? undefined : 'the field source, which names the notice'
}

function isDates(value: unknown): boolean {
  return Array.isArray(value) && value.every((date) => typeof date === 'string')
}

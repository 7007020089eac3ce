// The name of a calendar, stored beside the limits reckoned with it: two calendars have the same
// name exactly when they give the same answers. Imports no calendar.

import { hash } from 'node:crypto'
import type { YearData } from './year-data.ts'

const HASH_LENGTH = 12

/** Zone, hours, the years known (or Mon–Fri) and a digest of their dates, one line. */
export function calendarId(
  timeZone: string,
  workingHours: readonly (readonly [string, string])[],
  years: readonly YearData[] | undefined,
): string {
  const hours = workingHours.map((window) => window.join('-')).join(',')
  return `${timeZone} ${hours} ${years ? yearsId(years) : 'mon-fri'}`
}

/** The years known and a digest of their dates: two sets with one name work on the same days. */
export function yearsId(years: readonly YearData[]): string {
  const known = [...years].sort((a, b) => a.year - b.year)
  const dates = known.map(({ year, holidays, workedWeekends }) => [
    year,
    [...holidays].sort(),
    [...workedWeekends].sort(),
  ])
  const digest = hash('sha256', JSON.stringify(dates)).slice(0, HASH_LENGTH)
  const span = known.length === 0 ? 'none' : `${known[0]?.year}..${known.at(-1)?.year}`
  return `${span} ${digest}`
}

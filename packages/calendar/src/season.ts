// Seasons that come back every year, such as heating from 15 November to 15 March. Both days
// belong to the season. Asks the calendar for the local date only.

import type { Calendar } from './calendar.ts'
import { CalendarFault } from './calendar-fault.ts'
import { dateOfDay, dayOfDate } from './local-date.ts'

/** First and last day, `MM-DD`; a season may run over New Year. 02-29 is 02-28 in other years. */
export type Season = { from: string; to: string }

/** One season: first and last date, how many days it has, and which of them this is (from 1). */
export type SeasonDates = { from: string; to: string; days: number; day: number }

/** Whether the local date at this instant lies in the season. */
export function inSeason(calendar: Calendar, at: number, season: Season): boolean {
  return seasonOf(calendar, at, season) !== undefined
}

/** The season in which this instant lies, or undefined; throws `season-damaged`. */
export function seasonOf(calendar: Calendar, at: number, season: Season): SeasonDates | undefined {
  const date = calendar.localDate(at)
  const today = dayOfDate(date) ?? 0
  const year = Number(date.slice(0, 4))
  const over = season.to < season.from ? 1 : 0
  for (const first of [year - over, year]) {
    const from = dayIn(first, season.from)
    const to = dayIn(first + over, season.to)
    if (today < from || today > to) continue
    const days = to - from + 1
    return { from: dateOfDay(from), to: dateOfDay(to), days, day: today - from + 1 }
  }
  return undefined
}

function dayIn(year: number, monthDay: string): number {
  const day = dayOfDate(`${year}-${monthDay}`)
  if (day !== undefined) return day
  if (monthDay === '02-29') return dayIn(year, '02-28')
  throw new CalendarFault('season-damaged', `"${monthDay}" is not a day of the year MM-DD`)
}

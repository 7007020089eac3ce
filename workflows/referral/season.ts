// Dates of a heating season, from an instant that is given. Pure: `Temporal` is asked for a date
// of a zone, never for the time of this machine.
import type { Season } from './rules.ts'

/** A season as it falls in a year. `days` counts both ends. */
export type SeasonDates = { from: Temporal.PlainDate; to: Temporal.PlainDate; days: number }

/** The local date of an instant (epoch ms). */
export const localDate = (at: number, timeZone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate()

/** The local time of day of an instant, as `HH:MM`. */
export const localTime = (at: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timeZone)
    .toPlainTime()
    .toString({ smallestUnit: 'minute' })

/** The season that holds the date, or the next one to come. */
export function seasonFrom(date: Temporal.PlainDate, season: Season): SeasonDates {
  const found = [date.year - 1, date.year, date.year + 1]
    .map((year) => seasonOfYear(year, season))
    .find(({ to }) => Temporal.PlainDate.compare(date, to) <= 0)
  if (found === undefined) throw new Error(`no season after ${date.toString()}`)
  return found
}

/** Which day of the season the date is, from 1; undefined outside it. */
export function dayOfSeason(date: Temporal.PlainDate, season: Season): number | undefined {
  const { from } = seasonFrom(date, season)
  const day = from.until(date, { largestUnit: 'days' }).days + 1
  return day >= 1 ? day : undefined
}

function seasonOfYear(year: number, season: Season): SeasonDates {
  const from = Temporal.PlainDate.from(`${year}-${season.from}`)
  const toYear = season.to < season.from ? year + 1 : year
  const to = Temporal.PlainDate.from(`${toYear}-${season.to}`)
  return { from, to, days: from.until(to, { largestUnit: 'days' }).days + 1 }
}

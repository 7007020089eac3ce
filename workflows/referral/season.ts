// Dates of a heating season, from an instant that is given. Pure: `Temporal` is asked for a date
// of a zone, never for the time of this machine.
import type { Season } from './rules.ts'

/** A season as it falls in a year. `days` counts both ends. */
export type SeasonDates = { from: Temporal.PlainDate; to: Temporal.PlainDate; days: number }

/** The local date of an instant (epoch ms). */
export const localDate = (at: number, timeZone: string): Temporal.PlainDate =>
  localQuarter(at, timeZone).date

/** The local time of day of an instant, as `HH:MM`. */
export function localTime(at: number, timeZone: string): string {
  const { minute } = localQuarter(at, timeZone)
  const now = minute + Math.floor((at - quarterOf(at) * QUARTER_MS) / 60_000)
  return `${twoDigits(Math.floor(now / 60))}:${twoDigits(now % 60)}`
}

const twoDigits = (number: number): string => String(number).padStart(2, '0')

type Quarter = { date: Temporal.PlainDate; minute: number }

/** Zones change their clocks at full quarters of an hour since 1972. */
const QUARTER_MS = 900_000
const QUARTERS_KEPT = 4_096
const quarterOf = (at: number): number => Math.floor(at / QUARTER_MS)
const quarters = new Map<string, Map<number, Quarter>>()

/** The date, and the minute of the day at which the quarter of an hour begins: asked once. */
function localQuarter(at: number, timeZone: string): Quarter {
  const ofZone = quarters.getOrInsertComputed(timeZone, () => new Map())
  if (ofZone.size >= QUARTERS_KEPT) ofZone.clear()
  return ofZone.getOrInsertComputed(quarterOf(at), (quarter) => {
    const time = Temporal.Instant.fromEpochMilliseconds(quarter * QUARTER_MS)
    const local = time.toZonedDateTimeISO(timeZone)
    return { date: local.toPlainDate(), minute: local.hour * 60 + local.minute }
  })
}

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

const seasons = new WeakMap<Season, Map<number, SeasonDates>>()

const seasonOfYear = (year: number, season: Season): SeasonDates =>
  seasons
    .getOrInsertComputed(season, () => new Map<number, SeasonDates>())
    .getOrInsertComputed(year, () => datesOf(year, season))

function datesOf(year: number, season: Season): SeasonDates {
  const from = Temporal.PlainDate.from(`${year}-${season.from}`)
  const toYear = season.to < season.from ? year + 1 : year
  const to = Temporal.PlainDate.from(`${toYear}-${season.to}`)
  return { from, to, days: from.until(to, { largestUnit: 'days' }).days + 1 }
}

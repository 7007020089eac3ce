// Case numbers: counted for each workflow and year, in the order of the log. Pure but for the
// counter it is lent.
import type { Instance } from '@linli/workflow'

const PER_YEAR = 1_000_000_000
const DIGITS = 6

/** A number as stored, in order of year and count. */
export const numberOf = (year: number, count: number): number => year * PER_YEAR + count

/** A number as people read it: `2026-000123`. */
export function caseNumber(number: number): string {
  const count = String(number % PER_YEAR).padStart(DIGITS, '0')
  return `${Math.floor(number / PER_YEAR)}-${count}`
}

/** The stored numbers that a typed text may mean: a whole number, or a count in any year. */
export function readNumber(text: string): { number: number } | { count: number } | undefined {
  const match = /^(?:(\d{4})-)?0*(\d{1,9})$/.exec(text.trim())
  if (match === null) return undefined
  const count = Number(match[2])
  return match[1] === undefined ? { count } : { number: numberOf(Number(match[1]), count) }
}

/** The remainder that holds a number's count. */
export const NUMBERS_PER_YEAR = PER_YEAR

/** The year in which an instance began, where its policy is at home. */
export function yearOf(instance: Pick<Instance, 'workflow' | 'policy' | 'startedAt'>): number {
  const zone = instance.workflow.policies.get(instance.policy)?.calendar.timeZone ?? 'UTC'
  return yearIn(zone, instance.startedAt)
}

type Year = { from: number; to: number; year: number }
const years = new Map<string, Year>()

function yearIn(zone: string, at: number): number {
  const known = years.get(zone)
  if (known !== undefined && known.from <= at && at < known.to) return known.year
  const { year } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
  const begin = (of: number) =>
    Temporal.PlainDate.from({ year: of, month: 1, day: 1 }).toZonedDateTime(zone).epochMilliseconds
  years.set(zone, { from: begin(year), to: begin(year + 1), year })
  return year
}

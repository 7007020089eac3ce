// Instants as stored, ISO 8601 in UTC with milliseconds, and as counted, epoch milliseconds.
// Every event carries several: `Date` formats a day once and reads only what is not plain.

/** An instant (epoch ms, an integer) as stored; `Date` formats each day once. */
export function iso(ms: number): string {
  const day = Math.floor(ms / DAY_MS)
  const known = days.get(day)
  const date = known ?? new Date(day * DAY_MS).toISOString().slice(0, 11)
  if (known === undefined) {
    if (days.size >= DAYS_KEPT) days.clear()
    days.set(day, date)
  }
  const rest = ms - day * DAY_MS
  const hour = Math.floor(rest / 3_600_000)
  const minute = Math.floor(rest / 60_000) % 60
  const second = Math.floor(rest / 1_000) % 60
  const milli = Math.floor(rest) % 1_000
  const thousandth = milli < 10 ? `00${milli}` : milli < 100 ? `0${milli}` : milli
  return `${date}${TWO[hour]}:${TWO[minute]}:${TWO[second]}.${thousandth}Z`
}

/** A stored instant in epoch ms: what `Date.parse` says, of the shape `iso` writes much sooner. */
export function instantOf(text: string): number {
  if (text.length !== 24 || text.charCodeAt(23) !== Z) return Date.parse(text)
  const year = twoAt(text, 0) * 100 + twoAt(text, 2)
  const month = twoAt(text, 5)
  const day = twoAt(text, 8)
  const hour = twoAt(text, 11)
  const minute = twoAt(text, 14)
  const second = twoAt(text, 17)
  const milli = twoAt(text, 20) * 10 + digitAt(text, 22)
  const plain =
    arePoints(text) &&
    year >= 1 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= SHORTEST_MONTH &&
    hour >= 0 &&
    hour < 24 &&
    minute >= 0 &&
    minute < 60 &&
    second >= 0 &&
    second < 60 &&
    milli >= 0
  if (!plain) return Date.parse(text)
  const time = ((hour * 60 + minute) * 60 + second) * 1_000 + milli
  return daysBefore(year, month, day) * DAY_MS + time
}

const DAY_MS = 86_400_000
const DAYS_KEPT = 4_096
const days = new Map<number, string>()
const TWO = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))
const [DASH, T, COLON, POINT, Z, ZERO] = [0x2d, 0x54, 0x3a, 0x2e, 0x5a, 0x30]
const SHORTEST_MONTH = 28

/** Far below any range where no digit stands: no comparison holds then. */
const NO_DIGIT = -10_000

function digitAt(text: string, index: number): number {
  const digit = text.charCodeAt(index) - ZERO
  return digit >= 0 && digit <= 9 ? digit : NO_DIGIT
}

const twoAt = (text: string, index: number): number =>
  digitAt(text, index) * 10 + digitAt(text, index + 1)

const arePoints = (text: string): boolean =>
  text.charCodeAt(4) === DASH &&
  text.charCodeAt(7) === DASH &&
  text.charCodeAt(10) === T &&
  text.charCodeAt(13) === COLON &&
  text.charCodeAt(16) === COLON &&
  text.charCodeAt(19) === POINT

/** Days from 1970-01-01, counting years from March so that a leap day ends one. */
function daysBefore(year: number, month: number, day: number): number {
  const march = month > 2 ? year : year - 1
  const era = Math.floor(march / 400)
  const inEra = march - era * 400
  const inYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const leapDays = Math.floor(inEra / 4) - Math.floor(inEra / 100)
  return era * 146_097 + inEra * 365 + leapDays + inYear - 719_468
}

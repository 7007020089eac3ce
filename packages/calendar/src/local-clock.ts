// A zone's local clock as arithmetic: instants to readings (milliseconds since local 1970) and
// back. Temporal is asked once for the zone's changes. Two readings of the same clock:
// `shown` is what a wall clock shows and steps back in autumn; `counted` never steps back, so an
// hour shown twice counts once, the first time. Must not know of working days or holidays.

import { CalendarFault } from './calendar-fault.ts'
import { DAY_MS, DAYS_COVERED } from './local-date.ts'

/** The local clock of one zone. */
export type LocalClock = {
  /** What a wall clock shows at this instant. */
  shown(at: number): number
  /** The same, but standing still while the clock shows an hour for the second time. */
  counted(at: number): number
  /** The first instant that shows the reading; of a skipped reading, the instant of the skip. */
  instantOf(reading: number): number
  /** The next instant after this one at which the clock is put forward or back. */
  nextChange(at: number): number
}

/** Makes the clock of an IANA zone; throws `time-zone-unknown`. */
export function makeLocalClock(timeZone: string): LocalClock {
  const { starts, offsets, floors } = segmentsOf(timeZone)
  const offsetAt = (at: number): number => offsets[lastNotAbove(starts, at)] ?? 0
  return {
    shown: (at) => at + offsetAt(at),
    counted(at) {
      const index = lastNotAbove(starts, at)
      return Math.max(at + (offsets[index] ?? 0), floors[index] ?? 0)
    },
    instantOf(reading) {
      const index = lastNotAbove(floors, reading)
      return Math.max(starts[index] ?? 0, reading - (offsets[index] ?? 0))
    },
    nextChange: (at) => starts[lastNotAbove(starts, at) + 1] ?? Number.POSITIVE_INFINITY,
  }
}

type Segments = { starts: number[]; offsets: number[]; floors: number[] }

/** `floors`: the reading the clock had come to as the segment began. */
function segmentsOf(timeZone: string): Segments {
  const starts = [Number.NEGATIVE_INFINITY]
  const floors = [Number.NEGATIVE_INFINITY]
  let time = zonedTime(-DAY_MS, timeZone)
  const offsets = [offsetOf(time)]
  const end = (DAYS_COVERED + 1) * DAY_MS
  for (;;) {
    const next = time.getTimeZoneTransition('next')
    if (next === null || next.epochMilliseconds >= end) return { starts, offsets, floors }
    floors.push(next.epochMilliseconds + (offsets.at(-1) ?? 0))
    starts.push(next.epochMilliseconds)
    offsets.push(offsetOf(next))
    time = next
  }
}

function zonedTime(at: number, timeZone: string): Temporal.ZonedDateTime {
  try {
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new CalendarFault('time-zone-unknown', `Time zone "${timeZone}" is not known`, { cause })
  }
}

function offsetOf(time: Temporal.ZonedDateTime): number {
  return time.offsetNanoseconds / 1_000_000
}

function lastNotAbove(sorted: number[], value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((sorted[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}

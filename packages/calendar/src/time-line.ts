// A unit's own time as a line: how far it has run at an instant, and where on the line a distance
// is reached. Every limit is a subtraction or an addition on such a line, which is why adding and
// then measuring gives the amount back. Pure arithmetic on the tables; asks no clock.

import type { LocalClock } from './local-clock.ts'
import { coveredDay, DAY_MS } from './local-date.ts'
import { nthWorkingDay, type WorkingDays } from './working-days.ts'

/** The time of one unit, in milliseconds that never run backwards. */
export type TimeLine = {
  /** How far the unit's time has run at the instant. */
  measure(at: number): number
  /** The first instant at which it has run so far: where a limit ends. */
  reach(distance: number): number
  /** The last instant at which it has run no further: from where a limit still fits. */
  leave(distance: number): number
}

/** Elapsed time: minutes and hours. */
export const elapsedTime: TimeLine = {
  measure: (at) => at,
  reach: (distance) => distance,
  leave: (distance) => distance,
}

/** Local calendar days: 24 hours each by the local clock, however long the day really was. */
export function dayLine(clock: LocalClock): TimeLine {
  const instantOf = (reading: number): number => {
    coveredDay(Math.floor(reading / DAY_MS))
    return clock.instantOf(reading)
  }
  return { measure: clock.counted, reach: instantOf, leave: instantOf }
}

/** Working days: all 24 hours of a working day count, no hour of another day does. */
export function workingDayLine(clock: LocalClock, table: WorkingDays): TimeLine {
  const instantOf = (count: number, rest: number): number =>
    clock.instantOf(nthWorkingDay(table, count) * DAY_MS + rest)
  return {
    measure(at) {
      const reading = clock.counted(at)
      const day = coveredDay(Math.floor(reading / DAY_MS))
      const before = table.before[day] ?? 0
      const works = (table.before[day + 1] ?? 0) - before
      return before * DAY_MS + works * (reading - day * DAY_MS)
    },
    reach(distance) {
      const count = Math.ceil(distance / DAY_MS) - 1
      return instantOf(count, distance - count * DAY_MS)
    },
    leave(distance) {
      const count = Math.floor(distance / DAY_MS)
      return instantOf(count, distance - count * DAY_MS)
    },
  }
}

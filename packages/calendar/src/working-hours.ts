// The time line of working hours: the time that really passes inside the windows of working days,
// also on a day whose clock is changed inside a window. Pure arithmetic on the tables.

import type { LocalClock } from './local-clock.ts'
import { coveredDay, DAY_MS } from './local-date.ts'
import type { TimeLine } from './time-line.ts'
import type { DailyWindow } from './time-window.ts'
import { nthWorkingDay, type WorkingDays } from './working-days.ts'

type Hours = { clock: LocalClock; table: WorkingDays; windows: readonly DailyWindow[] }

/** Working hours as a line. */
export function workingHourLine(hours: Hours): TimeLine {
  const { clock, table } = hours
  const before = timeBefore(hours)
  const nominal = hours.windows.reduce((sum, { start, end }) => sum + end - start, 0)
  const guess = (distance: number): number =>
    Math.min(Math.floor(distance / nominal), before.length - 1)
  return {
    measure(at) {
      const day = coveredDay(Math.floor(clock.counted(at) / DAY_MS))
      const count = table.before[day] ?? 0
      const works = (table.before[day + 1] ?? 0) > count
      return (before[count] ?? 0) + (works ? workedOn(hours, day, at) : 0)
    },
    // A guess is wrong only after a clock change inside a window, and then by a step.
    reach(distance) {
      let count = guess(distance)
      while (count > 0 && (before[count] ?? 0) >= distance) count--
      while ((before[count + 1] ?? distance) < distance) count++
      const day = nthWorkingDay(table, count)
      return instantAfter(hours, day, distance - (before[count] ?? 0))
    },
    leave(distance) {
      let count = guess(distance)
      while (count > 0 && (before[count] ?? 0) > distance) count--
      while ((before[count + 1] ?? Number.POSITIVE_INFINITY) <= distance) count++
      const day = nthWorkingDay(table, count)
      return instantBefore(hours, day, (before[count + 1] ?? distance) - distance)
    },
  }
}

/** Working milliseconds before the n-th working day. */
function timeBefore(hours: Hours): Float64Array {
  const { days } = hours.table
  const before = new Float64Array(days.length + 1)
  days.forEach((day, count) => {
    before[count + 1] = (before[count] ?? 0) + workedOn(hours, day, Number.POSITIVE_INFINITY)
  })
  return before
}

function workedOn({ clock, windows }: Hours, day: number, at: number): number {
  let worked = 0
  for (const { start, end } of windows) {
    const from = clock.instantOf(day * DAY_MS + start)
    if (at <= from) break
    worked += Math.min(at, clock.instantOf(day * DAY_MS + end)) - from
  }
  return worked
}

/** The first instant of a working day at which so much of its time has passed. */
function instantAfter({ clock, windows }: Hours, day: number, time: number): number {
  let at = 0
  let rest = time
  for (const { start, end } of windows) {
    const from = clock.instantOf(day * DAY_MS + start)
    at = clock.instantOf(day * DAY_MS + end)
    if (rest <= at - from) return from + rest
    rest -= at - from
  }
  return at
}

/** The last instant of a working day from which so much of its time is still to come. */
function instantBefore({ clock, windows }: Hours, day: number, time: number): number {
  let at = 0
  let rest = time
  for (const { start, end } of windows.toReversed()) {
    const to = clock.instantOf(day * DAY_MS + end)
    at = clock.instantOf(day * DAY_MS + start)
    if (rest <= to - at) return to - rest
    rest -= to - at
  }
  return at
}

// Daily windows of local time, ['08:30', '12:00'], as milliseconds since local midnight.
// Knows nothing of zones or dates.

import { CalendarFault } from './calendar-fault.ts'
import { DAY_MS } from './local-date.ts'

/** Milliseconds since local midnight; the end is not part of the window. */
export type DailyWindow = { start: number; end: number }

/** Reads one window; its end may lie before its start, which means over midnight. */
export function readWindow(window: readonly [string, string]): DailyWindow {
  const start = timeOfDay(window[0])
  const end = timeOfDay(window[1])
  if (start !== end && start < DAY_MS) return { start, end }
  throw new CalendarFault('window-damaged', `A window ${window.join('–')} holds no time`)
}

/** Reads the windows of a day: at least one, in order, none over midnight or overlapping. */
export function readWorkingHours(windows: readonly (readonly [string, string])[]): DailyWindow[] {
  const read = windows.map(readWindow)
  let last = 0
  for (const { start, end } of read) {
    if (start < last || end < start) throw unordered(windows)
    last = end
  }
  if (read.length === 0) throw unordered(windows)
  return read
}

function unordered(windows: readonly (readonly [string, string])[]): CalendarFault {
  const text = windows.map((window) => window.join('–')).join(', ')
  return new CalendarFault('window-damaged', `Working hours "${text}" are empty or out of order`)
}

function timeOfDay(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (match) return (Number(match[1]) * 60 + Number(match[2])) * 60_000
  if (text === '24:00') return DAY_MS
  throw new CalendarFault('window-damaged', `"${text}" is not a time of day HH:MM`)
}

// Dates without a zone as whole numbers: days since 1970-01-01, and the range this package covers.
// Everything else counts in these. Imports no zone and no holiday.

import { CalendarFault } from './calendar-fault.ts'

/** Milliseconds of a nominal day. */
export const DAY_MS = 86_400_000

/** Days are covered from 1970-01-01 up to, not including, 2100-01-01. */
export const DAYS_COVERED = Date.UTC(2100, 0, 1) / DAY_MS

/** The day number of a date `YYYY-MM-DD`, or undefined when there is no such date. */
export function dayOfDate(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS
  return Number.isInteger(day) && dateOfDay(day) === date ? day : undefined
}

/** The date `YYYY-MM-DD` of a day number. */
export function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** Whether a day number falls on Saturday or Sunday. */
export function isWeekend(day: number): boolean {
  const weekday = (day + 4) % 7
  return weekday === 0 || weekday === 6
}

/** The day number itself, or a fault when it lies outside the years covered. */
export function coveredDay(day: number): number {
  if (day >= 0 && day < DAYS_COVERED) return day
  throw new CalendarFault('instant-out-of-range', `Day ${day} is not between 1970 and 2099`)
}

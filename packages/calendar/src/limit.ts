// A limit as a policy states it, and its length in the unit's own milliseconds.
// Knows of no calendar.

import { CalendarFault } from './calendar-fault.ts'
import { DAY_MS, DAYS_COVERED } from './local-date.ts'

/**
 * What time a limit counts. Minutes and hours: elapsed time. Days: local calendar days. Working
 * hours: time inside the working windows. Working days: all 24 hours of each working day, so that
 * Wednesday 15:00 and one working day is Thursday 15:00.
 */
export type Unit = 'minutes' | 'hours' | 'days' | 'working hours' | 'working days'

/** An amount, fractions allowed; `ends: 'day'` moves it to the end of the (working) day it hits. */
export type Limit = { amount: number; unit: Unit; ends?: 'day' | undefined }

const UNIT_MS: Record<Unit, number> = {
  minutes: 60_000,
  hours: 3_600_000,
  days: DAY_MS,
  'working hours': 3_600_000,
  'working days': DAY_MS,
}

/** The amount in whole milliseconds of the unit's own time; throws `amount-out-of-range`. */
export function limitMs({ amount, unit }: Limit): number {
  const ms = Math.round(amount * UNIT_MS[unit])
  if (ms >= 0 && ms < DAYS_COVERED * DAY_MS) return ms
  throw new CalendarFault('amount-out-of-range', `${amount} ${unit} is no limit`)
}

// One calendar for each policy calendar, made once. Years are data files; a folder of newer ones
// can be given.
import { type Calendar, loadYears, makeCalendar, type YearData, yearsId } from '@linli/calendar'
import type { PolicyCalendar } from '@linli/workflow'

/** Gives the calendar that a policy counts by. */
export type Calendars = {
  (policy: PolicyCalendar): Calendar
  /** Names the years' data: another name, and running limits may end at other times. */
  readonly years: string
}

/** Calendars over the years that `folder` and the package hold. */
export function openCalendars(folder?: string): Calendars {
  const years = loadYears(folder)
  const byPolicy = new WeakMap<PolicyCalendar, Calendar>()
  const byContent = new Map<string, Calendar>()
  const calendarOf = (policy: PolicyCalendar) => {
    const known = byPolicy.get(policy)
    if (known !== undefined) return known
    const content = JSON.stringify([policy.timeZone, policy.workingHours, policy.holidays])
    const calendar = byContent.getOrInsertComputed(content, () => made(policy, years))
    byPolicy.set(policy, calendar)
    return calendar
  }
  return Object.assign(calendarOf, { years: yearsId(years) })
}

function made(policy: PolicyCalendar, years: YearData[]): Calendar {
  const { timeZone, workingHours } = policy
  return policy.holidays === 'none'
    ? makeCalendar({ timeZone, workingHours, years: [], holidays: 'none' })
    : makeCalendar({ timeZone, workingHours, years })
}

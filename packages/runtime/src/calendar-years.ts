// The years of the public calendar that an installation counts by: those that came with linli, and
// those in `calendars/` of its data folder. Where they are other than before, running limits are
// reckoned again before anything else is given.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Calendars,
  type Engine,
  isCalendarChanged,
  openCalendars,
  rescheduleClocks,
  runningAfter,
  type Work,
} from '@linli/engine'
import type { EventReader } from '@linli/event-store'
import type { ReadModels } from './read-models.ts'

/** Where an operator puts a year that was published since, in the data folder. */
export const CALENDARS = 'calendars'

/** The calendars of a data folder. @throws CalendarFault naming the file and the field */
export function calendarsOf(folder: string): Calendars {
  const own = join(folder, CALENDARS)
  return openCalendars(existsSync(own) ? own : undefined)
}

type Parts = { engine: Engine; work: Work; read: ReadModels; store: EventReader }

/** Read models that get no further for so long have failed. */
const PATIENCE_MS = 30_000

/** Moves running limits where the calendar changed; says how many. Nothing else may run yet. */
export async function followCalendar(
  { engine, work, read, store }: Parts,
  say: (line: string) => void,
): Promise<void> {
  if (!(await isCalendarChanged({ engine, work }))) return
  if (!(await hasAll(read, await store.head()))) {
    say('The calendar changed, but the lists are not ready: running limits move at the next start.')
    return
  }
  const running = (after: number, limit: number) => runningAfter(read.db, after, limit)
  const moved = await rescheduleClocks({ engine, work, running })
  if (moved === 0) return
  const limits = moved === 1 ? 'limit was' : 'limits were'
  say(`The calendar changed (${engine.calendars.years}): ${moved} running ${limits} moved.`)
}

async function hasAll(read: Parts['read'], head: number): Promise<boolean> {
  for (let before = -1; before < read.position(); ) {
    before = read.position()
    if (await read.waitFor(head, PATIENCE_MS)) return true
  }
  return false
}

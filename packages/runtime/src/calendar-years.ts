// The years of the public calendar that an installation counts by: those that came with linli, and
// those in its folder `calendars/`. Where they are other than before, running limits are reckoned
// again. One machine reads them at its start; of many processes each looks again and again, and
// who turns clocks waits until all have seen what it saw.
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as rest } from 'node:timers/promises'
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
import type { CommunityOptions } from './opening.ts'
import type { ReadModels } from './read-models.ts'

/** The folder in which an operator puts a year that was published since. */
export const CALENDARS = 'calendars'

/** Where it is: in the data folder, or in the folder that all processes share. */
export function calendarFolder({ folder, files, read }: Where): string {
  const shared = files ?? join(folder, 'files')
  return join(read === undefined ? folder : shared, CALENDARS)
}

type Where = Pick<CommunityOptions, 'folder' | 'files' | 'read'>

/** The calendars of such a folder. @throws CalendarFault naming the file and the field */
export function calendarsOf(folder: string): Calendars {
  return openCalendars(existsSync(folder) ? folder : undefined)
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

/** How often each process looks at the folder, and how long all of them are given to do so (ms). */
const LOOK_MS = 1_000
const ALL_MS = 5_000

/** Where limits are about to move, waits until every process has had the time to see why. */
export async function untilAllSee(
  { engine, work }: Pick<Parts, 'engine' | 'work'>,
  signal: AbortSignal,
): Promise<void> {
  const before = await work.selectFrom('calendar_change').select('id').limit(1).execute()
  if (before.length === 0 || !(await isCalendarChanged({ engine, work }))) return
  await rest(ALL_MS, undefined, { signal }).catch(() => {})
}

type Following = {
  engine: Engine
  folder: string
  onFault: (what: string, fault: unknown) => void
}

/** Keeps a process of many at the years of the shared folder. */
export class SharedYears {
  readonly #given: Following
  readonly #closing = new AbortController()
  readonly #looking: Promise<void>
  #seen: string | undefined
  #changed = Promise.withResolvers<void>()

  constructor(given: Following) {
    this.#given = given
    this.#looking = this.#look()
  }

  /** Resolves when other years than those of now are found. */
  get changed(): Promise<void> {
    return this.#changed.promise
  }

  close = async (): Promise<void> => {
    this.#closing.abort()
    await this.#looking
  }

  async #look(): Promise<void> {
    const { signal } = this.#closing
    const { onFault } = this.#given
    while (!signal.aborted) {
      // A file that is wrong is told, and everybody goes on by the years from before.
      await this.#read().catch((fault: unknown) => onFault('calendar', fault))
      await rest(LOOK_MS, undefined, { signal }).catch(() => {})
    }
  }

  async #read(): Promise<void> {
    const { engine, folder } = this.#given
    const seen = await shapeOf(folder)
    if (seen === this.#seen) return
    this.#seen = seen
    const calendars = calendarsOf(folder)
    if (calendars.years === engine.calendars.years) return
    engine.calendars = calendars
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

/** What changes with the files: their names, sizes and times. */
async function shapeOf(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => [])
  const shapes = names.toSorted().map(async (name) => {
    const { size, mtimeMs } = await stat(join(folder, name))
    return `${name} ${size} ${mtimeMs}`
  })
  return (await Promise.all(shapes)).join()
}

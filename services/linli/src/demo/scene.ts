// What the demo's second part is told in: cues, each saying when, who, of what and with which data,
// and the days they are counted from. Nothing here runs.
import type { Calendar } from '@linli/calendar'
import type { Policy } from '@linli/workflow'
import type { Given, Story } from './story.ts'
import { timed } from './story-time.ts'

/**
 * One command at its own time. `what` begins the alias's instance where it names the workflow
 * (`errand.request`), and is given to it otherwise. Data as in a story's line.
 */
export type Cue = { at: number; who: string; alias: string; what: string; data?: Given }

/** How much is told: all of it, or a little of everything. */
export type DemoSize = 'whole' | 'short'

/** By which days the cues are timed. Instants are epoch ms; the demo ends at `now`. */
export type Scene = {
  now: number
  calendar: Calendar
  policyOf: (workflow: string) => Policy
  size: DemoSize
}

/** When everything of the second part is registered: before its year begins. */
export const FOUNDED_DAYS = 395

/** The instant of a time of day, so many days before the demo ends. */
export function dayAt({ now, calendar }: Scene, ago: number, time: string): number {
  const { timeZone } = calendar
  const day = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate()
  const plainTime = Temporal.PlainTime.from(time)
  return day.subtract({ days: ago }).toZonedDateTime({ timeZone, plainTime }).epochMilliseconds
}

/** An instant as commands take it. */
export const iso = (at: number): string => new Date(at).toISOString()

/** So many of a list: all of them in the whole demo. */
export const some = <One>({ size }: Scene, all: readonly One[], short: number): readonly One[] =>
  size === 'whole' ? all : all.slice(0, short)

/** The numbers from 1 to n. */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1)

/** One of a list, going round. */
export function turn<One>(of: readonly One[], index: number): One {
  const one = of[index % of.length]
  if (one === undefined) throw new Error('nothing to go round')
  return one
}

/** A story's lines as cues. Empty when it finds no time. */
export const cuesOf = (scene: Scene, story: Story): Cue[] =>
  (timed(story, scene) ?? []).map(({ line: [, who, what, data], happensAt }) => {
    const cut = what.indexOf('>')
    return {
      ...{ at: happensAt, who, alias: cut < 0 ? story.name : what.slice(0, cut) },
      what: what.slice(cut + 1),
      ...(data === undefined ? {} : { data }),
    }
  })

/** How many days ago a date of the year was last, at least so many days back. */
export function agoOf(scene: Scene, date: string, atLeast: number): number {
  const { timeZone } = scene.calendar
  const today = Temporal.Instant.fromEpochMilliseconds(scene.now)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
  const [month = 1, day = 1] = date.split('-').map(Number)
  const latest = today.subtract({ days: atLeast })
  const same = latest.with({ month, day })
  const last = Temporal.PlainDate.compare(same, latest) > 0 ? same.subtract({ years: 1 }) : same
  return last.until(today, { largestUnit: 'day' }).days
}

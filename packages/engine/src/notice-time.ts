// When a notice may go out: not in a person's quiet hours, and for those who asked for it once a
// day only. Pure; times of day are local to a zone, instants are epoch milliseconds.
import type { NoticeChoice } from './notice-choice.ts'

/** The first instant from `now` on at which a notice goes to who chose so. */
export function sendingTime(
  { quiet, digestAt }: Pick<NoticeChoice, 'quiet' | 'digestAt'>,
  now: number,
  timeZone: string,
): number {
  const at = digestAt === undefined ? now : nextAt(digestAt, now, timeZone)
  return quiet !== undefined && isQuiet(quiet, at, timeZone) ? nextAt(quiet.to, at, timeZone) : at
}

/** The hours may run over midnight; the end itself is not quiet. */
function isQuiet({ from, to }: { from: string; to: string }, at: number, timeZone: string) {
  const time = local(at, timeZone).toPlainTime().toString({ smallestUnit: 'minute' })
  return from < to ? from <= time && time < to : from <= time || time < to
}

/** The next time, after an instant, that the clock shows this time of day. */
function nextAt(time: string, after: number, timeZone: string): number {
  const day = local(after, timeZone)
  const today = day.withPlainTime(time).epochMilliseconds
  return today > after ? today : day.add({ days: 1 }).withPlainTime(time).epochMilliseconds
}

const local = (at: number, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)

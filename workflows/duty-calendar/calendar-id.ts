// Which calendar is whose, and the effects that open it, book it and free it: one for each person,
// so its id follows from the person's. Imported by whatever gives people times and places.
import { instanceFrom, type OpenParams, type TellParams } from '@linli/workflow'

const UUID_LENGTH = 36

/** The one calendar of a person. */
export const calendarOf = (person: string): string =>
  instanceFrom('duty-calendar', person.slice(-UUID_LENGTH), person)

/** Opens a person's calendar; one that is open already stays as it is. */
export const openCalendar = (person: string, place: readonly string[]): OpenParams => ({
  workflow: 'duty-calendar',
  command: 'open',
  instance: calendarOf(person),
  with: { person, place: [...place] },
})

/** A time that a roster wants of a person; instants are epoch ms, `to` is left out. */
export type Booking = { roster: string; shift: string; from: number; to: number }

/** Asks a person's calendar for a time: it answers by `confirm` or `decline`. */
export const askFor = (person: string, { roster, shift, from, to }: Booking): TellParams => ({
  instance: calendarOf(person),
  command: 'book',
  with: { roster, shift, from: new Date(from).toISOString(), to: new Date(to).toISOString() },
})

/** Gives a time back. */
export const free = (
  person: string,
  { roster, shift }: Omit<Booking, 'from' | 'to'>,
): TellParams => ({
  instance: calendarOf(person),
  command: 'release',
  with: { roster, shift },
})

/** True when two times have a moment in common. */
export const overlap = (
  a: { from: number; to: number },
  b: { from: number; to: number },
): boolean => a.from < b.to && b.from < a.to

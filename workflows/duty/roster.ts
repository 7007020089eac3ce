// What a roster remembers, and how its events change it. Pure; nothing personal stands here.
import type { EventsOf } from '@linli/workflow'
import { calendarOf, overlap } from '../duty-calendar/calendar-id.ts'
import type { commands, DutyKind } from './commands.ts'
import type { DutyRules } from './rules.ts'

/**
 * One person in one shift: asked of the person's calendar, booked or declined by it, then on duty,
 * absent or done. Instants are epoch ms.
 */
export type Duty = {
  person: string
  status: 'asked' | 'booked' | 'declined' | 'onDuty' | 'absent' | 'done'
  /** Who is let go once the calendar of this one, who agreed to swap, has confirmed. */
  relieves?: string
  /** Who was asked to take this duty over. */
  asked?: string
  in?: number
  out?: number
  /** Nobody signed out when the shift was over. */
  overstayed?: true
}

/** A shift: where, from when to when (left out), and who. */
export type Shift = {
  id: string
  place: string
  from: number
  to: number
  duties: readonly Duty[]
}

/** A roster as folded: one group's shifts of one period. */
export type RosterContext = {
  group: string
  kind: DutyKind
  place: readonly string[]
  from: number
  to: number
  /** How many shifts there ever were: a number is given once. */
  drawn: number
  shifts: readonly Shift[]
  intakes: readonly { shift: string; appeal: string }[]
}

export type Events = EventsOf<'duty', typeof commands, DutyRules>
export type Given = { context: RosterContext; event: Events }
type Changed = Partial<RosterContext>

/** A roster before it is drawn up. */
export const NEW_ROSTER: RosterContext = {
  group: '',
  kind: 'station',
  place: [],
  from: 0,
  to: 0,
  drawn: 0,
  shifts: [],
  intakes: [],
}

/** The most shifts of one roster, and the most intakes it links. */
export const SHIFTS_MAX = 400
const INTAKES_MAX = 2_000
const MINUTE_MS = 60_000

/** Takes over group, place and period. */
export function drawnUp({ event }: Given): Changed {
  if (event.type !== 'duty.drawnUp') return {}
  const { group, kind, from, to } = event.data
  return { group, kind, from: Date.parse(from), to: Date.parse(to), place: pathIn(event.facts) }
}

function pathIn({ place }: Readonly<Record<string, unknown>>): string[] {
  const path: unknown = Object(place).path
  return Array.isArray(path) ? path.map(String) : []
}

/** Adds a shift, its people asked of their calendars. */
export function shiftAdded({ context, event }: Given): Changed {
  if (event.type !== 'duty.shiftAdded') return {}
  const { place, from, to, persons } = event.data
  const one: Shift = {
    ...{ id: nextShift(context), place, from: Date.parse(from), to: Date.parse(to) },
    duties: persons.map((person) => ({ person, status: 'asked' })),
  }
  const shifts = [...context.shifts, one].sort((a, b) => a.from - b.from)
  return { drawn: context.drawn + 1, shifts }
}

/** The name of the shift that is added next. */
export const nextShift = ({ drawn }: RosterContext): string => `shift-${drawn + 1}`

/** Adds a person to a shift, in the place of a duty of the same person that was declined. */
export function assigned({ context, event }: Given): Changed {
  if (event.type !== 'duty.assigned') return {}
  const { shift, person } = event.data
  return inShift(context, shift, (duties) => [
    ...without(duties, person),
    { person, status: 'asked' },
  ])
}

/** Takes a person out of a shift. */
export function unassigned({ context, event }: Given): Changed {
  if (event.type !== 'duty.unassigned') return {}
  return inShift(context, event.data.shift, (duties) => without(duties, event.data.person))
}

/** A calendar has the time: whoever is relieved by it goes. */
export function confirmed({ context, event }: Given): Changed {
  if (event.type !== 'duty.confirmed') return {}
  const { shift, person } = event.data
  const relieves = dutyIn(context, event.data)?.relieves
  return inShift(context, shift, (duties) =>
    duties.flatMap((duty): Duty[] => {
      if (duty.person === relieves) return []
      return [
        duty.person === person && duty.status === 'asked' ? { person, status: 'booked' } : duty,
      ]
    }),
  )
}

/** A calendar has not the time: who was to relieve somebody goes again. */
export function declined({ context, event }: Given): Changed {
  return event.type === 'duty.declined' ? fallen(context, event.data) : {}
}

/** A calendar that takes nothing any more (its person has left) declines all it is asked. */
export function refused({ context, event }: Given): Changed {
  if (event.type !== 'effect.refused' || event.data.command !== 'book') return {}
  const { instance } = event.data
  return {
    shifts: context.shifts.map((shift) => {
      const own = shift.duties.find(({ person }) => calendarOf(person) === instance)
      const given = { shift: shift.id, person: own?.person ?? '' }
      return own === undefined
        ? shift
        : (fallen({ ...context, shifts: [shift] }, given).shifts[0] ?? shift)
    }),
  }
}

function fallen(context: RosterContext, given: { shift: string; person: string }) {
  return inShift(context, given.shift, (duties) =>
    duties.flatMap((duty): Duty[] => {
      if (duty.person !== given.person || duty.status !== 'asked') return [duty]
      return duty.relieves === undefined ? [{ person: duty.person, status: 'declined' }] : []
    }),
  )
}

/** Somebody has come. */
export function signedIn({ context, event }: Given): Changed {
  if (event.type !== 'duty.signedIn') return {}
  return change(context, ownOf(event), (duty) => ({
    person: duty.person,
    status: 'onDuty',
    in: event.at,
  }))
}

/** Somebody goes. */
export function signedOut({ context, event }: Given): Changed {
  if (event.type !== 'duty.signedOut') return {}
  return change(context, ownOf(event), (duty) => ({ ...duty, status: 'done', out: event.at }))
}

/** Keeps whom somebody asked; asking another takes the first question back. */
export function swapAsked({ context, event }: Given): Changed {
  if (event.type !== 'duty.swapAsked') return {}
  return change(context, ownOf(event), (duty) => ({ ...duty, asked: event.data.to }))
}

/** The other agreed: asked of the other's calendar, while the first stays until it confirms. */
export function swapAgreed({ context, event }: Given): Changed {
  if (event.type !== 'duty.swapAgreed') return {}
  const { shift, person } = event.data
  const other = dutyIn(context, event.data)?.asked
  if (other === undefined) return {}
  return inShift(context, shift, (duties) => [
    ...without(duties, other).map((duty) => (duty.person === person ? unasked(duty) : duty)),
    { person: other, status: 'asked', relieves: person },
  ])
}

/** The other refused. */
export function swapRefused({ context, event }: Given): Changed {
  return event.type === 'duty.swapRefused' ? change(context, event.data, unasked) : {}
}

function unasked({ asked: _asked, ...duty }: Duty): Duty {
  return duty
}

/** Links an appeal that was taken in on duty. */
export function tookIn({ context, event }: Given): Changed {
  if (event.type !== 'duty.tookIn') return {}
  const { shift, appeal } = event.data
  return { intakes: [...context.intakes, { shift, appeal }].slice(-INTAKES_MAX) }
}

/** Marks who should have come by now. */
export function missed({ context, event }: Given): Changed {
  const absent = absentAt({ context, event })
  return { shifts: marked(context, absent, (duty) => ({ ...unasked(duty), status: 'absent' })) }
}

/** Marks who should have signed out by now. */
export function overstayed({ context, event }: Given): Changed {
  const late = overstayingAt({ context, event })
  return { shifts: marked(context, late, (duty) => ({ ...duty, overstayed: true })) }
}

/** A person in a shift. */
export type Placed = { shift: Shift; duty: Duty }

/** Who has not come when the grace of the shift's begin is over. */
export const absentAt = ({ context, event }: Given): Placed[] =>
  placed(context, ({ status }) => status === 'booked').filter(
    ({ shift }) => comeBy(shift, event.policy.rules) <= event.at,
  )

/** Who has not gone when the grace of the shift's end is over. */
export const overstayingAt = ({ context, event }: Given): Placed[] =>
  placed(context, isStaying).filter(({ shift }) => goBy(shift, event.policy.rules) <= event.at)

/** When an absence is told next, and when a missing sign-out is (epoch ms). */
export const nextAbsence = ({ context, event }: Given): number | undefined =>
  first(
    placed(context, ({ status }) => status === 'booked'),
    (shift) => comeBy(shift, event.policy.rules),
  )
export const nextOverstay = ({ context, event }: Given): number | undefined =>
  first(placed(context, isStaying), (shift) => goBy(shift, event.policy.rules))

const isStaying = ({ status, overstayed: told }: Duty): boolean =>
  status === 'onDuty' && told !== true
const comeBy = (shift: Shift, rules: DutyRules): number =>
  shift.from + rules.graceMinutes.value * MINUTE_MS
const goBy = (shift: Shift, rules: DutyRules): number =>
  shift.to + rules.signOutGraceMinutes.value * MINUTE_MS

function first(of: readonly Placed[], when: (shift: Shift) => number): number | undefined {
  const times = of.map(({ shift }) => when(shift))
  return times.length === 0 ? undefined : Math.min(...times)
}

/** Everybody in every shift whose duty passes. */
export const placed = (context: RosterContext, passes: (duty: Duty) => boolean): Placed[] =>
  context.shifts.flatMap((shift) => shift.duties.filter(passes).map((duty) => ({ shift, duty })))

/** Whole minutes on duty inside the shift: coming early or staying on is not counted. */
export function minutesOf({ from, to }: Shift, { in: came }: Duty, went: number): number {
  const ms = Math.min(to, went) - Math.max(from, came ?? went)
  return Math.max(0, Math.floor(ms / MINUTE_MS))
}

/** Whose duty a command is about: one's own, or whom the coordinator names. */
export const ownOf = (event: {
  data: { shift: string; person?: string | undefined }
  by: { person?: string | undefined }
}): { shift: string; person: string } => ({
  shift: event.data.shift,
  person: event.data.person ?? event.by.person ?? '',
})

/** The shift of that name. */
export const shiftOf = (context: RosterContext, id: string): Shift | undefined =>
  context.shifts.find((shift) => shift.id === id)

/** A person's duty in a shift. */
export const dutyIn = (
  context: RosterContext,
  { shift, person }: { shift: string; person: string },
): Duty | undefined => shiftOf(context, shift)?.duties.find((duty) => duty.person === person)

/** True when the person is in another shift of this roster at that time. */
export const isBusy = (
  context: RosterContext,
  person: string,
  time: { from: number; to: number; id?: string },
): boolean =>
  context.shifts.some(
    (shift) =>
      shift.id !== time.id &&
      overlap(shift, time) &&
      shift.duties.some((duty) => duty.person === person && duty.status !== 'declined'),
  )

const without = (duties: readonly Duty[], person: string): Duty[] =>
  duties.filter((duty) => duty.person !== person)

function inShift(
  context: RosterContext,
  id: string,
  made: (duties: readonly Duty[]) => readonly Duty[],
): { shifts: Shift[] } {
  const shifts = context.shifts.map((shift) =>
    shift.id === id ? { ...shift, duties: made(shift.duties) } : shift,
  )
  return { shifts }
}

const change = (
  context: RosterContext,
  { shift, person }: { shift: string; person: string },
  made: (duty: Duty) => Duty,
) =>
  inShift(context, shift, (duties) =>
    duties.map((duty) => (duty.person === person ? made(duty) : duty)),
  )

const marked = (
  context: RosterContext,
  who: readonly Placed[],
  made: (duty: Duty) => Duty,
): Shift[] =>
  context.shifts.map((shift) => ({
    ...shift,
    duties: shift.duties.map((duty) => (who.some((one) => one.duty === duty) ? made(duty) : duty)),
  }))

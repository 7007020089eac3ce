// The params of a roster's actions: which calendars are asked, who is told, what is credited and
// until when clocks run. Pure.
import type { NotifyParams, OpenParams, TellParams } from '@linli/workflow'
import { openForService, type Service, tellService } from '../account/account-id.ts'
import { askFor, free, openCalendar } from '../duty-calendar/calendar-id.ts'
import {
  absentAt,
  dutyIn,
  type Given,
  minutesOf,
  nextAbsence,
  nextOverstay,
  nextShift,
  overstayingAt,
  ownOf,
  type Placed,
  placed,
  shiftOf,
} from './roster.ts'

/** Who is newly wanted, and when. */
function wanted({ context, event }: Given): {
  persons: string[]
  shift: string
  from: number
  to: number
} {
  if (event.type === 'duty.shiftAdded') {
    const { persons, from, to } = event.data
    return { persons, shift: nextShift(context), from: Date.parse(from), to: Date.parse(to) }
  }
  if (event.type !== 'duty.assigned' && event.type !== 'duty.swapAgreed') {
    return { persons: [], shift: '', from: 0, to: 0 }
  }
  const { shift, person } = event.data
  const { from = 0, to = 0 } = shiftOf(context, shift) ?? {}
  const other = event.type === 'duty.assigned' ? person : dutyIn(context, event.data)?.asked
  return { persons: other === undefined ? [] : [other], shift, from, to }
}

/** The calendars of those who are wanted. These two stand before the roster's own change. */
export const openCalendars = (given: Given): OpenParams[] =>
  wanted(given).persons.map((person) => openCalendar(person, given.context.place.slice(0, 1)))

/** Asks the calendars for the time. */
export function askCalendars(given: Given): TellParams[] {
  const { persons, shift, from, to } = wanted(given)
  const booking = { roster: given.event.stream, shift, from, to }
  return persons.map((person) => askFor(person, booking))
}

/** Gives back the time of who is taken out, or was relieved. Stands before the change. */
export function freeOne({ context, event }: Given): TellParams[] {
  if (event.type !== 'duty.unassigned' && event.type !== 'duty.confirmed') return []
  const { shift, person } = event.data
  const gone = event.type === 'duty.unassigned' ? person : dutyIn(context, event.data)?.relieves
  return gone === undefined ? [] : [free(gone, { roster: event.stream, shift })]
}

/** Gives back all times that were not used. */
export const freeAll = ({ context, event }: Given): TellParams[] =>
  placed(context, ({ status }) => status === 'asked' || status === 'booked').map(
    ({ shift, duty }) => free(duty.person, { roster: event.stream, shift: shift.id }),
  )

/** What somebody did on duty, as their accounts count it. Stands before the change. */
function serviceOf({ context, event }: Given): Service[] {
  if (event.type !== 'duty.signedOut') return []
  const own = ownOf(event)
  const [shift, duty] = [shiftOf(context, own.shift), dutyIn(context, own)]
  if (shift === undefined || duty === undefined) return []
  const minutes = minutesOf(shift, duty, event.at)
  if (minutes === 0) return []
  const proof = `${event.stream}:${own.shift}`
  return [{ person: own.person, place: context.place, proof, activity: context.kind, minutes }]
}

/** Opens the accounts of who was on duty. */
export const openAccounts = (given: Given): OpenParams[] =>
  serviceOf(given).flatMap((service) => openForService(service))

/** Tells the accounts of who was on duty, which count it by their own rule. */
export const tellAccounts = (given: Given): TellParams[] =>
  serviceOf(given).flatMap((service) => tellService(service))

const withShift = ({ event }: Given, { shift }: Pick<Placed, 'shift'>) => ({
  ...{ roster: event.stream, shift: shift.id },
  ...{ from: new Date(shift.from).toISOString(), to: new Date(shift.to).toISOString() },
})

/** Lets everybody on the roster know. */
export const tellEverybody =
  (text: string) =>
  ({ context, event }: Given): NotifyParams[] =>
    [...new Set(placed(context, () => true).map(({ duty }) => duty.person))].map((person) => ({
      ...{ to: { person }, text, with: { roster: event.stream, group: context.group } },
    }))

const toCoordinator = ({ context }: Given): NotifyParams['to'] => {
  const [place] = context.place
  return { role: 'coordinator', ...(place === undefined ? {} : { place }) }
}

/** The no-show alert: one for each who has not come. Stands before the change. */
export const tellAbsent = (given: Given): NotifyParams[] =>
  absentAt(given).map((one) => ({
    ...{ to: toCoordinator(given), text: 'absent' },
    with: { ...withShift(given, one), person: one.duty.person },
  }))

/** Reminds those who have not signed out. Stands before the change. */
export const tellOverstaying = (given: Given): NotifyParams[] =>
  overstayingAt(given).map((one) => ({
    ...{ to: { person: one.duty.person }, text: 'signOut', with: withShift(given, one) },
  }))

/** Lets the coordinators know that somebody cannot be there. */
export function tellDeclined(given: Given): NotifyParams[] {
  const { event } = given
  const what = event.type === 'duty.declined' ? event.data : undefined
  if (what === undefined) return []
  return [{ to: toCoordinator(given), text: 'declined', with: { roster: event.stream, ...what } }]
}

/** Lets the other side of a swap know. */
export function tellSwap({ context, event }: Given): NotifyParams[] {
  const asks = event.type === 'duty.swapAsked'
  if (!asks && event.type !== 'duty.swapAgreed' && event.type !== 'duty.swapRefused') return []
  const own = ownOf(event)
  const shift = shiftOf(context, own.shift)
  if (shift === undefined) return []
  const person = asks ? event.data.to : own.person
  const text = event.type.slice('duty.'.length)
  return [{ to: { person }, text, with: withShift({ context, event }, { shift }) }]
}

type Clock = 'signIn' | 'signOut'

const untilOf = (given: Given, clock: Clock): number | undefined =>
  clock === 'signIn' ? nextAbsence(given) : nextOverstay(given)

/** Sets a clock to the next one who must come, or go; stands after the change. */
export const setClock =
  (clock: Clock) =>
  (given: Given): { clock: Clock; until: number }[] => {
    const until = untilOf(given, clock)
    const known = given.event.clocks[clock]
    const isSet = known?.status === 'running' && known.dueAt === until
    return until === undefined || isSet ? [] : [{ clock, until }]
  }

/** Nobody is waited for. */
export const clearClock =
  (clock: Clock) =>
  (given: Given): { clock: Clock }[] =>
    untilOf(given, clock) === undefined ? [{ clock }] : []

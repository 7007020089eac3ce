// What an activity tells others: its project what counts of it, people what concerns them, and
// the accounts of who served. Pure.
import { iso, type NotifyParams, type OpenParams, type TellParams } from '@linli/workflow'
import { openForService, type Service, tellService } from '../account/account-id.ts'
import { type ActivityContext, countsOf, is, type Known } from './context.ts'

const HOUR_MS = 3_600_000

/** The clock of the beginning; where the beginning has passed already, it has run out. */
export const untilStart = ({ context, event }: Known) => ({
  clock: 'start',
  until: Math.max(context.startsAt, event.at),
})

/** The clock of the writing up: so many hours after the end. */
export const untilWrittenUp = ({ context, event }: Known) => ({
  clock: 'writeUp',
  until: Math.max(context.endsAt, event.at) + event.policy.rules.writeUpHours.value * HOUR_MS,
})

/** Tells the project what the finished activity counts. */
export function tellProject({ context, event }: Known): TellParams[] {
  if (context.project === null || !is(event, 'activity.finished')) return []
  const { personTimes, output } = countsOf(context)
  const { beneficiaries } = event.data
  return [
    {
      instance: context.project,
      command: 'countActivity',
      with: { activity: event.stream, personTimes, beneficiaries, output },
    },
  ]
}

/** Lets the volunteers of the place know. */
export const notifyVolunteers = ({ context }: Known): NotifyParams => ({
  to: { role: 'volunteer', ...atHome(context) },
  text: 'registrationOpened',
  with: { startsAt: iso(context.startsAt) },
})

/** Lets those know who were put on a shift. */
export function notifyRostered({ context, event }: Known): NotifyParams[] {
  if (!is(event, 'activity.rostered')) return []
  const shift = context.shifts.find(({ id }) => id === event.data.shift)
  const from = shift === undefined ? {} : { from: iso(shift.from), to: iso(shift.to) }
  return event.data.people.map((person) => ({ to: { person }, text: 'rostered', with: from }))
}

/** Lets everybody know who meant to come or to help. */
export const notifyAll =
  (text: string) =>
  ({ context }: Known): NotifyParams[] =>
    [...new Set([...context.registered, ...context.shifts.flatMap(({ people }) => people)])].map(
      (person) => ({ to: { person }, text, with: { startsAt: iso(context.startsAt) } }),
    )

/** Lets the organiser know, or the place's coordinators where there is none. */
export const notifyOrganiser =
  (text: string) =>
  ({ context }: Known): NotifyParams => ({
    to:
      context.organiser === null
        ? { role: 'coordinator', ...atHome(context) }
        : { person: context.organiser },
    text,
    with: { startsAt: iso(context.startsAt) },
  })

/** The community of the place. */
function atHome({ place }: ActivityContext): { place?: string } {
  const [community] = place
  return community === undefined ? {} : { place: community }
}

/** What somebody served, as their accounts count it; `proof` names it once. */
function serviceOf({ context, event }: Known): Service[] {
  if (!is(event, 'activity.served')) return []
  const { person, minutes, shift = '' } = event.data
  const activity = context.kind === 'patrol' ? 'patrol' : 'service'
  return [{ person, place: context.place, proof: `${event.stream}:${shift}`, activity, minutes }]
}

/** Opens the accounts of who served. */
export const openAccounts = (given: Known): OpenParams[] =>
  serviceOf(given).flatMap((service) => openForService(service))

/** Tells the accounts of who served, which count it by their own rule. */
export const tellAccounts = (given: Known): TellParams[] =>
  serviceOf(given).flatMap((service) => tellService(service))

// What a visiting plan remembers, which visit is the next one, and whom it lets know. Pure;
// nothing personal stands here.
import {
  type EventsOf,
  instanceFrom,
  iso,
  type OpenParams,
  placePath,
  type TellParams,
} from '@linli/workflow'
import { z } from 'zod'
import type { commands } from './commands.ts'

/** The rules of a visiting plan. */
export const PlanRules = z.strictObject({
  /** How soon again after a visit that saw nobody, or after an absence. */
  againHours: z.strictObject({ value: z.int().min(1).max(720), source: z.string().min(1) }),
})
export type PlanRules = z.infer<typeof PlanRules>

type Found = 'well' | 'needs' | 'notAtHome' | 'refused' | 'cancelled'

/** A plan as folded. Instants are epoch ms; `visit` is the one that is waited for. */
export type PlanContext = {
  place: readonly string[]
  reason: string
  everyDays: number
  person?: string
  visitor?: string
  visit?: string | undefined
  dueAt: number
  lastAt?: number
  lastFound?: Found
  visits: number
  missed: number
  away?: string | undefined
}
export type Events = EventsOf<'visit-plan', typeof commands, PlanRules>
type Given = { context: PlanContext; event: Events }
type Changed = Partial<PlanContext>

/** A plan before it begins. */
export const NEW_PLAN: PlanContext = {
  ...{ place: [], reason: 'other', everyDays: 7, dueAt: 0, visits: 0, missed: 0 },
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Takes over who is visited, why and how often; the first visit has its own time. */
export function begun({ event }: Given): Changed {
  if (event.type !== 'visit-plan.begun') return {}
  const { reason, everyDays, person, visitor, firstAt } = event.data
  const place = placePath(event.facts.place)
  return {
    ...{ reason, everyDays, visit: visitOf(event), dueAt: Date.parse(firstAt) },
    ...(place === undefined ? {} : { place }),
    ...(person === undefined ? {} : { person }),
    ...(visitor === undefined ? {} : { visitor }),
  }
}

/** A change counts from the next visit on; another visitor at once. */
export function changed({ event }: Given): Changed {
  if (event.type !== 'visit-plan.changed') return {}
  const { everyDays, visitor } = event.data
  return {
    ...(everyDays === undefined ? {} : { everyDays }),
    ...(visitor === undefined ? {} : { visitor }),
  }
}

/** Keeps what the visit found. */
export function visited({ context, event }: Given): Changed {
  if (event.type !== 'visit-plan.visitDone') return {}
  const { found, at } = event.data
  if (found === 'cancelled') return {}
  return { lastAt: Date.parse(at), lastFound: found, visits: context.visits + 1 }
}

/** The next visit: after the plan's days, or soon again where nobody was seen. */
export function next({ context, event }: Given): Changed {
  const soon = event.at + event.policy.rules.againHours.value * HOUR_MS
  const seen =
    event.type === 'visit-plan.visitDone' &&
    (event.data.found === 'well' || event.data.found === 'needs')
  return { visit: visitOf(event), dueAt: seen ? event.at + context.everyDays * DAY_MS : soon }
}

/** Remembers why nobody is there; no visit is waited for. */
export const gone = ({ event }: Given): Changed =>
  event.type === 'visit-plan.paused' ? { away: event.data.reason, ...NO_VISIT } : {}

/** Whoever was away is back. */
export const back = (): Changed => ({ away: undefined })

const NO_VISIT = { visit: undefined }
const visitOf = ({ eventId }: Events): string => instanceFrom('visit', eventId, 'next')

/** Opens the visit that is waited for. */
export const openVisit = ({ context, event }: Given): OpenParams[] =>
  context.visit === undefined
    ? []
    : [
        {
          ...{ workflow: 'visit', command: 'plan', instance: context.visit },
          with: {
            ...{ place: context.place.at(-1), dueAt: iso(context.dueAt), purpose: 'care' },
            plan: event.stream,
            ...(context.visitor === undefined ? {} : { visitor: context.visitor }),
            ...(context.person === undefined ? {} : { person: context.person }),
          },
        },
      ]

/** Runs until the visit is due; the hours after which it is missed begin there. */
export const untilDue = ({ context }: Given) => ({ clock: 'next', until: context.dueAt })

/** Runs until the return, or for the policy's limit where none was said. */
export function untilBack({ event }: Given): { clock: 'away'; until?: number } {
  const until = event.type === 'visit-plan.paused' ? event.data.until : undefined
  return until === undefined ? { clock: 'away' } : { clock: 'away', until: Date.parse(until) }
}

/** Calls off the visit that is waited for. */
export const callOff =
  (reason: 'away' | 'ended') =>
  ({ context }: Given): TellParams[] =>
    context.visit === undefined
      ? []
      : [{ instance: context.visit, command: 'cancel', with: { reason } }]

/** Hands the visit that is waited for to another visitor. */
export const handOver = ({ context, event }: Given): TellParams[] =>
  event.type !== 'visit-plan.changed' ||
  event.data.visitor === undefined ||
  context.visit === undefined
    ? []
    : [
        {
          ...{ instance: context.visit, command: 'assign' },
          with: { visitor: event.data.visitor },
        },
      ]

/** The alert: to the coordinators of the place, and to the visitor. */
export function missedAlert({ context, event }: Given) {
  const [place] = context.place
  const text = 'missed'
  const fills = { plan: event.stream, dueAt: iso(context.dueAt), reason: context.reason }
  return [
    {
      to: { role: 'coordinator' as const, ...(place === undefined ? {} : { place }) },
      ...{ text, with: fills },
    },
    ...(context.visitor === undefined
      ? []
      : [{ to: { person: context.visitor }, text, with: fills }]),
  ]
}

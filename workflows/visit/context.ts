// What a visit remembers, how its events change it, and whom it tells. Pure; nothing personal
// stands here.
import {
  type EventsOf,
  instanceFrom,
  iso,
  type OpenParams,
  placePath,
  type TellParams,
} from '@linli/workflow'
import type { commands, Found } from './commands.ts'

/** A visit as folded. Instants are epoch ms; `place` is the path down to the household. */
export type VisitContext = {
  place: readonly string[]
  purpose: 'care' | 'heating' | 'safety' | 'survey' | 'other'
  dueAt: number
  visitor?: string
  person?: string
  plan?: string
  campaign?: string
  missed: boolean
  found?: Found
  recordedAt?: number
  people?: number
  measured?: { celsius: number; instrument: string; at: number }
  appeals: readonly string[]
}
export type Events = EventsOf<'visit', typeof commands>
type Given = { context: VisitContext; event: Events }
type Changed = Partial<VisitContext>

/** A visit before it is planned. */
export const NEW_VISIT: VisitContext = {
  place: [],
  purpose: 'other',
  dueAt: 0,
  missed: false,
  appeals: [],
}

/** Appeals that one visit may open. */
export const APPEALS_MAX = 10

/** Takes over what was planned. */
export function planned({ event }: Given): Changed {
  if (event.type !== 'visit.planned') return {}
  const { purpose, visitor, person, plan, campaign } = event.data
  const place = placePath(event.facts.place)
  return {
    ...{ purpose, dueAt: Date.parse(event.data.dueAt) },
    ...(place === undefined ? {} : { place }),
    ...(visitor === undefined ? {} : { visitor }),
    ...(person === undefined ? {} : { person }),
    ...(plan === undefined ? {} : { plan }),
    ...(campaign === undefined ? {} : { campaign }),
  }
}

/** Whose turn it is now. */
export const assigned = ({ event }: Given): Changed =>
  event.type === 'visit.assigned' ? { visitor: event.data.visitor } : {}

/** What was found; whoever recorded it made the visit. A late entry may show it in time. */
export function recorded({ context, event }: Given): Changed {
  if (event.type !== 'visit.recorded') return {}
  const { found, people, measurement, appeal } = event.data
  const visitor = event.by.person ?? context.visitor
  return {
    ...{ found, recordedAt: event.at },
    missed: context.missed && event.at > (event.clocks.missed?.dueAt ?? 0),
    ...(visitor === undefined ? {} : { visitor }),
    ...(people === undefined ? {} : { people }),
    ...(measurement === undefined
      ? {}
      : {
          measured: {
            ...{ celsius: measurement.celsius, instrument: measurement.instrument },
            at: event.at,
          },
        }),
    ...(appeal === undefined ? {} : raised({ context, event })),
  }
}

/** Remembers the appeal that this event opens. */
export const raised = ({ context, event }: Given): Changed => ({
  appeals: [...context.appeals, appealOf(event)],
})

const appealOf = ({ eventId }: Events): string => instanceFrom('appeal', eventId, 'raised')

/** Opens the appeal that was raised; of a record without one, nothing. */
export function openAppeal({ context, event }: Given): OpenParams[] {
  const appeal =
    event.type === 'visit.raised'
      ? event.data
      : event.type === 'visit.recorded'
        ? event.data.appeal
        : undefined
  if (appeal === undefined) return []
  return [
    {
      ...{ workflow: 'appeal', command: 'report', instance: appealOf(event) },
      with: {
        ...{ place: context.place.at(-1), channel: 'visit' },
        ...{ category: appeal.category, text: appeal.text },
        ...(appeal.urgent === undefined ? {} : { urgent: appeal.urgent }),
        ...(context.person === undefined ? {} : { reporter: context.person }),
      },
    },
  ]
}

/** Tells the plan and the campaign what became of the visit; one cancelled by them knows. */
export function tellOutcome({ context, event }: Given): TellParams[] {
  if (event.by.role === 'system') return []
  const found = event.type === 'visit.recorded' ? event.data.found : 'cancelled'
  const { plan, campaign } = context
  const visit = event.stream
  return [
    ...(plan === undefined
      ? []
      : [{ instance: plan, command: 'visitDone', with: { visit, found, at: iso(event.at) } }]),
    ...(campaign === undefined
      ? []
      : [{ instance: campaign, command: 'visitRecorded', with: { visit, found } }]),
  ]
}

/** Tells the plan that its visit is missed. */
export const tellMissed = ({ context, event }: Given): TellParams[] =>
  context.plan === undefined
    ? []
    : [{ instance: context.plan, command: 'visitMissed', with: { visit: event.stream } }]

/** A notice to the visitor; `text` is the key `notify.<text>`. */
export const toVisitor =
  (text: string) =>
  ({ context, event }: Given) => {
    const person = event.type === 'visit.assigned' ? event.data.visitor : context.visitor
    const fills = { visit: event.stream, purpose: context.purpose, dueAt: iso(context.dueAt) }
    return person === undefined ? [] : [{ to: { person }, text, with: fills }]
  }

/** A notice to the coordinators of the place; `text` is the key `notify.<text>`. */
export const toCoordinator =
  (text: string) =>
  ({ context, event }: Given) => {
    const [place] = context.place
    const to = { role: 'coordinator' as const, ...(place === undefined ? {} : { place }) }
    return { to, text, with: { visit: event.stream, purpose: context.purpose } }
  }

/** Of a visit in a plan, the plan says that it was missed: it knows who is waiting. */
export const missedNotice = (given: Given) =>
  given.context.plan === undefined ? [toCoordinator('missed')(given)] : []

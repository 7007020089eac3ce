// What a campaign remembers of its team and of each household, and the visits it opens. Pure.
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
import { type CampaignRules, endOf } from './season.ts'

/** How far a household is: a visit is open, or what the last one found. */
export type Coverage = 'planned' | 'visited' | 'notAtHome' | 'refused' | 'cancelled'
/** A household, the visit that was last opened for it, and how often nobody was at home. */
export type Called = {
  household: string
  visit: string
  status: Coverage
  needs: boolean
  tries: number
}

/** A campaign as folded. Instants are epoch ms. */
export type CampaignContext = {
  place: readonly string[]
  title: string
  purpose: 'heating' | 'safety' | 'survey' | 'other'
  endsAt?: number
  team?: string
  visitors: readonly string[]
  households: readonly string[]
  called: readonly Called[]
}
export type Events = EventsOf<'campaign', typeof commands, CampaignRules>
type Given = { context: CampaignContext; event: Events }
type Changed = Partial<CampaignContext>

/** A campaign before it is announced. */
export const NEW_CAMPAIGN: CampaignContext = {
  ...{ place: [], title: '', purpose: 'other', visitors: [], households: [], called: [] },
}

const DAY_MS = 86_400_000
const Team = z.object({
  members: z.array(
    z.object({ person: z.string(), from: z.string(), until: z.string().optional() }),
  ),
})

/** Takes over the building, its households and the team. */
export function announced({ event }: Given): Changed {
  if (event.type !== 'campaign.announced') return {}
  const { title, purpose, households, visitors = [], team, endsAt } = event.data
  const place = placePath(event.facts.place)
  const all = new Set([...visitors, ...membersOf(event.facts.team, event.at)])
  return {
    ...{ title, purpose, households, visitors: [...all] },
    ...(team === undefined ? {} : { team }),
    ...(place === undefined ? {} : { place }),
    ...(endsAt === undefined ? {} : { endsAt: Date.parse(endsAt) }),
  }
}

/** Who belongs to the team on that day. */
function membersOf(team: unknown, at: number): string[] {
  const found = Team.safeParse(team)
  if (!found.success) return []
  return found.data.members
    .filter(({ from, until }) => Date.parse(from) <= at && !(until && Date.parse(until) <= at))
    .map(({ person }) => person)
}

/** More people for the team; who is in it already stays once. */
export const enlisted = ({ context, event }: Given): Changed =>
  event.type === 'campaign.enlisted'
    ? { visitors: [...new Set([...context.visitors, ...event.data.visitors])] }
    : {}

/** Somebody leaves the team; visits already handed out stay with them until handed on. */
export const dismissed = ({ context, event }: Given): Changed =>
  event.type === 'campaign.dismissed'
    ? { visitors: context.visitors.filter((one) => one !== event.data.visitor) }
    : {}

/** A visit for each household. */
export const begun = ({ context, event }: Given): Changed => ({
  called: context.households.map((household) => {
    const visit = visitOf(event, household)
    return { household, visit, status: 'planned', needs: false, tries: 1 }
  }),
})

/** Keeps what a visit found; whoever was not at home is called on again, so many times. */
export function recorded({ context, event }: Given): Changed {
  if (event.type !== 'campaign.visitRecorded') return {}
  const { visit, found } = event.data
  return {
    called: context.called.map((one) => {
      if (one.visit !== visit) return one
      if (isAgain(one, event)) {
        return { ...one, visit: visitOf(event, one.household), tries: one.tries + 1 }
      }
      return { ...one, status: STATUS[found], needs: one.needs || found === 'needs' }
    }),
  }
}

/** A visit that could not be opened: its household is left out, and shown so. */
export const unopened = ({ context, event }: Given): Changed =>
  event.type === 'effect.refused'
    ? {
        called: context.called.map((one) =>
          one.visit === event.data.instance ? { ...one, status: 'cancelled' } : one,
        ),
      }
    : {}

const STATUS = {
  well: 'visited',
  needs: 'visited',
  notAtHome: 'notAtHome',
  refused: 'refused',
  cancelled: 'cancelled',
} as const

const isAgain = ({ tries }: Called, event: Events): boolean =>
  event.type === 'campaign.visitRecorded' &&
  event.data.found === 'notAtHome' &&
  tries < event.policy.rules.tries.value

const visitOf = ({ eventId }: Events, household: string): string =>
  instanceFrom('visit', eventId, household)

/** Opens the visits of this event: all of them at the beginning, later the repeated one. */
export function openVisits({ context, event }: Given): OpenParams[] {
  const due = event.at + event.policy.rules.visitDays.value * DAY_MS
  const dueAt = iso(Math.min(due, endOf(context, event.at, event.policy) ?? due))
  return context.called.flatMap(({ household, visit, status }, n) => {
    const isNew = visit === visitOf(event, household) && status === 'planned'
    const visitor = context.visitors[n % context.visitors.length]
    if (!isNew) return []
    return [
      {
        ...{ workflow: 'visit', command: 'plan', instance: visit },
        with: {
          ...{ place: household, dueAt, purpose: context.purpose, campaign: event.stream },
          ...(visitor === undefined ? {} : { visitor }),
        },
      },
    ]
  })
}

/** Calls off the visits that were not made. */
export const callOff = ({ context }: Given): TellParams[] =>
  context.called
    .filter(({ status }) => status === 'planned')
    .map(({ visit }) => ({ instance: visit, command: 'cancel', with: { reason: 'season' } }))

/** Runs to the end of the season, or to the end that was said. */
export const untilEnd = ({ context, event }: Given) => ({
  clock: 'season',
  until: endOf(context, event.at, event.policy) ?? event.at,
})

/** How many households are how far. */
export function coverageOf({ households, called }: CampaignContext) {
  const count = (status: Coverage) => called.filter((one) => one.status === status).length
  const visited = count('visited')
  const refused = count('refused')
  return {
    households: households.length,
    planned: called.length === 0 ? households.length : count('planned'),
    ...{ visited, refused, notAtHome: count('notAtHome'), cancelled: count('cancelled') },
    needs: called.filter(({ needs }) => needs).length,
    /** Households of which is known how they are, or that they want no visit. */
    coveredPercent:
      households.length === 0 ? 0 : Math.floor((100 * (visited + refused)) / households.length),
  }
}

// What one instance believes of another is so, when everything has followed: appeals and what they
// wait for, wishes and resources, neighbours, visits, rosters and calendars, and all accounts.
import { hasEnded, type Instance, stateOf, statePath } from '@linli/workflow'
import type { AccountContext } from '../../workflows/account/ledger.ts'
import type { AssistanceContext } from '../../workflows/assistance/context.ts'
import type { CampaignContext } from '../../workflows/campaign/context.ts'
import type { RosterContext } from '../../workflows/duty/roster.ts'
import { calendarOf, overlap } from '../../workflows/duty-calendar/calendar-id.ts'
import type { CalendarContext } from '../../workflows/duty-calendar/machine.ts'
import type { AidContext } from '../../workflows/mutual-aid/context.ts'
import { type ResourceContext, restOf } from '../../workflows/resource/machine.ts'
import type { PlanContext } from '../../workflows/visit-plan/context.ts'
import type { WishContext } from '../../workflows/wish/machine.ts'
import { appealTies } from './appeal-ties.ts'

/** Everything there is, at rest; `now` is epoch ms. */
export type Scene = {
  now: number
  find: (id: string) => Instance | undefined
  all: readonly Instance[]
}

type Tie = (instance: Instance, scene: Scene) => string[]

/** The path of a state, or that there is none. */
export const pathOf = (instance: Instance | undefined): string =>
  instance === undefined ? 'nowhere' : statePath(stateOf(instance))

/** The beliefs of an instance that are not so, each a sentence. */
export function brokenTies(instance: Instance, scene: Scene): string[] {
  const name = `${instance.stream} in ${pathOf(instance)}`
  const found = TIES[instance.workflow.id]?.(instance, scene) ?? []
  return found.map((what) => `${name}: ${what}`)
}

/** All accounts of a currency come to zero: at rest nothing is in transit. */
export function brokenSums({ all }: Scene): string[] {
  const sums = new Map<string, number>()
  for (const { workflow, snapshot } of all) {
    if (workflow.id !== 'account') continue
    const { currency, balance }: AccountContext = snapshot.context
    sums.set(currency, (sums.get(currency) ?? 0) + balance)
  }
  return [...sums].flatMap(([currency, sum]) =>
    sum === 0 ? [] : [`all accounts of ${currency} come to ${sum}`],
  )
}

const unless = (holds: boolean, what: string): string[] => (holds ? [] : [what])
const isOpen = (instance: Instance | undefined): instance is Instance =>
  instance !== undefined && !hasEnded(instance)

const TIES: Readonly<Record<string, Tie>> = {
  appeal: appealTies,
  wish(wish, { find }) {
    const { assistance }: WishContext = wish.snapshot.context
    if (pathOf(wish) !== 'open.matched') return []
    const helping = find(assistance ?? '')
    const known: AssistanceContext | undefined = helping?.snapshot.context
    return unless(isOpen(helping) && known?.wish === wish.stream, `waits for ${assistance}`)
  },
  assistance(assistance, { find }) {
    const known: AssistanceContext = assistance.snapshot.context
    const resource: ResourceContext | undefined = find(known.resource)?.snapshot.context
    const reserved = resource?.reserved.some((one) => one.assistance === assistance.stream) === true
    if (hasEnded(assistance)) return unless(!reserved, `still reserves ${known.resource}`)
    const wish: WishContext | undefined = find(known.wish)?.snapshot.context
    const delivers = pathOf(assistance) === 'open.underway' && known.deliveredInTime === null
    return [
      ...unless(pathOf(assistance) !== 'open.binding', 'is told by neither side'),
      ...unless(wish?.assistance === assistance.stream, `${known.wish} does not know it`),
      ...unless(!delivers || reserved, `${known.resource} reserves nothing for it`),
    ]
  },
  resource: ({ snapshot }) =>
    unless(restOf(snapshot.context) >= 0, 'gave or reserved more than there is'),
  'mutual-aid'(side, { find }) {
    const { status, other, agreed, otherAgreed }: AidContext = side.snapshot.context
    if (status !== 'matched' && status !== 'sharing') return []
    const known: AidContext | undefined = find(other?.id ?? '')?.snapshot.context
    return [
      ...unless(known?.other?.id === side.stream, `${other?.id} does not know it`),
      ...unless(known?.agreed === otherAgreed, `${other?.id} agrees: ${known?.agreed}`),
      ...unless((status === 'sharing') === (agreed && otherAgreed), 'shares unasked, or not'),
    ]
  },
  'visit-plan'(plan, { find }) {
    const { visit }: PlanContext = plan.snapshot.context
    if (pathOf(plan) !== 'active') return []
    return unless(
      visit !== undefined && /^(planned|onTheWay)/.test(pathOf(find(visit))),
      `${visit}`,
    )
  },
  campaign(campaign, { find }) {
    const { called }: CampaignContext = campaign.snapshot.context
    const isWaiting = (visit: string) => /^(planned|onTheWay)/.test(pathOf(find(visit)))
    return called.flatMap(({ visit, status }) =>
      hasEnded(campaign)
        ? unless(!isWaiting(visit), `${visit} is still to be made`)
        : unless(status !== 'planned' || isWaiting(visit), `${visit} in ${pathOf(find(visit))}`),
    )
  },
  duty(roster, { find, now }) {
    const { shifts }: RosterContext = roster.snapshot.context
    if (hasEnded(roster)) return []
    return shifts.flatMap(({ id, to, duties }) =>
      duties.flatMap(({ person, status }) => {
        const calendar: CalendarContext | undefined = find(calendarOf(person))?.snapshot.context
        const isIn = calendar?.bookings.some(
          ({ roster: of, shift }) => of === roster.stream && shift === id,
        )
        return [
          ...unless(status !== 'asked', `${person} is asked for ${id} and never answers`),
          ...unless(
            status !== 'booked' || to <= now || isIn === true,
            `${person} is free at ${id}`,
          ),
        ]
      }),
    )
  },
  'duty-calendar'({ snapshot }) {
    const { bookings }: CalendarContext = snapshot.context
    return bookings.flatMap((one, n) =>
      bookings.slice(n + 1).flatMap((two) => unless(!overlap(one, two), 'two places at one time')),
    )
  },
}

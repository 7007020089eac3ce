// The machine of a campaign: announced, running through its season, closed. May not import a
// store or HTTP.
import { check, coreActions, type StateMeta, when } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import {
  announced,
  begun,
  type CampaignContext,
  callOff,
  dismissed,
  type Events,
  enlisted,
  NEW_CAMPAIGN,
  openVisits,
  recorded,
  unopened,
  untilEnd,
} from './context.ts'
import { type CampaignRules, endOf } from './season.ts'

const Place = z.object({
  ...{ id: z.string(), kind: z.string(), path: z.array(z.string()) },
  ended: z.boolean().optional(),
})
const Person = z.object({ id: z.string() })

const parts = setup({
  types: {} as { context: CampaignContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    announced: assign(announced),
    enlisted: assign(enlisted),
    dismissed: assign(dismissed),
    begun: assign(begun),
    recorded: assign(recorded),
    unopened: assign(unopened),
  },
  guards: {
    householdsOfPlace: check<CampaignContext, { place: string; households: string[] }>(
      ({ data, facts }) => {
        const found = z.array(Place).safeParse(facts.households)
        return (
          found.success &&
          new Set(data.households).size === data.households.length &&
          found.data.every(
            ({ kind, path, ended }) =>
              kind === 'household' && ended !== true && path.includes(data.place),
          )
        )
      },
    ),
    inSeason: when<CampaignContext, CampaignRules>(
      ({ context, at, policy }) => endOf(context, at, policy) !== undefined,
    ),
    knownVisitors: check<CampaignContext, { visitors: string[] }>(
      ({ facts }) => z.array(Person).safeParse(facts.visitors).success,
    ),
    notTheLast: check<CampaignContext, { visitor: string }>(
      ({ context, data }) => context.visitors.includes(data.visitor) && context.visitors.length > 1,
    ),
    isAwaited: check<CampaignContext, { visit: string }>(({ context, data }) =>
      context.called.some(({ visit, status }) => visit === data.visit && status === 'planned'),
    ),
  },
})

const stopAll = { type: 'stopClocks', params: {} } as const
const team = {
  'campaign.enlisted': { guard: 'knownVisitors', actions: 'enlisted' },
  'campaign.dismissed': { guard: 'notTheLast', actions: 'dismissed' },
} as const
const end = [{ type: 'tell', params: callOff }, stopAll] as const

/** The machine of a campaign. */
export const machine = parts.createMachine({
  id: 'campaign',
  context: NEW_CAMPAIGN,
  initial: 'new',
  states: {
    new: {
      on: {
        'campaign.announced': {
          target: 'announced',
          guard: 'householdsOfPlace',
          actions: ['announced', { type: 'startClock', params: { clock: 'begin' } }],
        },
      },
    },
    announced: {
      meta: { responsible: 'coordinator' },
      on: {
        ...team,
        'campaign.begun': {
          target: 'running',
          guard: 'inSeason',
          actions: [
            stopAll,
            'begun',
            { type: 'startClock', params: untilEnd },
            { type: 'open', params: openVisits },
          ],
        },
        'campaign.cancelled': { target: 'cancelled', actions: stopAll },
      },
    },
    running: {
      meta: { responsible: 'coordinator' },
      on: {
        ...team,
        'campaign.visitRecorded': {
          guard: 'isAwaited',
          actions: ['recorded', { type: 'open', params: openVisits }],
        },
        'effect.refused': { actions: 'unopened' },
        'campaign.closed': { target: 'closed', actions: end },
        'clock.expired.season': { target: 'closed', actions: end },
      },
    },
    closed: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

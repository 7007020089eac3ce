// The machine of an organisation: a record, without clocks and without anybody's turn.
// May not import a store or HTTP.
import { check, coreActions, type EventsOf, placePath, when } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { Skill } from '../person/skill.ts'
import { type commands, OrganisationKind } from './commands.ts'

/** What other workflows learn of an organisation that they need. */
export const OrganisationFacts = z.object({
  id: z.string(),
  kind: OrganisationKind,
  name: z.string(),
  handles: z.array(z.string()),
  status: z.enum(['active', 'suspended', 'ended']),
  skills: z.array(Skill).optional(),
  /** Since which day it belongs to the alliance of the community. */
  allied: z.string().optional(),
})
export type OrganisationFacts = z.infer<typeof OrganisationFacts>

/** An organisation as folded. */
export type OrganisationContext = {
  kind: OrganisationKind
  name: string
  handles: readonly string[]
  place: readonly string[]
  status: OrganisationFacts['status']
  skills: readonly Skill[]
  allied: string | null
}
type Events = EventsOf<'organisation', typeof commands>

/** The machine of an organisation. */
export const machine = setup({
  types: {} as { context: OrganisationContext; events: Events },
  actions: {
    ...coreActions,
    keepRecord: assign(({ event }) => {
      if (event.type !== 'organisation.registered' && event.type !== 'organisation.corrected') {
        return {}
      }
      const { name, handles, skills } = event.data
      const place = placePath(event.facts.place)
      return {
        ...('kind' in event.data ? { kind: event.data.kind } : {}),
        ...(name === undefined ? {} : { name }),
        ...(handles === undefined ? {} : { handles }),
        ...(skills === undefined ? {} : { skills }),
        ...(place === undefined ? {} : { place }),
      }
    }),
    keepAlliance: assign(({ event }) =>
      event.type === 'organisation.allied'
        ? { allied: event.data.on ?? new Date(event.at).toISOString().slice(0, DAY_CHARS) }
        : {},
    ),
    endAlliance: assign({ allied: null }),
    markActive: assign({ status: 'active' as const }),
    markSuspended: assign({ status: 'suspended' as const }),
    markEnded: assign({ status: 'ended' as const }),
  },
  guards: {
    mayAlly: check<OrganisationContext, { on?: string }>(
      ({ context, data, at }) =>
        context.allied === null && (data.on === undefined || Date.parse(data.on) <= at + DAY_MS),
    ),
    isAllied: when<OrganisationContext>(({ context }) => context.allied !== null),
  },
}).createMachine({
  id: 'organisation',
  context: {
    kind: 'unit',
    name: '',
    handles: [],
    place: [],
    status: 'active',
    skills: [],
    allied: null,
  },
  initial: 'new',
  states: {
    new: { on: { 'organisation.registered': { target: 'active', actions: 'keepRecord' } } },
    active: {
      on: {
        'organisation.corrected': { actions: 'keepRecord' },
        'organisation.allied': { guard: 'mayAlly', actions: 'keepAlliance' },
        'organisation.allianceLeft': { guard: 'isAllied', actions: 'endAlliance' },
        'organisation.suspended': { target: 'suspended', actions: 'markSuspended' },
        'organisation.ended': { target: 'ended', actions: 'markEnded' },
      },
    },
    suspended: {
      on: {
        'organisation.corrected': { actions: 'keepRecord' },
        'organisation.allianceLeft': { guard: 'isAllied', actions: 'endAlliance' },
        'organisation.resumed': { target: 'active', actions: 'markActive' },
        'organisation.ended': { target: 'ended', actions: 'markEnded' },
      },
    },
    ended: { type: 'final' },
  },
})

const DAY_CHARS = 10
/** A paper is dated by the local day, which may be ahead of UTC. */
const DAY_MS = 24 * 3_600_000

// The machine of an organisation: a record, without clocks and without anybody's turn.
// May not import a store or HTTP.
import { coreActions, type EventsOf } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { type commands, OrganisationKind } from './commands.ts'

/** What other workflows learn of an organisation that they need. */
export const OrganisationFacts = z.object({
  id: z.string(),
  kind: OrganisationKind,
  name: z.string(),
  handles: z.array(z.string()),
  status: z.enum(['active', 'suspended', 'ended']),
})
export type OrganisationFacts = z.infer<typeof OrganisationFacts>

/** An organisation as folded. */
export type OrganisationContext = {
  kind: OrganisationKind
  name: string
  handles: readonly string[]
  place: readonly string[]
  status: OrganisationFacts['status']
}
type Events = EventsOf<'organisation', typeof commands>

const Located = z.object({ path: z.array(z.string()) })

/** The machine of an organisation. */
export const machine = setup({
  types: {} as { context: OrganisationContext; events: Events },
  actions: {
    ...coreActions,
    keepRecord: assign(({ event }) => {
      if (event.type !== 'organisation.registered' && event.type !== 'organisation.corrected') {
        return {}
      }
      const { name, handles } = event.data
      const place = Located.safeParse(event.facts.place)
      return {
        ...('kind' in event.data ? { kind: event.data.kind } : {}),
        ...(name === undefined ? {} : { name }),
        ...(handles === undefined ? {} : { handles }),
        ...(place.success ? { place: place.data.path } : {}),
      }
    }),
    markActive: assign({ status: 'active' as const }),
    markSuspended: assign({ status: 'suspended' as const }),
    markEnded: assign({ status: 'ended' as const }),
  },
}).createMachine({
  id: 'organisation',
  context: { kind: 'unit', name: '', handles: [], place: [], status: 'active' },
  initial: 'new',
  states: {
    new: { on: { 'organisation.registered': { target: 'active', actions: 'keepRecord' } } },
    active: {
      on: {
        'organisation.corrected': { actions: 'keepRecord' },
        'organisation.suspended': { target: 'suspended', actions: 'markSuspended' },
        'organisation.ended': { target: 'ended', actions: 'markEnded' },
      },
    },
    suspended: {
      on: {
        'organisation.corrected': { actions: 'keepRecord' },
        'organisation.resumed': { target: 'active', actions: 'markActive' },
        'organisation.ended': { target: 'ended', actions: 'markEnded' },
      },
    },
    ended: { type: 'final' },
  },
})

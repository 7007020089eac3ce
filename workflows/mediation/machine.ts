// The machine of a mediation: requested, talking, what was agreed is carried out, checked; when
// it was not kept the parties talk again. May not import a store or HTTP.
import { check, coreActions, type StateMeta, when } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { TALKS_MAX } from './commands.ts'
import {
  accepted,
  agreed,
  arranged,
  carriedOut,
  checked,
  type Events,
  failed,
  type MediationContext,
  measureLate,
  NEW_MEDIATION,
  nextMeasure,
  partiesOf,
  requested,
  talked,
  toCoordinator,
  toParties,
  untilMeasure,
  untilTalk,
} from './context.ts'

type Requested = Parameters<typeof partiesOf>[0]
type Agreed = { measures: readonly { owner: string; due: string }[] }

const isParty = ({ parties }: MediationContext, id: string): boolean =>
  parties.some((party) => party.id === id)

const parts = setup({
  types: {} as { context: MediationContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    requested: assign(requested),
    accepted: assign(accepted),
    arranged: assign(arranged),
    talked: assign(talked),
    agreed: assign(agreed),
    carriedOut: assign(carriedOut),
    checked: assign(checked),
    failed: assign(failed),
  },
  guards: {
    twoSides: check<MediationContext, Requested>(({ data }) => {
      const parties = partiesOf(data)
      const sides = new Set(parties.map(({ side }) => side))
      const isEach = new Set(parties.map(({ id }) => id)).size === parties.length
      return isEach && sides.has('complains') && sides.has('answers')
    }),
    talkAhead: check<MediationContext, { at: string }>(({ data, at }) => Date.parse(data.at) > at),
    talkHeld: check<MediationContext, { at: string; attended: readonly string[] }>(
      ({ context, data, at }) =>
        Date.parse(data.at) <= at &&
        context.talks.length < TALKS_MAX &&
        new Set(data.attended).size === data.attended.length &&
        data.attended.every((one) => isParty(context, one)),
    ),
    agreementFits: check<MediationContext, Agreed>(
      ({ context, data, at }) =>
        context.talkedAnew &&
        data.measures.every(({ owner, due }) => isParty(context, owner) && Date.parse(due) > at),
    ),
    ownMeasure: check<MediationContext, { measure: string }>(({ context, data, by }) => {
      const found = context.measures.find(({ id }) => id === data.measure)
      if (found === undefined || found.doneAt !== undefined) return false
      return by.role !== 'unit-handler' || by.unit === found.owner
    }),
    allCarriedOut: when<MediationContext>(({ context }) => nextMeasure(context) === undefined),
    keptAll: check<MediationContext, { kept: string }>(({ data }) => data.kept === 'all'),
    notKept: check<MediationContext, { kept: string }>(({ data }) => data.kept !== 'all'),
  },
})

const stopAll = { type: 'stopClocks', params: {} } as const
const withdrawn = {
  target: '#mediation.withdrawn',
  actions: [stopAll, { type: 'notify', params: toParties('withdrawn') }],
} as const
const startSettle = { type: 'startClock', params: { clock: 'settle' } } as const
const startMeasure = { type: 'startClock', params: untilMeasure } as const
const again = {
  target: '#mediation.talking',
  actions: ['checked', stopAll, startSettle, { type: 'notify', params: toParties('again') }],
} as const

/** The machine of a mediation. */
export const machine = parts.createMachine({
  id: 'mediation',
  context: NEW_MEDIATION,
  initial: 'new',
  states: {
    new: {
      on: {
        'mediation.requested': {
          target: 'requested',
          guard: 'twoSides',
          actions: ['requested', { type: 'startClock', params: { clock: 'accept' } }],
        },
      },
    },
    requested: {
      meta: { responsible: 'coordinator' },
      on: {
        'mediation.accepted': {
          target: 'talking',
          actions: ['accepted', stopAll, startSettle],
        },
        'mediation.failed': { target: 'failed', actions: ['failed', stopAll] },
        'mediation.withdrawn': withdrawn,
      },
    },
    talking: {
      meta: { responsible: 'coordinator' },
      on: {
        'mediation.arranged': {
          guard: 'talkAhead',
          actions: [
            'arranged',
            { type: 'startClock', params: untilTalk },
            { type: 'notify', params: toParties('invited') },
          ],
        },
        'mediation.talked': {
          guard: 'talkHeld',
          actions: ['talked', { type: 'stopClock', params: { clock: 'talk' } }],
        },
        'mediation.agreed': {
          target: 'carryingOut',
          guard: 'agreementFits',
          actions: [
            ...(['agreed', stopAll] as const),
            startMeasure,
            { type: 'notify', params: toParties('agreed') },
          ],
        },
        'mediation.failed': {
          target: 'failed',
          actions: ['failed', stopAll, { type: 'notify', params: toParties('failed') }],
        },
        'clock.expired.settle': {
          actions: { type: 'notify', params: toCoordinator('settleLate') },
        },
        'mediation.withdrawn': withdrawn,
      },
    },
    carryingOut: {
      meta: { responsible: 'coordinator' },
      on: {
        'mediation.carriedOut': { target: 'carried', guard: 'ownMeasure', actions: 'carriedOut' },
        'clock.expired.measure': { actions: { type: 'notify', params: measureLate } },
        // What is not carried out need not be waited for: the parties can talk again.
        'mediation.checked': { guard: 'notKept', ...again },
        'mediation.withdrawn': withdrawn,
      },
    },
    carried: {
      always: [
        {
          guard: 'allCarriedOut',
          target: 'checking',
          actions: [stopAll, { type: 'startClock', params: { clock: 'check' } }],
        },
        { target: 'carryingOut', actions: startMeasure },
      ],
    },
    checking: {
      meta: { responsible: 'coordinator' },
      on: {
        'mediation.checked': [
          {
            guard: 'keptAll',
            target: 'settled',
            actions: ['checked', stopAll, { type: 'notify', params: toParties('settled') }],
          },
          again,
        ],
        'clock.expired.check': { actions: { type: 'notify', params: toCoordinator('checkLate') } },
        'mediation.withdrawn': withdrawn,
      },
    },
    settled: { type: 'final' },
    failed: { type: 'final' },
    withdrawn: { type: 'final' },
  },
})

// The machine of a commendation: proposed, shown in public while objections are heard, granted or
// not; a granted one stands on the honour list for its time. May not import a store or HTTP.
import { check, coreActions, type StateMeta, when } from '@linli/workflow'
import { assign, setup } from 'xstate'
import {
  type CommendationContext,
  changes,
  type Events,
  NEW_COMMENDATION,
  notifyCoordinator,
  notifyNominee,
} from './context.ts'

type Settled = { objection: string; finding: 'upheld' | 'dismissed' }

const parts = setup({
  types: {} as { context: CommendationContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    proposed: assign(changes.proposed),
    announced: assign(changes.announced),
    objected: assign(changes.objected),
    settled: assign(changes.settled),
    granted: assign(changes.granted),
  },
  guards: {
    someoneNamed: check<CommendationContext, { nominee?: string; unit?: string; kind: string }>(
      ({ data }) =>
        data.kind === 'household' || (data.nominee === undefined) !== (data.unit === undefined),
    ),
    inNotice: when<CommendationContext>(
      ({ context, at, clocks }) =>
        context.objections.length < OBJECTIONS_MOST && at <= (clocks.notice?.dueAt ?? 0),
    ),
    upheld: check<CommendationContext, Settled>(
      ({ context, data }) => isOpen(context, data.objection) && data.finding === 'upheld',
    ),
    objectionOpen: check<CommendationContext, Settled>(({ context, data }) =>
      isOpen(context, data.objection),
    ),
    objectionsHeard: when<CommendationContext>(({ context }) =>
      context.objections.every(({ status }) => status !== 'open'),
    ),
  },
})

const OBJECTIONS_MOST = 200

const isOpen = ({ objections }: CommendationContext, id: string): boolean =>
  objections.some((one) => one.id === id && one.status === 'open')

const start = (clock: string) => ({ type: 'startClock', params: { clock } }) as const
const stop = (clock: string) => ({ type: 'stopClock', params: { clock } }) as const
const coordinator = (text: string) => ({ type: 'notify', params: notifyCoordinator(text) }) as const

/** What holds until it is granted or not. */
const endings = {
  'commendation.rejected': '#commendation.rejected',
  'commendation.withdrawn': '#commendation.withdrawn',
} as const

const settled = [
  { target: '#commendation.rejected', guard: 'upheld', actions: 'settled' },
  { guard: 'objectionOpen', actions: 'settled' },
] as const

/** The machine of a commendation. */
export const machine = parts.createMachine({
  id: 'commendation',
  context: NEW_COMMENDATION,
  initial: 'new',
  states: {
    new: {
      on: {
        'commendation.proposed': {
          target: 'proposed',
          guard: 'someoneNamed',
          actions: ['proposed', start('decide'), coordinator('proposed')],
        },
      },
    },
    proposed: {
      meta: { responsible: 'coordinator' },
      on: {
        ...endings,
        'commendation.announced': {
          target: 'announced',
          actions: ['announced', stop('decide'), start('notice')],
        },
      },
    },
    announced: {
      meta: { responsible: 'coordinator' },
      on: {
        ...endings,
        'commendation.objected': {
          guard: 'inNotice',
          actions: ['objected', coordinator('objected')],
        },
        'commendation.settled': settled,
        'clock.expired.notice': {
          target: 'deciding',
          actions: [stop('notice'), start('decide'), coordinator('noticeOver')],
        },
      },
    },
    deciding: {
      meta: { responsible: 'coordinator' },
      on: {
        ...endings,
        'commendation.settled': settled,
        'commendation.granted': {
          target: 'granted',
          guard: 'objectionsHeard',
          actions: [
            'granted',
            stop('decide'),
            start('listed'),
            { type: 'notify', params: notifyNominee('granted') },
          ],
        },
      },
    },
    granted: {
      meta: { responsible: 'coordinator' },
      on: {
        'commendation.revoked': {
          target: 'revoked',
          actions: { type: 'notify', params: notifyNominee('revoked') },
        },
        'clock.expired.listed': 'archived',
      },
    },
    archived: { type: 'final' },
    revoked: { type: 'final' },
    rejected: { type: 'final' },
    withdrawn: { type: 'final' },
  },
})

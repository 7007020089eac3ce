// The machine of a referral: one unit's part in an appeal. `open` holds its history inside, so
// that pausing beside it comes back to where it was. Clocks are started on transitions, never on
// entry. May not import a store or HTTP.
import { coreActions, type StateMeta } from '@linli/workflow'
import { assign, setup } from 'xstate'
import {
  answered,
  appointed,
  contacted,
  dispatched,
  type Events,
  extensionAgreed,
  extensionAsked,
  measured,
  NEW_REFERRAL,
  type ReferralContext,
  reopened,
  returned,
  sentBack,
  settled,
} from './context.ts'
import {
  answerLimit,
  contactLimit,
  extension,
  tellAnswered,
  tellExtended,
  tellReturned,
  tellSentBack,
  toCoordinator,
  toUnit,
  visitLimit,
} from './effects.ts'
import { guards } from './guards.ts'

const parts = setup({
  types: {} as { context: ReferralContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    dispatched: assign(dispatched),
    sentBack: assign(sentBack),
    sendBackAgreed: assign({ sendBackAgreed: true }),
    noted: assign({ notes: ({ context }) => context.notes + 1 }),
    urged: assign({ urges: ({ context }) => context.urges + 1 }),
    extensionAsked: assign(extensionAsked),
    extensionAgreed: assign(extensionAgreed),
    extensionRefused: assign({ asked: undefined }),
    appointed: assign(appointed),
    contacted: assign(contacted),
    measured: assign(measured),
    answered: assign(answered),
    qualified: assign((given) => settled(given, 'qualified')),
    refused: assign((given) => settled(given, 'refused')),
    returned: assign(returned),
    reopened: assign(reopened),
  },
  guards,
})

const stop = (clock: string) => ({ type: 'stopClock', params: { clock } }) as const
const stopAll = { type: 'stopClocks', params: {} } as const
const tellAppeal = { type: 'tell', params: tellAnswered } as const
const startAnswer = { type: 'startClock', params: answerLimit } as const
const startContact = { type: 'startClock', params: contactLimit } as const
const startVisit = { type: 'startClock', params: visitLimit } as const
const startRepair = { type: 'startClock', params: { clock: 'repair' } } as const

const answerTo = {
  target: '#referral.open.answered',
  actions: ['answered', stopAll, tellAppeal],
} as const

/** A household that refuses the measurement without reason counts as qualified. */
const refusedTo = {
  guard: 'withoutReason',
  target: '#referral.open.answered',
  actions: ['refused', stopAll, tellAppeal],
} as const

const dispatch = [
  'dispatched',
  startAnswer,
  { type: 'startClock', params: { clock: 'sendBack' } },
  { type: 'notify', params: toUnit('dispatched') },
] as const

const goBack = [
  'returned',
  startAnswer,
  { type: 'tell', params: tellReturned },
  { type: 'notify', params: toUnit('returned') },
] as const

/** What holds until the unit has answered: sending back, and asking for more time. */
const unanswered = parts.createStateConfig({
  on: {
    'referral.sentBack': {
      target: '#referral.sentBack',
      guard: 'inSendBackLimit',
      actions: ['sentBack', { type: 'tell', params: tellSentBack }],
    },
    'referral.sendBackAgreed': {
      guard: 'sendBackLimitOver',
      actions: ['sendBackAgreed', { type: 'notify', params: toUnit('sendBackAgreed') }],
    },
    // The send-back limit is a right that lapses, nobody's failure: it must not stand as red.
    'clock.expired.sendBack': { actions: stop('sendBack') },
    'referral.extensionAsked': {
      guard: 'extensionFits',
      actions: ['extensionAsked', { type: 'notify', params: toCoordinator('extensionAsked') }],
    },
    'referral.extensionAgreed': {
      guard: 'extensionAsked',
      actions: [
        { type: 'extendClock', params: extension },
        { type: 'tell', params: tellExtended },
        'extensionAgreed',
        { type: 'notify', params: toUnit('extensionAgreed') },
      ],
    },
    'referral.extensionRefused': {
      guard: 'extensionAsked',
      actions: ['extensionRefused', { type: 'notify', params: toUnit('extensionRefused') }],
    },
  },
})

/** General work, and the heating kind: contact, visit, measurement, repair. */
const working = parts.createStateConfig({
  initial: 'general',
  meta: { responsible: 'unit' },
  on: unanswered.on,
  states: {
    general: { meta: { responsible: 'unit' }, on: { 'referral.answered': answerTo } },
    contacting: {
      meta: { responsible: 'unit' },
      on: {
        'referral.appointed': {
          target: 'appointed',
          guard: 'inVisitHours',
          actions: ['appointed', stop('contactUser'), startVisit],
        },
        'referral.refusalRecorded': [refusedTo, { actions: ['contacted', startContact] }],
        'referral.answered': answerTo,
      },
    },
    appointed: {
      meta: { responsible: 'unit' },
      on: {
        'referral.appointed': { guard: 'inVisitHours', actions: ['appointed', startVisit] },
        'referral.measured': {
          target: 'measured',
          guard: 'protocolKept',
          actions: ['measured', stop('visit')],
        },
        'referral.refusalRecorded': [
          refusedTo,
          { target: 'contacting', actions: [stop('visit'), startContact] },
        ],
        'referral.answered': answerTo,
      },
    },
    measured: {
      always: [
        {
          guard: 'standardReached',
          target: '#referral.open.answered',
          actions: ['qualified', stopAll, tellAppeal],
        },
        { guard: 'repairRuns', target: 'repairing' },
        { target: 'repairing', actions: startRepair },
      ],
    },
    repairing: {
      meta: { responsible: 'unit' },
      on: {
        'referral.appointed': { guard: 'inVisitHours', actions: ['appointed', startVisit] },
        'referral.measured': {
          target: 'measured',
          guard: 'protocolKept',
          actions: ['measured', stop('visit')],
        },
        'referral.tested': {
          target: 'measured',
          guard: 'protocolKept',
          actions: ['measured', stop('visit')],
        },
        'referral.refusalRecorded': [refusedTo, { actions: stop('visit') }],
        'referral.answered': { ...answerTo, guard: 'notBySaying' },
      },
    },
  },
})

/** Answered: the referral waits for its appeal; a statutory test may still overturn it. */
const answeredState = parts.createStateConfig({
  meta: { responsible: 'coordinator', follows: 'appeal' },
  on: {
    'referral.answerReturned': [
      { guard: 'heating', target: 'working.contacting', actions: [...goBack, startContact] },
      { target: 'working.general', actions: goBack },
    ],
    'referral.tested': { target: 'tested', guard: 'testKeepsProtocol', actions: 'measured' },
  },
})

const testedState = parts.createStateConfig({
  always: [
    { guard: 'standardReached', target: 'answered', actions: 'qualified' },
    {
      target: 'working.repairing',
      actions: [
        'reopened',
        startAnswer,
        startRepair,
        { type: 'tell', params: tellReturned },
        { type: 'notify', params: toUnit('returned') },
      ],
    },
  ],
})

/** What ends a referral, whether it is open or paused. */
const endings = {
  'referral.withdrawn': {
    target: '#referral.withdrawn',
    actions: { type: 'notify', params: toUnit('withdrawn') },
  },
  'referral.concluded': '#referral.concluded',
  'referral.superseded': '#referral.superseded',
} as const

/** The machine of a referral. */
export const machine = parts.createMachine({
  id: 'referral',
  context: NEW_REFERRAL,
  initial: 'new',
  states: {
    new: {
      on: {
        'referral.dispatched': [
          { guard: 'forHeating', target: 'open', actions: [...dispatch, startContact] },
          { target: 'open', actions: dispatch },
        ],
      },
    },
    open: {
      initial: 'dispatched',
      on: {
        ...endings,
        'referral.paused': {
          target: 'paused',
          actions: [
            { type: 'pauseClocks', params: {} },
            { type: 'notify', params: toUnit('paused') },
          ],
        },
        'referral.noted': { actions: 'noted' },
        'referral.urged': { actions: ['urged', { type: 'notify', params: toUnit('urged') }] },
      },
      states: {
        dispatched: {
          meta: { responsible: 'unit' },
          on: {
            ...unanswered.on,
            'referral.accepted': [
              { guard: 'heating', target: 'working.contacting' },
              { target: 'accepted' },
            ],
          },
        },
        accepted: {
          meta: { responsible: 'unit' },
          on: {
            ...unanswered.on,
            'referral.begun': 'working.general',
            'referral.answered': answerTo,
          },
        },
        working,
        answered: answeredState,
        tested: testedState,
        past: { type: 'history', history: 'deep' },
      },
    },
    paused: {
      meta: { responsible: 'coordinator', follows: 'appeal' },
      on: {
        ...endings,
        'referral.resumed': {
          target: 'open.past',
          actions: [
            { type: 'resumeClocks', params: {} },
            { type: 'notify', params: toUnit('resumed') },
          ],
        },
      },
    },
    sentBack: { type: 'final' },
    withdrawn: { type: 'final' },
    concluded: { type: 'final' },
    superseded: { type: 'final' },
  },
})

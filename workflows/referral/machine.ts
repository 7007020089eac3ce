// The machine of a referral: one unit's part in an appeal. `open` holds its history inside, so
// that pausing beside it comes back to where it was. Clocks are started on transitions, never on
// entry. May not import a store or HTTP.
import { coreActions, type StateMeta } from '@linli/workflow'
import { assign, setup } from 'xstate'
import {
  answered,
  appointed,
  dispatched,
  type Events,
  extensionAgreed,
  extensionAsked,
  measured,
  NEW_REFERRAL,
  type ReferralContext,
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
    urged: assign({ urges: ({ context }) => context.urges + 1 }),
    extensionAsked: assign(extensionAsked),
    extensionAgreed: assign(extensionAgreed),
    extensionRefused: assign({ asked: undefined }),
    appointed: assign(appointed),
    measured: assign(measured),
    answered: assign(answered),
    qualified: assign((given) => settled(given, 'qualified')),
    refused: assign((given) => settled(given, 'refused')),
    returned: assign(returned),
  },
  guards,
})

const stop = (clock: string) => ({ type: 'stopClock', params: { clock } }) as const
const stopAll = { type: 'stopClocks', params: {} } as const
const tellAppeal = { type: 'tell', params: tellAnswered } as const

/** What ends a referral wherever it is. */
const endings = {
  'referral.withdrawn': {
    target: '#referral.withdrawn',
    actions: { type: 'notify', params: toUnit('withdrawn') },
  },
  'referral.concluded': '#referral.concluded',
  'referral.superseded': '#referral.superseded',
} as const

const answerTo = {
  target: '#referral.open.answered',
  actions: ['answered', stopAll, tellAppeal],
} as const

const dispatch = [
  'dispatched',
  start(answerLimit),
  { type: 'startClock', params: { clock: 'sendBack' } },
  { type: 'notify', params: toUnit('dispatched') },
] as const

const goBack = [
  'returned',
  start(answerLimit),
  { type: 'tell', params: tellReturned },
  { type: 'notify', params: toUnit('returned') },
] as const

/** What a unit may do until it has answered: send back, ask for more time. */
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

/** The heating kind's own steps inside `working`. */
const contacting = parts.createStateConfig({
  meta: { responsible: 'unit' },
  on: {
    'referral.appointed': {
      target: 'appointed',
      guard: 'inVisitHours',
      actions: ['appointed', stop('contactUser'), start(visitLimit)],
    },
    'referral.answered': answerTo,
  },
})

const appointedState = parts.createStateConfig({
  meta: { responsible: 'unit' },
  on: {
    'referral.appointed': {
      guard: 'inVisitHours',
      actions: ['appointed', start(visitLimit)],
    },
    'referral.measured': {
      target: 'measured',
      guard: 'protocolKept',
      actions: ['measured', stop('visit')],
    },
    'referral.answered': answerTo,
  },
})

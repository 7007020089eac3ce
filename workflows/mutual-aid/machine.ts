// The machine of one side of mutual aid. Two of them find each other and tell each other how they
// stand; no office is between. Contact is shared only in `sharing`: there the row names the other
// person, who may then read this side; everywhere else the row names its owner alone.
// Clocks are started on transitions, never on entry. May not import a store or HTTP.
import { coreActions, type StateMeta } from '@linli/workflow'
import { assign, setup } from 'xstate'
import {
  type AidContext,
  approached,
  consent,
  type Events,
  handedOver,
  NEW_AID,
  otherConsent,
  parted,
  posted,
  proposed,
} from './context.ts'
import {
  approach,
  expiryLimit,
  tellConsent,
  tellFlag,
  tellHandedOver,
  tellPart,
  toCoordinator,
  toOwner,
} from './effects.ts'
import { guards } from './guards.ts'

const parts = setup({
  types: {} as { context: AidContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    posted: assign(posted),
    proposed: assign(proposed),
    approached: assign(approached),
    agreed: assign(consent(true)),
    tookBack: assign(consent(false)),
    otherAgreed: assign(otherConsent(true)),
    otherTookBack: assign(otherConsent(false)),
    parted: assign(parted),
    handedOver: assign(handedOver),
    flagged: assign({ status: 'review' as const, flags: ({ context }) => context.flags + 1 }),
    counted: assign({ flags: ({ context }) => context.flags + 1 }),
    mark: assign((_, { status }: { status: AidContext['status'] }) => ({ status })),
  },
  guards,
})

const stop = (clock: string) => ({ type: 'stopClock', params: { clock } }) as const
const start = (clock: string) => ({ type: 'startClock', params: { clock } }) as const
const wait = { type: 'pauseClock', params: { clock: 'expiry' } } as const
const goOn = { type: 'resumeClock', params: { clock: 'expiry' } } as const
const own = (text: string) => ({ type: 'notify', params: toOwner(text) }) as const
const partOther = { type: 'tell', params: tellPart } as const
const mark = (status: AidContext['status']) => ({ type: 'mark', params: { status } }) as const
const all = <const Names extends readonly string[]>(...names: Names) =>
  ({ type: 'every', params: { all: names } }) as const

/** Free again: the match is over, and what it shared is hidden. */
const free = [stop('decide'), stop('handOver'), goOn, 'parted'] as const
const share = [stop('decide'), start('handOver'), mark('sharing'), own('sharing')] as const
const hide = [stop('handOver'), start('decide'), mark('matched')] as const
const neighbour = { responsible: 'resident' } as const satisfies StateMeta

/** What is said of a match that is over changes nothing. */
const late = {
  'mutual-aid.parted': {},
  'mutual-aid.otherAgreed': {},
  'mutual-aid.otherTookBack': {},
  'mutual-aid.otherHandedOver': {},
} as const

const report = {
  guard: all('owner', 'knowsWhom'),
  target: '#mutual-aid.open.waiting',
  actions: [{ type: 'tell', params: tellFlag }, ...free],
} as const

/** Said back as well: the two may have asked each other while the one was on its way. */
const partNow = {
  guard: 'ofThis',
  target: '#mutual-aid.open.waiting',
  actions: [partOther, ...free, own('parted')],
} as const

const waiting = parts.createStateConfig({
  meta: neighbour,
  on: {
    'mutual-aid.proposed': {
      guard: all('owner', 'otherWaits', 'otherFits', 'otherNear', 'notOneself'),
      target: 'deciding',
      actions: ['proposed', wait, start('decide'), { type: 'tell', params: approach }],
    },
    'mutual-aid.approached': {
      target: 'deciding',
      actions: ['approached', wait, start('decide'), own('approached')],
    },
    'mutual-aid.reported': {
      guard: all('owner', 'knowsWhom'),
      actions: { type: 'tell', params: tellFlag },
    },
    'clock.expired.expiry': {
      target: '#mutual-aid.expired',
      actions: [mark('ended'), own('expired')],
    },
  },
})

const deciding = parts.createStateConfig({
  meta: neighbour,
  on: {
    'mutual-aid.agreed': [
      {
        guard: all('owner', 'notAgreed', 'otherAgreed'),
        target: 'sharing',
        actions: ['agreed', { type: 'tell', params: tellConsent('otherAgreed') }, ...share],
      },
      {
        guard: all('owner', 'notAgreed'),
        actions: ['agreed', { type: 'tell', params: tellConsent('otherAgreed') }],
      },
    ],
    'mutual-aid.tookBack': {
      guard: all('owner', 'agreed'),
      actions: ['tookBack', { type: 'tell', params: tellConsent('otherTookBack') }],
    },
    'mutual-aid.otherAgreed': [
      {
        guard: all('ofThis', 'newer', 'agreed'),
        target: 'sharing',
        actions: ['otherAgreed', ...share],
      },
      { guard: all('ofThis', 'newer'), actions: ['otherAgreed', own('otherAgreed')] },
    ],
    'mutual-aid.otherTookBack': { guard: all('ofThis', 'newer'), actions: 'otherTookBack' },
    'mutual-aid.declined': { guard: 'owner', target: 'waiting', actions: [partOther, ...free] },
    'mutual-aid.parted': partNow,
    // Both asked each other at once.
    'mutual-aid.approached': { guard: 'ofThis' },
    'mutual-aid.reported': report,
    'clock.expired.decide': {
      target: 'waiting',
      actions: [partOther, ...free, own('undecided')],
    },
    'effect.refused': {
      guard: 'otherRefused',
      target: 'waiting',
      actions: [...free, own('notFree')],
    },
  },
})

const done = { target: '#mutual-aid.done' } as const
const handedOn = ['handedOver', { type: 'tell', params: tellHandedOver }] as const

const sharing = parts.createStateConfig({
  meta: neighbour,
  on: {
    'mutual-aid.handedOver': [
      {
        guard: all('owner', 'enoughLeft', 'nothingLeft'),
        ...done,
        actions: [...handedOn, mark('ended')],
      },
      { guard: all('owner', 'enoughLeft'), target: 'waiting', actions: [...handedOn, ...free] },
    ],
    'mutual-aid.otherHandedOver': [
      {
        guard: all('ofThis', 'nothingLeft'),
        ...done,
        actions: ['handedOver', mark('ended'), own('handedOver')],
      },
      {
        guard: 'ofThis',
        target: 'waiting',
        actions: ['handedOver', ...free, own('handedOver')],
      },
    ],
    'mutual-aid.tookBack': {
      guard: 'owner',
      target: 'deciding',
      actions: ['tookBack', { type: 'tell', params: tellConsent('otherTookBack') }, ...hide],
    },
    'mutual-aid.otherTookBack': {
      guard: all('ofThis', 'newer'),
      target: 'deciding',
      actions: ['otherTookBack', ...hide, own('otherTookBack')],
    },
    'mutual-aid.declined': { guard: 'owner', target: 'waiting', actions: [partOther, ...free] },
    'mutual-aid.parted': partNow,
    'mutual-aid.reported': report,
    'clock.expired.handOver': {
      target: 'waiting',
      actions: [partOther, ...free, own('notHandedOver')],
    },
  },
})

/** The machine of an offer or a need. */
export const machine = parts.createMachine({
  id: 'mutual-aid',
  context: NEW_AID,
  initial: 'new',
  states: {
    new: {
      on: {
        'mutual-aid.posted': {
          guard: all('signedIn', 'kindHere', 'stillGood'),
          target: 'open',
          actions: ['posted', { type: 'startClock', params: expiryLimit }],
        },
      },
    },
    open: {
      initial: 'waiting',
      on: {
        ...late,
        'mutual-aid.withdrawn': {
          guard: 'owner',
          target: 'withdrawn',
          actions: [partOther, mark('ended')],
        },
        'mutual-aid.flagged': {
          target: 'review',
          actions: [
            partOther,
            stop('decide'),
            stop('handOver'),
            wait,
            'parted',
            'flagged',
            start('review'),
            { type: 'notify', params: toCoordinator('flagged') },
            own('underReview'),
          ],
        },
      },
      states: { waiting, deciding, sharing },
    },
    review: {
      meta: { responsible: 'coordinator' },
      on: {
        ...late,
        'mutual-aid.flagged': { actions: 'counted' },
        'mutual-aid.cleared': {
          target: 'open.waiting',
          actions: [stop('review'), goOn, mark('waiting'), own('cleared')],
        },
        'mutual-aid.removed': { target: 'removed', actions: [mark('ended'), own('removed')] },
      },
    },
    done: { type: 'final' },
    expired: { type: 'final' },
    withdrawn: { type: 'final' },
    removed: { type: 'final' },
  },
})

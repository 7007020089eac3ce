// The machine of a duty roster: one group's shifts of one period. Inside the roster nobody is in
// two places; across rosters each person's calendar decides. Clocks are set on transitions. May
// not import a store or HTTP.
import { coreActions, type StateMeta } from '@linli/workflow'
import { assign, setup } from 'xstate'
import {
  askCalendars,
  clearClock,
  freeAll,
  freeOne,
  openAccounts,
  openCalendars,
  setClock,
  tellAbsent,
  tellAccounts,
  tellDeclined,
  tellEverybody,
  tellOverstaying,
  tellSwap,
} from './effects.ts'
import { guards } from './guards.ts'
import {
  assigned,
  confirmed,
  declined,
  drawnUp,
  type Events,
  missed,
  NEW_ROSTER,
  overstayed,
  type RosterContext,
  refused,
  shiftAdded,
  signedIn,
  signedOut,
  swapAgreed,
  swapAsked,
  swapRefused,
  tookIn,
  unassigned,
} from './roster.ts'

type Given = { context: RosterContext; event: Events }

const parts = setup({
  types: {} as { context: RosterContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    drawnUp: assign(drawnUp),
    shiftAdded: assign(shiftAdded),
    assigned: assign(assigned),
    unassigned: assign(unassigned),
    confirmed: assign(confirmed),
    declined: assign(declined),
    refused: assign(refused),
    signedIn: assign(signedIn),
    signedOut: assign(signedOut),
    swapAsked: assign(swapAsked),
    swapAgreed: assign(swapAgreed),
    swapRefused: assign(swapRefused),
    tookIn: assign(tookIn),
    missed: assign(missed),
    overstayed: assign(overstayed),
  },
  guards,
})

const allHold = (...all: string[]) => ({ type: 'allHold', params: { all } }) as const
const untilBegin = ({ context }: Given) => ({ clock: 'publish', until: context.from })
const untilEnd = ({ context }: Given) => ({ clock: 'period', until: context.to })

const setClocks = [
  { type: 'stopClock', params: clearClock('signIn') },
  { type: 'startClock', params: setClock('signIn') },
  { type: 'stopClock', params: clearClock('signOut') },
  { type: 'startClock', params: setClock('signOut') },
] as const
const ask = [
  { type: 'open', params: openCalendars },
  { type: 'tell', params: askCalendars },
] as const
const settling = [
  { type: 'stopClock', params: { clock: 'period' } },
  { type: 'startClock', params: { clock: 'settle' } },
] as const
const signOut = [
  { type: 'open', params: openAccounts },
  { type: 'tell', params: tellAccounts },
  'signedOut',
  ...setClocks,
] as const

/** What calendars answer is taken in every state, and starts no clock before publishing. */
const answers = parts.createStateConfig({
  on: {
    'duty.confirmed': { actions: [{ type: 'tell', params: freeOne }, 'confirmed'] },
    'duty.declined': { actions: [{ type: 'notify', params: tellDeclined }, 'declined'] },
    'effect.refused': { actions: 'refused' },
  },
}).on

const drawing = parts.createStateConfig({
  on: {
    'duty.shiftAdded': {
      guard: allHold('insidePeriod', 'personsKnown', 'nobodyTwice'),
      actions: [...ask, 'shiftAdded'],
    },
    'duty.assigned': {
      guard: allHold('personsKnown', 'notTwice', 'notOver'),
      actions: [...ask, 'assigned'],
    },
    'duty.unassigned': {
      guard: 'isRemovable',
      actions: [{ type: 'tell', params: freeOne }, 'unassigned'],
    },
    'duty.cancelled': {
      guard: 'nobodyOnDuty',
      target: '#duty.cancelled',
      actions: [
        { type: 'tell', params: freeAll },
        { type: 'notify', params: tellEverybody('cancelled') },
      ],
    },
  },
}).on

const running = parts.createStateConfig({
  meta: { responsible: 'duty-officer' },
  on: {
    ...drawing,
    ...answers,
    'duty.confirmed': {
      actions: [{ type: 'tell', params: freeOne }, 'confirmed', ...setClocks],
    },
    'duty.unassigned': {
      guard: 'isRemovable',
      actions: [{ type: 'tell', params: freeOne }, 'unassigned', ...setClocks],
    },
    'duty.signedIn': {
      guard: allHold('isOwn', 'isExpected', 'isInTime'),
      actions: ['signedIn', ...setClocks],
    },
    'duty.signedOut': { guard: allHold('isOwn', 'isOnDuty'), actions: signOut },
    'duty.swapAsked': {
      guard: allHold('isOwn', 'isBooked', 'notOver', 'personsKnown', 'otherIsFree'),
      actions: ['swapAsked', { type: 'notify', params: tellSwap }],
    },
    'duty.swapAgreed': {
      guard: allHold('askedOfMe', 'iAmFree'),
      actions: [...ask, 'swapAgreed', { type: 'notify', params: tellSwap }],
    },
    'duty.swapRefused': {
      guard: 'askedOfMe',
      actions: ['swapRefused', { type: 'notify', params: tellSwap }],
    },
    'duty.tookIn': { guard: 'takesInOnDuty', actions: 'tookIn' },
    'duty.closed': {
      guard: 'nobodyOnDuty',
      target: 'ended',
      actions: { type: 'tell', params: freeAll },
    },
    'clock.expired.signIn': {
      actions: [{ type: 'notify', params: tellAbsent }, 'missed', ...setClocks],
    },
    'clock.expired.signOut': {
      actions: [{ type: 'notify', params: tellOverstaying }, 'overstayed', ...setClocks],
    },
    'clock.expired.period': [
      { guard: 'nobodyOnDuty', target: 'ended', actions: { type: 'tell', params: freeAll } },
      { target: 'settling', actions: settling },
    ],
  },
})

/** The machine of a duty roster. */
export const machine = parts.createMachine({
  id: 'duty',
  context: NEW_ROSTER,
  initial: 'new',
  states: {
    new: {
      on: {
        'duty.drawnUp': {
          target: 'drafting',
          actions: ['drawnUp', { type: 'startClock', params: untilBegin }],
        },
      },
    },
    drafting: {
      meta: { responsible: 'coordinator' },
      on: {
        ...drawing,
        ...answers,
        'duty.published': {
          guard: 'everybodyBooked',
          target: 'running',
          actions: [
            { type: 'stopClock', params: { clock: 'publish' } },
            { type: 'startClock', params: untilEnd },
            ...setClocks,
            { type: 'notify', params: tellEverybody('published') },
          ],
        },
      },
    },
    running,
    settling: {
      meta: { responsible: 'coordinator' },
      on: {
        ...answers,
        'duty.signedOut': { guard: allHold('isOwn', 'isOnDuty'), actions: signOut },
        'duty.closed': { guard: 'nobodyOnDuty', target: 'ended' },
        'clock.expired.signOut': {
          actions: [{ type: 'notify', params: tellOverstaying }, 'overstayed', ...setClocks],
        },
      },
    },
    ended: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

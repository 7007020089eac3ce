// The machine of an activity: planned, opened for registration where wanted, held, written up.
// Clocks are started on transitions. May not import a store or HTTP.
import { coreActions, type StateMeta } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { type ActivityContext, changes, type Events, NEW_ACTIVITY } from './context.ts'
import { guards } from './guards.ts'
import {
  notifyAll,
  notifyOrganiser,
  notifyRostered,
  notifyVolunteers,
  openAccounts,
  tellAccounts,
  tellProject,
  untilStart,
  untilWrittenUp,
} from './outgoing.ts'

const parts = setup({
  types: {} as { context: ActivityContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    planned: assign(changes.planned),
    changed: assign(changes.changed),
    shiftAdded: assign(changes.shiftAdded),
    rostered: assign(changes.rostered),
    registered: assign(changes.registered),
    left: assign(changes.left),
    begun: assign(changes.begun),
    signedIn: assign(changes.signedIn),
    struck: assign(changes.struck),
    served: assign(changes.served),
    produced: assign(changes.produced),
    finished: assign(changes.finished),
    cancelled: assign(changes.cancelled),
  },
  guards,
})

const startStart = { type: 'startClock', params: untilStart } as const
const cancelled = {
  target: '#activity.cancelled',
  actions: ['cancelled', { type: 'notify', params: notifyAll('cancelled') }],
} as const
const shiftAdded = { guard: 'shiftFits', actions: 'shiftAdded' } as const
const rostered = {
  guard: 'atOnePlace',
  actions: ['rostered', { type: 'notify', params: notifyRostered }],
} as const

/** What holds until it begins, with registration or without. */
const upcoming = parts.createStateConfig({
  meta: { responsible: 'coordinator' },
  on: {
    'activity.changed': {
      guard: 'timesFit',
      actions: ['changed', startStart, { type: 'notify', params: notifyAll('changed') }],
    },
    'activity.shiftAdded': shiftAdded,
    'activity.rostered': rostered,
    'activity.begun': {
      target: '#activity.running',
      actions: [
        'begun',
        { type: 'stopClock', params: { clock: 'start' } },
        { type: 'startClock', params: untilWrittenUp },
      ],
    },
    'activity.cancelled': cancelled,
    'clock.expired.start': { actions: { type: 'notify', params: notifyOrganiser('notBegun') } },
  },
})

const running = parts.createStateConfig({
  meta: { responsible: 'coordinator' },
  on: {
    'activity.shiftAdded': shiftAdded,
    'activity.rostered': rostered,
    'activity.signedIn': { guard: 'comesOnce', actions: 'signedIn' },
    'activity.struck': { guard: 'didCome', actions: 'struck' },
    'activity.served': {
      guard: 'servesOnce',
      actions: [
        'served',
        { type: 'open', params: openAccounts },
        { type: 'tell', params: tellAccounts },
      ],
    },
    'activity.produced': { guard: 'hasGoal', actions: 'produced' },
    'activity.finished': {
      target: 'done',
      guard: 'somebodyCame',
      actions: ['finished', { type: 'tell', params: tellProject }],
    },
    'activity.cancelled': cancelled,
    'clock.expired.writeUp': { actions: { type: 'notify', params: notifyOrganiser('writeUp') } },
  },
})

/** The machine of an activity. */
export const machine = parts.createMachine({
  id: 'activity',
  context: NEW_ACTIVITY,
  initial: 'new',
  states: {
    new: {
      on: {
        'activity.planned': {
          target: 'planned',
          guard: 'planFits',
          actions: ['planned', startStart],
        },
      },
    },
    planned: {
      ...upcoming,
      on: {
        ...upcoming.on,
        'activity.registrationOpened': {
          target: 'registering',
          actions: { type: 'notify', params: notifyVolunteers },
        },
      },
    },
    registering: {
      ...upcoming,
      on: {
        ...upcoming.on,
        'activity.registered': { guard: 'hasRoom', actions: 'registered' },
        'activity.left': { guard: 'isRegistered', actions: 'left' },
      },
    },
    running,
    done: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

// The types, actions and guards of the deliberation's machine, and the transitions that several of
// its states share. Clocks are started and stopped on transitions only.
import type { StateMeta } from '@linli/workflow'
import { coreActions } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { changes, type Events } from './actions.ts'
import type { Context } from './context.ts'
import { guards } from './guards.ts'
import { nextDue, notifyNamed, notifyPlace, tellRejected } from './outgoing.ts'

/** What the states of a deliberation are written with. */
export const base = setup({
  types: {} as { context: Context; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    keepTopic: assign(changes.keepTopic),
    keepSupport: assign(changes.keepSupport),
    keepAppeal: assign(changes.keepAppeal),
    letAppealGo: assign(changes.letAppealGo),
    keepMeeting: assign(changes.keepMeeting),
    keepNextMeeting: assign(changes.keepNextMeeting),
    keepPresence: assign(changes.keepPresence),
    keepBallot: assign(changes.keepBallot),
    keepDelegation: assign(changes.keepDelegation),
    endDelegation: assign(changes.endDelegation),
    keepTotals: assign(changes.keepTotals),
    forgetMeeting: assign(changes.forgetMeeting),
    keepResolution: assign(changes.keepResolution),
    endObjections: assign(changes.endObjections),
    keepObjection: assign(changes.keepObjection),
    keepDismissal: assign(changes.keepDismissal),
    keepTask: assign(changes.keepTask),
    closeTask: assign(changes.closeTask),
    keepProject: assign(changes.keepProject),
    endProject: assign(changes.endProject),
    keepReferral: assign(changes.keepReferral),
    keepAnswer: assign(changes.keepAnswer),
    takeTaskBack: assign(changes.takeTaskBack),
    keepReturn: assign(changes.keepReturn),
    keepUntold: assign(changes.keepUntold),
    countNote: assign(changes.countNote),
  },
  guards,
})

/** Whose turn it is in every state of a deliberation. */
export const coordinator: StateMeta = { responsible: 'coordinator' }
/** Stops every clock. */
export const stopAll = { type: 'stopClocks', params: {} } as const
/** Starts the clock of the task that is due next. */
export const startTask = {
  type: 'startClock',
  params: (known: { context: Context; event: Events }) => ({
    clock: 'task',
    until: nextDue(known),
  }),
} as const

/** Ends the topic: it is not taken up. */
export const declined = {
  target: '#deliberation.declined',
  actions: { type: 'tell', params: tellRejected('declined') },
} as const
/** Ends the topic: it is called off. */
export const cancelled = {
  target: '#deliberation.cancelled',
  actions: { type: 'tell', params: tellRejected('cancelled') },
} as const
/** An appeal joins. */
export const joined = { actions: 'keepAppeal' } as const
/** A voter names another for this meeting, or takes that back: until the vote is closed. */
export const delegating = {
  'deliberation.delegated': {
    guard: {
      type: 'mayDelegate',
      params: { all: ['delegable', 'ownDelegation', 'bothVoters', 'stillFree', 'fewEnough'] },
    },
    actions: ['keepDelegation', { type: 'notify', params: notifyNamed }],
  },
  'deliberation.delegationRevoked': { guard: 'hasDelegated', actions: 'endDelegation' },
} as const
/** Puts the topic off to a day. */
export const postponed = {
  target: '#deliberation.postponed',
  guard: 'endsLater',
  actions: [
    'forgetMeeting',
    stopAll,
    {
      type: 'startClock',
      params: ({ event }: { event: { data: { until: string } } }) => ({
        clock: 'postponed',
        until: Date.parse(event.data.until),
      }),
    },
  ],
} as const
/** Goes on to gathering. */
export const resumed = {
  target: 'gathering',
  actions: [stopAll, { type: 'startClock', params: { clock: 'gather' } }],
} as const
/** Opens the meeting. */
export const opened = {
  target: '#deliberation.open',
  actions: [stopAll, { type: 'startClock', params: { clock: 'meeting' } }],
} as const
/** Ends the notice. */
export const readied = {
  target: 'ready',
  actions: { type: 'stopClock', params: { clock: 'notice' } },
} as const
/** Ends the vote. */
export const voteEnded = {
  target: 'counting',
  actions: [stopAll, { type: 'startClock', params: { clock: 'count' } }],
} as const
/** What calling a meeting starts, and who is told. */
export const called = [
  stopAll,
  {
    type: 'startClock',
    params: ({ context }: { context: Context }) => ({
      clock: 'notice',
      limit: `notice.${context.matter}`,
    }),
  },
  {
    type: 'startClock',
    params: ({ context, event }: { context: Context; event: Events }) => ({
      clock: 'convene',
      until: context.meeting === null ? event.at : Date.parse(context.meeting.at),
    }),
  },
  { type: 'notify', params: notifyPlace('notice') },
] as const

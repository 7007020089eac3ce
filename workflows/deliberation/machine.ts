// How a topic is deliberated: from the proposal over meeting, vote and publication to the tasks
// that follow. Clocks are started and stopped on transitions only.
import type { StateMeta } from '@linli/workflow'
import { coreActions } from '@linli/workflow'
import { assign, setup } from 'xstate'
import {
  changes,
  concludeReferral,
  type Events,
  nextDue,
  notifyOwners,
  notifyPlace,
  openReferral,
  tellDone,
  tellRejected,
  tellResolved,
} from './actions.ts'
import { beginning, type Context } from './context.ts'
import { guards } from './guards.ts'

const base = setup({
  types: {} as { context: Context; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    keepTopic: assign(changes.keepTopic),
    keepAppeal: assign(changes.keepAppeal),
    letAppealGo: assign(changes.letAppealGo),
    keepMeeting: assign(changes.keepMeeting),
    keepNextMeeting: assign(changes.keepNextMeeting),
    keepPresence: assign(changes.keepPresence),
    keepBallot: assign(changes.keepBallot),
    keepTotals: assign(changes.keepTotals),
    forgetMeeting: assign(changes.forgetMeeting),
    keepResolution: assign(changes.keepResolution),
    endObjections: assign(changes.endObjections),
    keepObjection: assign(changes.keepObjection),
    keepDismissal: assign(changes.keepDismissal),
    keepTask: assign(changes.keepTask),
    closeTask: assign(changes.closeTask),
    keepReferral: assign(changes.keepReferral),
    keepAnswer: assign(changes.keepAnswer),
    takeTaskBack: assign(changes.takeTaskBack),
    keepReturn: assign(changes.keepReturn),
    keepUntold: assign(changes.keepUntold),
    countNote: assign(changes.countNote),
  },
  guards,
})

const coordinator: StateMeta = { responsible: 'coordinator' }
const stopAll = { type: 'stopClocks', params: {} } as const
const startTask = {
  type: 'startClock',
  params: (known: { context: Context; event: Events }) => ({
    clock: 'task',
    until: nextDue(known),
  }),
} as const

const declined = {
  target: '#deliberation.declined',
  actions: { type: 'tell', params: tellRejected('declined') },
} as const
const cancelled = {
  target: '#deliberation.cancelled',
  actions: { type: 'tell', params: tellRejected('cancelled') },
} as const
const joined = { actions: 'keepAppeal' } as const
const postponed = {
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
const resumed = {
  target: 'gathering',
  actions: [stopAll, { type: 'startClock', params: { clock: 'gather' } }],
} as const
const opened = {
  target: '#deliberation.open',
  actions: [stopAll, { type: 'startClock', params: { clock: 'meeting' } }],
} as const
const readied = {
  target: 'ready',
  actions: { type: 'stopClock', params: { clock: 'notice' } },
} as const
const voteEnded = {
  target: 'counting',
  actions: [stopAll, { type: 'startClock', params: { clock: 'count' } }],
} as const
const called = [
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

const scheduled = base.createStateConfig({
  initial: 'notice',
  meta: coordinator,
  on: {
    'deliberation.signedIn': { actions: 'keepPresence' },
    'deliberation.postponed': postponed,
    'deliberation.declined': declined,
    'deliberation.cancelled': cancelled,
  },
  states: {
    notice: {
      meta: coordinator,
      on: {
        'deliberation.noticeWaived': { ...readied, guard: 'mayWaiveNotice' },
        'clock.expired.notice': readied,
        'deliberation.opened': { ...opened, guard: 'noticeOver' },
      },
    },
    ready: {
      meta: coordinator,
      on: { 'deliberation.opened': { ...opened, guard: 'partiesPresent' } },
    },
  },
})

const voting = base.createStateConfig({
  meta: coordinator,
  on: {
    'deliberation.voted': { guard: 'mayVote', actions: 'keepBallot' },
    'deliberation.voteClosed': { ...voteEnded, guard: 'mayCloseVote' },
    'clock.expired.vote': voteEnded,
  },
})

const counted = base.createStateConfig({
  meta: coordinator,
  always: [
    {
      guard: 'quorumMissed',
      target: 'notQuorate',
      actions: { type: 'startClock', params: { clock: 'again' } },
    },
    {
      guard: 'majorityAgrees',
      target: 'resolved',
      actions: { type: 'startClock', params: { clock: 'resolution' } },
    },
    {
      guard: 'majorityLacks',
      target: 'rejected',
      actions: { type: 'tell', params: tellRejected('rejected') },
    },
  ],
})

const published = base.createStateConfig({
  initial: 'quiet',
  meta: coordinator,
  on: {
    'clock.expired.objection': {
      actions: ['endObjections', { type: 'stopClock', params: { clock: 'objection' } }],
    },
  },
  states: {
    quiet: {
      meta: coordinator,
      always: [
        {
          guard: 'nothingToDo',
          target: '#deliberation.done',
          actions: { type: 'tell', params: tellDone },
        },
        {
          guard: 'publicationOver',
          target: '#deliberation.carryingOut',
          actions: [
            { type: 'startClock', params: { clock: 'carryOut' } },
            startTask,
            { type: 'notify', params: notifyOwners },
          ],
        },
      ],
      on: {
        'deliberation.objected': {
          target: 'disputed',
          guard: 'inObjectionTime',
          actions: ['keepObjection', { type: 'startClock', params: { clock: 'hearing' } }],
        },
      },
    },
    disputed: {
      meta: coordinator,
      always: {
        guard: 'allHeard',
        target: 'quiet',
        actions: { type: 'stopClock', params: { clock: 'hearing' } },
      },
      on: {
        'deliberation.objected': { guard: 'inObjectionTime', actions: 'keepObjection' },
        'deliberation.dismissed': { guard: 'objectionOpen', actions: 'keepDismissal' },
        'deliberation.upheld': {
          target: '#deliberation.gathering',
          guard: 'objectionOpen',
          actions: [
            'forgetMeeting',
            stopAll,
            { type: 'startClock', params: { clock: 'gather' } },
            { type: 'notify', params: notifyPlace('upheld') },
          ],
        },
      },
    },
  },
})

const carryingOut = base.createStateConfig({
  meta: coordinator,
  always: {
    guard: 'allTasksDone',
    target: 'done',
    actions: { type: 'tell', params: tellDone },
  },
  on: {
    'deliberation.taskAdded': { actions: ['keepTask', startTask] },
    'deliberation.taskDone': {
      guard: 'taskOpen',
      actions: [{ type: 'tell', params: concludeReferral }, 'closeTask', startTask],
    },
    'deliberation.taskReferred': {
      guard: 'taskUnreferred',
      actions: ['keepReferral', { type: 'open', params: openReferral }],
    },
    'deliberation.referralAnswered': { guard: 'taskReferred', actions: 'keepAnswer' },
    'deliberation.referralSentBack': { guard: 'taskReferred', actions: 'takeTaskBack' },
    'deliberation.referralReturned': { guard: 'taskReferred', actions: 'keepReturn' },
    'deliberation.extended': {
      guard: 'taskReferred',
      actions: {
        type: 'extendClock',
        params: ({ event }) => ({
          clock: 'task',
          by: { amount: event.data.amount, unit: event.data.unit },
        }),
      },
    },
  },
})

/** The machine of a deliberation. */
export const machine = base.createMachine({
  id: 'deliberation',
  context: beginning,
  initial: 'new',
  on: {
    'deliberation.left': { actions: 'letAppealGo' },
    'deliberation.noted': { actions: 'countNote' },
    'effect.refused': { actions: 'keepUntold' },
  },
  states: {
    new: {
      on: {
        'deliberation.proposed': {
          target: 'proposed',
          guard: 'ruleKnown',
          actions: [
            'keepTopic',
            { type: 'startClock', params: { clock: 'accept' } },
            { type: 'notify', params: notifyPlace('proposed') },
          ],
        },
      },
    },
    proposed: {
      meta: coordinator,
      on: {
        'deliberation.accepted': resumed,
        'deliberation.joined': joined,
        'deliberation.postponed': postponed,
        'deliberation.declined': declined,
        'deliberation.cancelled': cancelled,
      },
    },
    gathering: {
      meta: coordinator,
      on: {
        'deliberation.joined': joined,
        'deliberation.scheduled': {
          target: 'scheduled',
          guard: 'meetingFits',
          actions: ['keepMeeting', ...called],
        },
        'deliberation.postponed': postponed,
        'deliberation.declined': declined,
        'deliberation.cancelled': cancelled,
      },
    },
    postponed: {
      meta: coordinator,
      on: {
        'deliberation.joined': joined,
        'deliberation.takenUp': resumed,
        'clock.expired.postponed': resumed,
        'deliberation.declined': declined,
        'deliberation.cancelled': cancelled,
      },
    },
    scheduled,
    open: {
      meta: coordinator,
      on: {
        'deliberation.signedIn': { actions: 'keepPresence' },
        'deliberation.voteOpened': {
          target: 'voting',
          actions: [
            stopAll,
            {
              type: 'startClock',
              params: ({ context }) => ({ clock: 'vote', limit: `vote.${context.matter}` }),
            },
          ],
        },
        'deliberation.postponed': postponed,
        'deliberation.declined': declined,
        'deliberation.cancelled': cancelled,
      },
    },
    voting,
    counting: {
      meta: coordinator,
      on: {
        'deliberation.counted': {
          target: 'counted',
          guard: 'totalsFit',
          actions: ['keepTotals', stopAll],
        },
      },
    },
    counted,
    notQuorate: {
      meta: coordinator,
      on: {
        'deliberation.calledAgain': {
          target: 'scheduled',
          guard: 'meetingFits',
          actions: ['keepNextMeeting', ...called],
        },
        'deliberation.dropped': {
          target: 'dropped',
          actions: { type: 'tell', params: tellRejected('cancelled') },
        },
      },
    },
    resolved: {
      meta: coordinator,
      on: {
        'deliberation.published': {
          target: 'published',
          actions: [
            'keepResolution',
            stopAll,
            { type: 'startClock', params: { clock: 'objection' } },
            { type: 'tell', params: tellResolved },
            { type: 'notify', params: notifyPlace('published') },
          ],
        },
      },
    },
    published,
    carryingOut,
    done: { type: 'final' },
    rejected: { type: 'final' },
    declined: { type: 'final' },
    cancelled: { type: 'final' },
    dropped: { type: 'final' },
  },
})

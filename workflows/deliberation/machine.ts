// How a topic is deliberated: from the proposal over meeting, vote and publication to the tasks
// that follow. Clocks are started and stopped on transitions only.
import { beginning } from './context.ts'
import {
  base,
  called,
  cancelled,
  coordinator,
  declined,
  joined,
  postponed,
  resumed,
  stopAll,
} from './deliberation-setup.ts'
import { counted, open, scheduled, voting } from './meeting-stages.ts'
import { carryingOut, published } from './outcome-stages.ts'
import { notifyPlace, tellRejected, tellResolved } from './outgoing.ts'

const meetingFits = {
  type: 'mayMeet',
  params: { all: ['meetingFits', 'bodyNamed', 'bodyActive', 'votersKnown'] },
} as const

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
          guard: { type: 'mayPropose', params: { all: ['ruleKnown', 'bodyActive'] } },
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
      always: { ...resumed, guard: 'enoughSupport' },
      on: {
        'deliberation.supported': { guard: 'maySupport', actions: 'keepSupport' },
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
          guard: meetingFits,
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
    open,
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
          guard: meetingFits,
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

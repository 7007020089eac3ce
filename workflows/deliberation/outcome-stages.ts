// The states after a resolution: published with its objections, and carried out.
import { base, coordinator, startTask, stopAll } from './deliberation-setup.ts'
import {
  concludeReferral,
  notifyOwners,
  notifyPlace,
  openProject,
  openReferral,
  tellDone,
} from './outgoing.ts'

/** The resolution is public; objections are heard. */
export const published = base.createStateConfig({
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

/** What was resolved is carried out. */
export const carryingOut = base.createStateConfig({
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
    'deliberation.projectBegun': {
      guard: 'taskUnreferred',
      actions: ['keepProject', { type: 'open', params: openProject }],
    },
    'deliberation.projectEnded': { guard: 'taskPlanned', actions: ['endProject', startTask] },
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

// The commands that every open state takes, whatever stage the handling is at.
import { assign } from 'xstate'
import {
  appealSetup,
  changing,
  endAs,
  firstContact,
  pauseAll,
  stop,
  waitForResident,
  waitNoLonger,
} from './appeal-setup.ts'
import { classified, having, pending, union } from './context.ts'
import { absorbs, hasEnded, tellReferrals, toHandlers, toReporter, toRole } from './outgoing.ts'
import { released } from './supervision.ts'

const milestone = (clock: string) =>
  ({
    guard: { type: 'milestoneRuns', params: { clock } },
    actions: { type: 'stopClock', params: { clock } },
  }) as const

/** Beside the stages: contact, ownership, pauses, supervision, and the ways out of `open`. */
export const whileOpen = appealSetup.createStateConfig({
  on: {
    'appeal.classified': {
      guard: 'handledHere',
      actions: assign(({ context, event }) => classified(context, event.data)),
    },
    'appeal.taken': {
      guard: 'handledHere',
      actions: assign(({ context, event }) =>
        having(context, 'team', { owner: event.by.person ?? context.team.owner }),
      ),
    },
    'appeal.assigned': {
      guard: 'handledHere',
      actions: [
        assign(({ context, event }) => having(context, 'team', { owner: event.data.person })),
        {
          type: 'notify',
          params: ({ event: { data } }) => ({
            to: { person: data.person },
            text: 'assigned',
            with: {},
          }),
        },
      ],
    },
    'appeal.coOwned': {
      guard: 'handledHere',
      actions: [
        assign(({ context, event }) =>
          having(context, 'team', { stewards: union(context.team.stewards, [event.data.steward]) }),
        ),
        {
          type: 'notify',
          params: ({ event: { data } }) => ({
            to: { person: data.steward },
            text: 'coOwned',
            with: {},
          }),
        },
      ],
    },
    'appeal.contacted': {
      guard: 'handledHere',
      actions: [stop('contact'), changing(firstContact)],
    },
    'appeal.urged': {
      guard: 'handledHere',
      actions: [
        assign(({ context }) => having(context, 'counts', { urged: context.counts.urged + 1 })),
        { type: 'tell', params: ({ context }) => tellReferrals(pending(context), 'urge') },
        { type: 'notify', params: ({ context }) => toHandlers(context, 'urged') },
      ],
    },
    'appeal.residentAsked': {
      guard: 'mayAsk',
      actions: [
        ...waitForResident,
        { type: 'notify', params: ({ context }) => toReporter(context, 'asked') },
      ],
    },
    'appeal.residentAnswered': { guard: 'wasAsked', actions: waitNoLonger(null) },
    'appeal.goneOn': { guard: 'isWaiting', actions: waitNoLonger(null) },
    'clock.expired.resident': { actions: waitNoLonger('lapsed') },
    'clock.expired.verify': {
      actions: {
        type: 'notify',
        params: ({ context }) => toRole(context, 'coordinator', 'verifyLate'),
      },
    },
    'clock.warned.handle': {
      actions: { type: 'notify', params: ({ context }) => toHandlers(context, 'handleSoon') },
    },
    'clock.expired.handle': {
      actions: {
        type: 'notify',
        params: ({ context }) => [
          toRole(context, 'supervisor', 'overdue'),
          ...toHandlers(context, 'overdue'),
        ],
      },
    },
    'appeal.workStopped': milestone('stop'),
    'appeal.penalised': milestone('penalise'),
    'appeal.demolished': milestone('demolish'),
    'appeal.supervised': {
      guard: 'handledHere',
      actions: [
        assign(({ context, event }) =>
          having(context, 'marks', { supervised: { reason: event.data.reason } }),
        ),
        {
          type: 'notify',
          params: ({ context }) => toRole(context, 'coordinator', 'supervised'),
        },
      ],
    },
    'appeal.released': {
      guard: 'supervised',
      actions: assign(({ context, event }) => released(context, event.clocks)),
    },
    'appeal.suspended': {
      target: '#appeal.suspended',
      guard: 'endsInTime',
      actions: [
        ...pauseAll,
        {
          type: 'startClock',
          params: ({ event }) => ({ clock: 'suspended', until: Date.parse(event.data.until) }),
        },
      ],
    },
    'appeal.withdrawn': {
      target: '#appeal.withdrawn',
      guard: 'handledHere',
      actions: endAs('withdrawn'),
    },
    'appeal.merged': [
      {
        target: '#appeal.merged',
        guard: 'originalFits',
        actions: [
          ...pauseAll,
          assign(({ context, event }) =>
            having(context, 'ties', { original: event.data.original ?? null }),
          ),
          {
            type: 'tell',
            params: ({ event }) => absorbs(event.data.original, event.stream),
          },
          { type: 'notify', params: ({ context }) => toReporter(context, 'merged') },
        ],
      },
      {
        target: '#appeal.mergedOutside',
        guard: 'isAdopted',
        actions: [
          assign(({ context, event }) => ({
            ...having(context, 'ties', {
              original: event.data.original ?? null,
              external: event.data.external ?? null,
            }),
            ...having(context, 'closing', { how: 'merged', at: event.at }),
          })),
          {
            type: 'tell',
            params: ({ event }) =>
              hasEnded(event.facts) ? [] : absorbs(event.data.original, event.stream),
          },
        ],
      },
    ],
    'appeal.succeeded': {
      guard: 'mayAbsorb',
      actions: assign(({ context, event }) =>
        having(context, 'ties', { merged: union(context.ties.merged, event.data.merged) }),
      ),
    },
  },
})

// How an appeal lives. One region: `open` is compound with its history inside, so that
// `suspended` and `merged` beside it come back to where the case stood. Words from referrals,
// topics and merged cases are taken in every state; `always` goes on from them once the case
// stands where they matter.

import { iso } from '@linli/workflow'
import { assign } from 'xstate'
import {
  appealSetup,
  changing,
  close,
  closedAs,
  endWaiting,
  nextRound,
  resumeAll,
  standAlone,
  start,
  startHandle,
  stop,
} from './appeal-setup.ts'
import { adopted, EMPTY, having, reported, union } from './context.ts'
import { everywhere } from './messages.ts'
import { whileOpen } from './open-commands.ts'
import { lettingGo, toReporter, toRole } from './outgoing.ts'
import {
  deliberation,
  followUp,
  grid,
  outside,
  referral,
  reported as reportedStage,
} from './stages.ts'

export const machine = appealSetup.createMachine({
  id: 'appeal',
  context: EMPTY,
  initial: 'new',
  ...everywhere,
  states: {
    new: {
      on: {
        'appeal.reported': {
          target: 'open.reported',
          actions: [
            assign(({ event }) => reported(event)),
            start('contact'),
            start('verify'),
            {
              type: 'notify',
              params: ({ context }) =>
                context.about.urgent ? [toRole(context, 'grid-worker', 'urgent')] : [],
            },
          ],
        },
        'appeal.adopted': {
          target: 'open.outside',
          actions: assign(({ event }) => adopted(event)),
        },
      },
    },
    open: {
      initial: 'reported',
      ...whileOpen,
      states: {
        reported: reportedStage,
        grid,
        deliberation,
        referral,
        followUp,
        outside,
        past: { type: 'history', history: 'deep' },
      },
    },
    suspended: {
      meta: { responsible: 'coordinator' },
      on: {
        'appeal.resumed': { target: 'open.past', actions: resumeAll },
        'clock.expired.suspended': { target: 'open.past', actions: resumeAll },
        'appeal.residentAnswered': { guard: 'wasAsked', actions: endWaiting },
      },
    },
    merged: {
      meta: { responsible: 'coordinator', follows: 'original' },
      on: {
        'appeal.unmerged': {
          target: 'open.past',
          actions: [
            { type: 'tell', params: ({ context, event }) => lettingGo(context, event.stream) },
            changing(standAlone),
            ...resumeAll,
          ],
        },
        'appeal.originalClosed': [
          {
            target: 'closed',
            guard: 'closesWithOriginal',
            actions: [
              ...close,
              changing(closedAs('withOriginal')),
              { type: 'notify', params: ({ context }) => toReporter(context, 'originalClosed') },
            ],
          },
          {
            target: 'open.past',
            guard: 'fromOriginal',
            actions: [changing(standAlone), ...resumeAll],
          },
        ],
        'appeal.succeeded': {
          target: 'open.past',
          guard: 'fromOriginal',
          actions: [
            assign(({ context, event }) =>
              having(context, 'ties', {
                original: null,
                merged: union(context.ties.merged, event.data.merged),
              }),
            ),
            ...resumeAll,
            {
              type: 'notify',
              params: ({ context }) => toRole(context, 'coordinator', 'succeeded'),
            },
          ],
        },
        'appeal.followed': {
          actions: assign(({ context, event }) =>
            having(context, 'ties', { original: event.data.original }),
          ),
        },
        'appeal.residentAnswered': { guard: 'wasAsked', actions: endWaiting },
        'effect.refused': {
          target: 'open.past',
          guard: 'absorbRefused',
          actions: [changing(standAlone), ...resumeAll],
        },
      },
    },
    closed: {
      meta: { responsible: 'resident' },
      on: {
        'appeal.reopened': {
          target: 'open.grid',
          guard: 'inReopenLimit',
          actions: [
            stop('reopen'),
            changing(
              standAlone,
              ({ context, event }) => ({
                closing: EMPTY.closing,
                ...having(context, 'about', { requestedAt: iso(event.at) }),
                ...having(context, 'counts', { reopened: context.counts.reopened + 1 }),
              }),
              nextRound,
            ),
            startHandle,
            start('decide'),
          ],
        },
        'clock.expired.reopen': { target: 'archived' },
      },
    },
    archived: { type: 'final' },
    rejected: { type: 'final' },
    withdrawn: { type: 'final' },
    mergedOutside: { type: 'final' },
  },
})

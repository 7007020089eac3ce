// Words from other instances: referrals, topics, merged cases, and refused effects. An appeal
// takes them in every state, so that none is lost while it is suspended or merged.
import { assign } from 'xstate'
import { appealSetup } from './appeal-setup.ts'
import { changed, having, heard, union } from './context.ts'
import { toRole } from './outgoing.ts'
import { daysOf } from './rules.ts'
import { keepLate } from './supervision.ts'

/** What an appeal takes wherever it stands, notes and files included. */
export const everywhere = appealSetup.createStateConfig({
  on: {
    'appeal.noted': {},
    'appeal.attached': {},
    'appeal.referralAnswered': {
      guard: 'knowsReferral',
      actions: assign(({ context, event: { data } }) => ({
        ...having(context, 'counts', { answers: context.counts.answers + 1 }),
        referrals: changed(context, data.referral, { status: 'answered', outcome: data.outcome }),
      })),
    },
    'appeal.referralSentBack': {
      guard: 'waitsForUnit',
      actions: assign(({ context, event: { data } }) => ({
        ...having(context, 'counts', { sentBack: context.counts.sentBack + 1 }),
        referrals: changed(context, data.referral, { status: 'sentBack' }),
      })),
    },
    'appeal.referralReturned': {
      guard: 'hasAnswer',
      actions: assign(({ context, event: { data } }) => ({
        referrals: changed(context, data.referral, { status: 'out', outcome: null }),
      })),
    },
    'appeal.extended': {
      guard: 'extensionFits',
      actions: [
        assign(({ context, event }) => ({
          ...keepLate(context, event.clocks),
          ...having(context, 'counts', {
            extendedDays: context.counts.extendedDays + daysOf(event.data),
          }),
        })),
        {
          type: 'extendClock',
          params: ({ event: { data } }) => ({
            clock: 'handle',
            by: { amount: data.amount, unit: data.unit },
          }),
        },
      ],
    },
    'appeal.deliberationResolved': [
      {
        guard: 'isOurTopic',
        actions: assign(({ context, event }) => heard(context, 'resolved', event.data.units)),
      },
      {},
    ],
    'appeal.deliberationRejected': [
      {
        guard: 'isOurTopic',
        actions: assign(({ context, event }) => heard(context, event.data.outcome)),
      },
      {},
    ],
    'appeal.deliberationDone': {},
    'appeal.absorbed': {
      guard: 'mayAbsorb',
      actions: assign(({ context, event }) =>
        having(context, 'ties', { merged: union(context.ties.merged, [event.data.appeal]) }),
      ),
    },
    'appeal.letGo': {
      actions: assign(({ context, event }) =>
        having(context, 'ties', {
          merged: context.ties.merged.filter((appeal) => appeal !== event.data.appeal),
        }),
      ),
    },
    'effect.refused': [
      {
        guard: 'dispatchRefused',
        actions: [
          assign(({ context, event }) => ({
            referrals: changed(context, event.data.instance, { status: 'refused' }),
          })),
          {
            type: 'notify',
            params: ({ context }) => toRole(context, 'coordinator', 'dispatchRefused'),
          },
        ],
      },
      {
        guard: 'joinRefused',
        actions: assign(({ context }) => heard(context, 'refused')),
      },
    ],
  },
})

// The stages of the handling: what each takes beside what every open state takes.
import { assign } from 'xstate'
import {
  appealSetup,
  beginFollowUp,
  changing,
  close,
  closedAs,
  endAs,
  firstContact,
  followUpRecorded,
  redo,
  restartHandle,
  sendOut,
  start,
  startClosing,
  startHandling,
  stop,
} from './appeal-setup.ts'
import { UNCLASSIFIED } from './category.ts'
import { classified, having, heard, union } from './context.ts'
import { leaving, toReporter } from './outgoing.ts'
import { isSigned, signatureOf } from './supervision.ts'

const toFollowUp = { target: '#appeal.open.followUp' } as const

export const reported = appealSetup.createStateConfig({
  meta: { responsible: 'grid-worker' },
  on: {
    'appeal.verified': {
      target: '#appeal.open.grid',
      actions: [
        assign(({ context, event }) => classified(context, event.data)),
        stop('verify'),
        start('decide'),
      ],
    },
    'appeal.rejected': { target: '#appeal.rejected', actions: endAs('rejected') },
  },
})

export const grid = appealSetup.createStateConfig({
  meta: { responsible: 'grid-worker' },
  on: {
    'appeal.referred': {
      target: '#appeal.open.referral',
      guard: 'unitsFit',
      actions: [stop('decide'), startHandling, ...sendOut],
    },
    'appeal.deliberated': {
      target: '#appeal.open.deliberation',
      actions: [
        stop('decide'),
        start('deliberate'),
        assign(({ context, event }) => ({
          deliberation: { id: event.data.topic, outcome: null, units: [] },
          deliberations: union(context.deliberations, [event.data.topic]),
        })),
        {
          type: 'tell',
          params: ({ context, event }) => ({
            instance: event.data.topic,
            command: 'join',
            with: {
              appeal: event.stream,
              place: context.about.place,
              category: context.about.category ?? UNCLASSIFIED,
            },
          }),
        },
      ],
    },
    'appeal.solved': { ...toFollowUp, actions: [stop('decide'), ...beginFollowUp] },
    'appeal.rejected': { target: '#appeal.rejected', actions: endAs('rejected') },
  },
})

export const deliberation = appealSetup.createStateConfig({
  meta: { responsible: 'coordinator' },
  on: {
    'appeal.takenBack': {
      actions: [
        { type: 'tell', params: ({ context, event }) => leaving(context, event.stream) },
        assign(({ context }) => heard(context, 'takenBack')),
      ],
    },
  },
  always: [
    {
      target: '#appeal.open.referral',
      guard: 'resolvedToUnits',
      actions: [stop('deliberate'), startHandling, ...sendOut],
    },
    { ...toFollowUp, guard: 'resolved', actions: [stop('deliberate'), ...beginFollowUp] },
    {
      target: '#appeal.open.grid',
      guard: 'notResolved',
      actions: [stop('deliberate'), start('decide')],
    },
  ],
})

export const referral = appealSetup.createStateConfig({
  meta: { responsible: 'unit' },
  on: {
    'appeal.referred': {
      guard: 'unitsFit',
      actions: sendOut,
    },
  },
  always: [
    { ...toFollowUp, guard: 'allAnswered', actions: beginFollowUp },
    { target: '#appeal.open.grid', guard: 'nobodyLeft', actions: start('decide') },
  ],
})

export const followUp = appealSetup.createStateConfig({
  meta: { responsible: 'coordinator' },
  on: {
    'appeal.followedUp': [
      {
        target: '#appeal.closed',
        guard: 'closesNow',
        actions: [
          stop('contact'),
          ...close,
          changing(followUpRecorded, firstContact, closedAs('solved')),
        ],
      },
      {
        target: '#appeal.closed',
        guard: 'endsUnanswered',
        actions: [
          ...close,
          changing(followUpRecorded, closedAs('unanswered')),
          { type: 'notify', params: ({ context }) => toReporter(context, 'closedUnanswered') },
        ],
      },
      { guard: 'unanswered', actions: changing(followUpRecorded) },
      {
        guard: 'answered',
        actions: [stop('contact'), ...startClosing, changing(followUpRecorded, firstContact)],
      },
    ],
    'appeal.signed': {
      guard: 'maySign',
      actions: assign(({ context, event }) => {
        const signature = signatureOf(context, event.by)
        if (signature === undefined) return {}
        return having(context, 'team', { signatures: [...context.team.signatures, signature] })
      }),
    },
    'appeal.closed': {
      target: '#appeal.closed',
      guard: { type: 'mayClose', params: { all: ['followedUp', 'released', 'signed'] } },
      actions: [
        ...close,
        changing(
          ({ context, event }) =>
            having(context, 'closing', {
              overridden:
                event.type === 'appeal.closed' &&
                event.data.override !== undefined &&
                !isSigned(context),
            }),
          closedAs(),
        ),
      ],
    },
    'appeal.redone': [
      {
        target: '#appeal.open.referral',
        guard: 'redoToUnits',
        actions: [...redo, ...sendOut],
      },
      {
        target: '#appeal.open.grid',
        guard: 'redoToGrid',
        actions: [...redo, start('decide')],
      },
    ],
  },
  always: {
    target: '#appeal.open.referral',
    guard: 'answerReturned',
    actions: [stop('followUp'), stop('close'), restartHandle],
  },
})

export const outside = appealSetup.createStateConfig({
  meta: { responsible: 'unit', follows: 'unit' },
  on: {
    'appeal.answeredOutside': {
      actions: assign(({ context: { outside }, event }) => ({
        outside: outside === null ? null : { ...outside, meaning: event.data.meaning ?? null },
      })),
    },
    'appeal.archived': {
      target: '#appeal.archived',
      actions: assign(({ context, event }) =>
        having(context, 'closing', { how: 'outside', at: event.at }),
      ),
    },
  },
})

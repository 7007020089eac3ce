// How an appeal lives. One region: `open` is compound with its history inside, so that
// `suspended` and `merged` beside it come back to where the case stood. Words from referrals,
// topics and merged cases are taken in every state; `always` goes on from them once the case
// stands where they matter.
import {
  appealSetup,
  beginFollowUp,
  beginRound,
  closeAs,
  contacted,
  dispatch,
  endAs,
  pauseAll,
  restartHandle,
  resumeAll,
  startClosing,
  startHandle,
  startHandling,
  waitForResident,
  waitNoLonger,
} from './appeal-setup.ts'
import { changed, EMPTY, followed, live, pending, referred } from './context.ts'
import {
  adopted,
  reported,
  resolvedUnits,
  succeeding,
  union,
  without,
} from './context-change.ts'
import { leaving, referralId, tellReferrals, toHandlers, toReporter, toRole } from './outgoing.ts'
import { afterUnhappy, isSupervised, keepLate, released, signatureOf } from './supervision.ts'

const { assign } = appealSetup
const stop = (clock: string) => ({ type: 'stopClock', params: { clock } }) as const
const start = (clock: string) => ({ type: 'startClock', params: { clock } }) as const

export const machine = appealSetup.createMachine({
  id: 'appeal',
  context: EMPTY,
  initial: 'new',
  on: {
    'appeal.noted': {},
    'appeal.attached': {},
    'appeal.referralAnswered': {
      guard: 'knowsReferral',
      actions: assign(({ context, event: { data } }) => ({
        answers: context.answers + 1,
        referrals: changed(context, data.referral, { status: 'answered', outcome: data.outcome }),
      })),
    },
    'appeal.referralSentBack': {
      guard: 'waitsForUnit',
      actions: assign(({ context, event: { data } }) => ({
        sentBack: context.sentBack + 1,
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
          extendedDays: context.extendedDays + daysOf(event.data),
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
  },
  states: {},
})

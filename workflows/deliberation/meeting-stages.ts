// The states of a meeting: called, open, voting, counted.
import {
  base,
  cancelled,
  coordinator,
  declined,
  delegating,
  opened,
  postponed,
  readied,
  stopAll,
  voteEnded,
} from './deliberation-setup.ts'
import { tellRejected } from './outgoing.ts'

const signedIn = { guard: 'isOfParty', actions: 'keepPresence' } as const

/** A meeting is called: notice, then ready to open. */
export const scheduled = base.createStateConfig({
  initial: 'notice',
  meta: coordinator,
  on: {
    ...delegating,
    'deliberation.signedIn': signedIn,
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
      on: {
        'deliberation.opened': {
          ...opened,
          guard: { type: 'mayOpen', params: { all: ['partiesPresent', 'bodyAttends'] } },
        },
      },
    },
  },
})

/** The meeting is open: whoever comes late still signs in. */
export const open = base.createStateConfig({
  meta: coordinator,
  on: {
    ...delegating,
    'deliberation.signedIn': signedIn,
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
})

/** Votes are given; a vote can be changed until it is closed. */
export const voting = base.createStateConfig({
  meta: coordinator,
  on: {
    ...delegating,
    'deliberation.voted': {
      guard: {
        type: 'mayVote',
        params: { all: ['isVoter', 'inVoteTime', 'ownVote', 'ballotFits', 'onlyOnce'] },
      },
      actions: 'keepBallot',
    },
    'deliberation.voteClosed': { ...voteEnded, guard: 'mayCloseVote' },
    'clock.expired.vote': voteEnded,
  },
})

/** Counted: what the votes say. Nothing stays here. */
export const counted = base.createStateConfig({
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

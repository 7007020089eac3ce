// The types, actions and guards of the appeal's machine, and the action lists its states share.
// Clocks start and stop on transitions: coming back by history runs entry actions again.
import {
  coreActions,
  type EventsOf,
  isCounting,
  type Recorded,
  type Sealed,
  type StateMeta,
} from '@linli/workflow'
import { setup } from 'xstate'
import { categoryOf } from './category.ts'
import type { commands, Unit } from './commands.ts'
import {
  type ClosedHow,
  type Context,
  followed,
  having,
  lastUnits,
  live,
  referred,
} from './context.ts'
import { guards } from './guards.ts'
import { closing, dispatches, ending, referralId, tellReferrals, toReporter } from './outgoing.ts'
import { handleLimit, type Rules } from './rules.ts'
import { afterUnhappy, keepLate } from './supervision.ts'

/** What the machine reacts to. */
type AppealEvents = EventsOf<'appeal', typeof commands, Rules>

/** `appealSetup` is what states are written with. */
export const appealSetup = setup({
  types: {} as { context: Context; events: AppealEvents; meta: StateMeta },
  actions: coreActions,
  guards,
})
const { assign } = appealSetup

/** What an action or a change of the context is made from. */
export type Given = { context: Context; event: AppealEvents }
/** What changes in a context. */
export type Change = (given: Given) => Partial<Context>

/**
 * Several changes as one `assign`, each on what those before it made: XState copies its snapshot
 * for every assign, which is a good part of a step.
 */
export const changing = (...changes: readonly Change[]) =>
  assign(({ context, event }) => {
    let next = context
    for (const change of changes) next = { ...next, ...change({ context: next, event }) }
    return next
  })

/** Starts a clock under the limit of its name. */
export const start = (clock: string) => ({ type: 'startClock', params: { clock } }) as const
/** Stops a clock, whether or not it was started. */
export const stop = (clock: string) => ({ type: 'stopClock', params: { clock } }) as const

const MILESTONES = ['stop', 'penalise', 'demolish'] as const
/** What waits while the resident is asked; every other clock goes on. */
const WAITING_FOR_RESIDENT: ReadonlySet<string> = new Set([
  'verify',
  'decide',
  'handle',
  ...MILESTONES,
])
const others = ({ event }: Given) => ({
  except: Object.keys(event.clocks).filter((clock) => !WAITING_FOR_RESIDENT.has(clock)),
})

const handleClock = ({ context, event }: Given) => ({
  clock: 'handle',
  limit: handleLimit(context.about, event.policy),
})

/** Starts the handle clock at the first referral, and the milestones of the category. */
export const startHandling = {
  type: 'startClock',
  params: ({ context, event }: Given) => {
    const { handle } = event.clocks
    const milestones = categoryOf(context.about.category)?.milestones ?? []
    const fresh = milestones.filter((clock) => event.clocks[clock] === undefined)
    const clocks: { clock: string; limit?: string }[] = fresh.map((clock) => ({ clock }))
    if (handle === undefined || handle.status === 'stopped') {
      clocks.unshift(handleClock({ context, event }))
    }
    return clocks
  },
} as const

/** Starts the handle clock, or its next round, under the limit of the category. */
export const startHandle = { type: 'startClock', params: handleClock } as const

/** An answer that was returned was none: the handle clock goes on to its old end. */
export const restartHandle = {
  type: 'startClock',
  params: ({ event }: Given) => ({
    clock: 'handle',
    limit: 'handle.returned',
    until: event.clocks.handle?.dueAt ?? event.at,
  }),
} as const

/** After a follow-up is recorded somebody still has to close or redo: a limit of its own. */
export const startClosing = [
  stop('followUp'),
  {
    type: 'startClock',
    params: ({ event }: Given) => (isCounting(event.clocks.close) ? [] : [{ clock: 'close' }]),
  },
] as const

const followUpAnew = ({ context }: Given): Partial<Context> => ({
  ...having(context, 'followUp', { tries: 0, followedUp: null }),
  ...having(context, 'team', { signatures: [] }),
})

/** The handling is over: from whichever state the follow-up begins. */
export const beginFollowUp = [stop('handle'), start('followUp'), changing(followUpAnew)] as const

/** What a new round of handling changes; a late round before it is not forgotten. */
export const nextRound = ({ context, event }: Given): Partial<Context> => ({
  ...keepLate(context, event.clocks),
  round: context.round + 1,
  referrals: context.referrals.map((referral) =>
    referral.status === 'out' || referral.status === 'answered'
      ? { ...referral, status: 'superseded' }
      : referral,
  ),
  ...followUpAnew({ context, event }),
  ...having(context, 'closing', { overridden: false }),
})

/** Opens a referral for each unit that the event sends the case to. */
export const sendOut = [
  changing(({ context, event }) => {
    const fresh = referred(context, goingOut(context, event).units, referralId(event.eventId))
    return { referrals: [...context.referrals, ...fresh] }
  }),
  {
    type: 'open',
    params: ({ context, event }: Given) => {
      const { units, note } = goingOut(context, event)
      const fresh = context.referrals.slice(context.referrals.length - units.length)
      return dispatches(context, event, { referrals: fresh, note })
    },
  },
] as const

/** What closing changes; without `how` it is what the last follow-up said. */
export const closedAs =
  (how?: ClosedHow): Change =>
  ({ context, event }) => {
    const followedUp = context.followUp.followedUp === 'good' ? 'solved' : 'unanswered'
    return {
      ...having(context, 'closing', { how: how ?? followedUp, at: event.at }),
      ...having(context, 'marks', { asking: null }),
    }
  }

/** Ends the handling for now: closed until the reopening limit is over. */
export const close = [
  { type: 'stopClocks', params: {} },
  start('reopen'),
  { type: 'tell', params: ({ context, event }: Given) => closing(context, event.stream) },
] as const

/** Ends the case for good without its being handled. */
export const endAs = (how: 'rejected' | 'withdrawn') =>
  [
    {
      type: 'tell',
      params: ({ context, event }: Given) => ending(context, event.stream, how),
    },
    {
      type: 'notify',
      params: ({ context }: Given) => (how === 'rejected' ? toReporter(context, how) : []),
    },
    changing(closedAs(how)),
  ] as const

const tellLive = (command: 'pause' | 'resume' | 'supersede') =>
  ({
    type: 'tell',
    params: ({ context }: Given) => tellReferrals(live(context), command),
  }) as const

/** Stops counting for a while; the referrals wait too. */
export const pauseAll = [{ type: 'pauseClocks', params: {} }, tellLive('pause')] as const

/** Goes on after a pause, but for what waits for the resident's answer. */
export const resumeAll = [
  stop('suspended'),
  {
    type: 'resumeClocks',
    params: ({ context }: Given) => ({
      except: context.marks.asking === 'waiting' ? [...WAITING_FOR_RESIDENT] : [],
    }),
  },
  tellLive('resume'),
] as const

const asking = (now: Context['marks']['asking']) =>
  changing(({ context }) => having(context, 'marks', { asking: now }))

/** The resident is asked: what depends on the answer waits. */
export const waitForResident = [
  { type: 'pauseClocks', params: others },
  start('resident'),
  asking('waiting'),
] as const

/** What waited for the resident goes on, with an answer or without. */
export const waitNoLonger = (now: 'lapsed' | null) =>
  [stop('resident'), { type: 'resumeClocks', params: others }, asking(now)] as const

/** The resident answers a case that waits as a whole: its other clocks stay paused. */
export const endWaiting = [stop('resident'), asking(null)] as const

/** A merged case goes its own way again. */
export const standAlone: Change = ({ context }) => having(context, 'ties', { original: null })

/** Keeps what was followed up; unhappy once too often puts the case under supervision. */
export const followUpRecorded: Change = ({ context, event }) => {
  if (event.type !== 'appeal.followedUp') return {}
  const kept = followed(context, event.data)
  if (event.data.solved === 'noAnswer') return kept
  return { ...kept, ...afterUnhappy({ ...context, ...kept }, event.policy) }
}

/** Sends the case round again: the units of the round before are released from it. */
export const redo = [
  stop('followUp'),
  stop('close'),
  tellLive('supersede'),
  changing(
    ({ context }) => having(context, 'counts', { redone: context.counts.redone + 1 }),
    nextRound,
  ),
  startHandle,
] as const

/** The first contact with whoever asked; later ones change nothing. */
export const firstContact: Change = ({ context, event }) =>
  context.marks.contactedAt === null ? having(context, 'marks', { contactedAt: event.at }) : {}

function goingOut(
  context: Context,
  event: AppealEvents,
): { units: readonly Recorded<Unit>[]; note: Sealed | undefined } {
  if (event.type === 'appeal.referred') return { units: event.data.units, note: event.data.note }
  if (event.type !== 'appeal.redone') {
    return { units: context.deliberation?.units ?? [], note: undefined }
  }
  return { units: event.data.units ?? lastUnits(context), note: event.data.note }
}

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
const { assign, enqueueActions } = appealSetup

const MILESTONES = ['stop', 'penalise', 'demolish'] as const
/** What waits while the resident is asked; every other clock goes on. */
const WAITING_FOR_RESIDENT: ReadonlySet<string> = new Set([
  'verify',
  'decide',
  'handle',
  ...MILESTONES,
])
const others = (clocks: object) =>
  Object.keys(clocks).filter((clock) => !WAITING_FOR_RESIDENT.has(clock))

/** Starts the handle clock at the first referral, and the milestones of the category. */
export const startHandling = enqueueActions(({ context, event, enqueue }) => {
  const handle = event.clocks.handle
  if (handle === undefined || handle.status === 'stopped') enqueue(startHandle)
  for (const clock of categoryOf(context.about.category)?.milestones ?? []) {
    if (event.clocks[clock] === undefined) enqueue({ type: 'startClock', params: { clock } })
  }
})

/** Starts the handle clock, or its next round, under the limit of the category. */
const startHandle = enqueueActions(({ context, event, enqueue }) => {
  const limit = handleLimit(context.about, event.policy)
  enqueue({ type: 'startClock', params: { clock: 'handle', limit } })
})

/** An answer that was returned was none: the handle clock goes on to its old end. */
export const restartHandle = enqueueActions(({ event, enqueue }) => {
  const until = event.clocks.handle?.dueAt ?? event.at
  enqueue({ type: 'startClock', params: { clock: 'handle', limit: 'handle.returned', until } })
})

/** After a follow-up is recorded somebody still has to close or redo: a limit of its own. */
export const startClosing = enqueueActions(({ event, enqueue }) => {
  enqueue({ type: 'stopClock', params: { clock: 'followUp' } })
  if (!isCounting(event.clocks.close)) enqueue({ type: 'startClock', params: { clock: 'close' } })
})

/** The handling is over: from whichever state the follow-up begins. */
export const beginFollowUp = enqueueActions(({ context, enqueue }) => {
  enqueue({ type: 'stopClock', params: { clock: 'handle' } })
  enqueue({ type: 'startClock', params: { clock: 'followUp' } })
  enqueue.assign({
    ...having(context, 'followUp', { tries: 0, followedUp: null }),
    ...having(context, 'team', { signatures: [] }),
  })
})

/** A new round of handling, after redo or reopening; a late round before it is not forgotten. */
export const beginRound = enqueueActions(({ context, event, enqueue }) => {
  enqueue.assign({
    ...keepLate(context, event.clocks),
    round: context.round + 1,
    referrals: context.referrals.map((referral) =>
      referral.status === 'out' || referral.status === 'answered'
        ? { ...referral, status: 'superseded' }
        : referral,
    ),
    ...having(context, 'followUp', { tries: 0, followedUp: null }),
    ...having(context, 'team', { signatures: [] }),
    ...having(context, 'closing', { overridden: false }),
  })
  enqueue(startHandle)
})

/** Opens a referral for each unit that the event sends the case to. */
export const sendOut = enqueueActions(({ context, event, enqueue }) => {
  const { units, note } = goingOut(context, event)
  const fresh = referred(context, units, referralId(event.eventId))
  enqueue.assign({ referrals: [...context.referrals, ...fresh] })
  enqueue({ type: 'open', params: dispatches(context, event, { referrals: fresh, note }) })
})

/** Ends the handling for now: closed until the reopening limit is over. */
export function closeAs(how?: ClosedHow) {
  return enqueueActions(({ context, event, enqueue }) => {
    const followedUp = context.followUp.followedUp === 'good' ? 'solved' : 'unanswered'

    enqueue({ type: 'stopClocks', params: {} })
    enqueue({ type: 'startClock', params: { clock: 'reopen' } })
    enqueue({ type: 'tell', params: closing(context, event.stream) })
    enqueue.assign({
      ...having(context, 'closing', { how: how ?? followedUp, at: event.at }),
      ...having(context, 'marks', { asking: null }),
    })
  })
}

/** Ends the case for good without its being handled. */
export function endAs(how: 'rejected' | 'withdrawn') {
  return enqueueActions(({ context, event, enqueue }) => {
    enqueue({ type: 'tell', params: ending(context, event.stream, how) })
    const told = how === 'rejected' ? toReporter(context, how) : []
    enqueue({ type: 'notify', params: told })
    enqueue.assign({
      ...having(context, 'closing', { how, at: event.at }),
      ...having(context, 'marks', { asking: null }),
    })
  })
}

/** Stops counting for a while; the referrals wait too. */
export const pauseAll = enqueueActions(({ context, enqueue }) => {
  enqueue({ type: 'pauseClocks', params: {} })
  enqueue({ type: 'tell', params: tellReferrals(live(context), 'pause') })
})

/** Goes on after a pause, but for what waits for the resident's answer. */
export const resumeAll = enqueueActions(({ context, enqueue }) => {
  const except = context.marks.asking === 'waiting' ? [...WAITING_FOR_RESIDENT] : []
  enqueue({ type: 'stopClock', params: { clock: 'suspended' } })
  enqueue({ type: 'resumeClocks', params: { except } })
  enqueue({ type: 'tell', params: tellReferrals(live(context), 'resume') })
})

/** The resident is asked: what depends on the answer waits. */
export const waitForResident = enqueueActions(({ context, event, enqueue }) => {
  enqueue({ type: 'pauseClocks', params: { except: others(event.clocks) } })
  enqueue({ type: 'startClock', params: { clock: 'resident' } })
  enqueue.assign(having(context, 'marks', { asking: 'waiting' }))
})

/** What waited for the resident goes on, with an answer or without. */
export function waitNoLonger(asking: 'lapsed' | null) {
  return enqueueActions(({ context, event, enqueue }) => {
    enqueue({ type: 'stopClock', params: { clock: 'resident' } })
    enqueue({ type: 'resumeClocks', params: { except: others(event.clocks) } })
    enqueue.assign(having(context, 'marks', { asking }))
  })
}

/** The resident answers a case that waits as a whole: its other clocks stay paused. */
export const endWaiting = enqueueActions(({ context, enqueue }) => {
  enqueue({ type: 'stopClock', params: { clock: 'resident' } })
  enqueue.assign(having(context, 'marks', { asking: null }))
})

/** A merged case goes its own way again. */
export const standAlone = assign(({ context }) => having(context, 'ties', { original: null }))

/** Keeps what was followed up; unhappy once too often puts the case under supervision. */
export const recordFollowUp = enqueueActions(({ event, enqueue }) => {
  if (event.type !== 'appeal.followedUp') return
  const { data, policy } = event
  enqueue.assign(({ context }) => followed(context, data))
  if (data.solved !== 'noAnswer') enqueue.assign(({ context }) => afterUnhappy(context, policy))
})

/** Sends the case round again: the units of the round before are released from it. */
export const redo = enqueueActions(({ context, enqueue }) => {
  enqueue({ type: 'stopClock', params: { clock: 'followUp' } })
  enqueue({ type: 'stopClock', params: { clock: 'close' } })
  enqueue({ type: 'tell', params: tellReferrals(live(context), 'supersede') })
  enqueue.assign(having(context, 'counts', { redone: context.counts.redone + 1 }))
  enqueue(beginRound)
})

/** The first contact with whoever asked. */
export const contacted = enqueueActions(({ context, event, enqueue }) => {
  enqueue({ type: 'stopClock', params: { clock: 'contact' } })
  if (context.marks.contactedAt === null) {
    enqueue.assign(having(context, 'marks', { contactedAt: event.at }))
  }
})

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

// Who may close what: supervision, the two stewards' signatures, the last try of a follow-up.
import type { Actor, Clock, Clocks, Policy } from '@linli/workflow'
import { ruleValue } from '@linli/workflow'
import { type Context, having, type Signature } from './context.ts'
import type { Rules } from './rules.ts'

/** True for a handle clock that ended before the work was done, unless that was withdrawn. */
export const isOverdue = (clock: Clock | undefined): clock is Clock =>
  clock !== undefined && (clock.expired || clock.late)

/**
 * True while a case may not close without a supervisor: one said so, follow-ups were unhappy, or
 * the handle clock ended. The last is read from the clock, so a late entry that withdraws the
 * expiry lifts the mark with it.
 */
export const isSupervised = (context: Context, clocks: Clocks): boolean =>
  context.marks.supervised !== null ||
  (isOverdue(clocks.handle) && clocks.handle.round > context.marks.releasedRound)

/** What must outlive a handle clock that begins anew: that it was late, and its mark. */
export function keepLate(context: Context, clocks: Clocks): Partial<Context> {
  if (!isOverdue(clocks.handle)) return {}
  const lateRounds = context.marks.lateRounds + 1
  const released = clocks.handle.round <= context.marks.releasedRound
  if (released || context.marks.supervised !== null) {
    return having(context, 'marks', { lateRounds })
  }
  return having(context, 'marks', { lateRounds, supervised: { reason: 'overdue' } })
}

/** What a supervisor's release changes. */
export const released = (context: Context, clocks: Clocks): Partial<Context> =>
  having(context, 'marks', {
    supervised: null,
    releasedRound: isOverdue(clocks.handle) ? clocks.handle.round : context.marks.releasedRound,
  })

/** True when nobody's signature is wanting: no steward, or the staff and every steward signed. */
export const isSigned = ({ team: { stewards, signatures } }: Context): boolean =>
  stewards.length === 0 ||
  (signatures.some((one) => one.side === 'community') &&
    stewards.every((person) => signatures.some((one) => one.person === person)))

/** The signature that somebody may add now; undefined for none. */
export function signatureOf(context: Context, by: Actor): Signature | undefined {
  const person = by.person ?? null
  if (context.team.stewards.length === 0) return undefined
  const steward = person !== null && context.team.stewards.includes(person)
  const side = steward ? 'steward' : by.role === 'steward' ? undefined : 'community'
  const has = context.team.signatures.some(
    (one) => one.side === side && (side === 'community' || one.person === person),
  )
  return side === undefined || has ? undefined : { side, person }
}

/** True when so many tries without an answer end the follow-up; never where a city is silent. */
export function isLastTry(tries: number, policy: Policy<Rules>): boolean {
  const most = ruleValue(policy.rules.followUpTries)
  return most !== undefined && tries >= most
}

/** The mark that an unhappy follow-up may bring. */
export function afterUnhappy(context: Context, policy: Policy<Rules>): Partial<Context> {
  const most = ruleValue(policy.rules.unhappyToSupervise)
  const marked =
    context.followUp.followedUp === 'unhappy' &&
    most !== undefined &&
    context.counts.unhappy >= most
  return marked && context.marks.supervised === null
    ? having(context, 'marks', { supervised: { reason: 'unhappy' } })
    : {}
}

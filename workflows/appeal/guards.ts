// The conditions of an appeal by name. `when` decides what is offered; `check` also sees the data.
import { type Asked, check, ruleValue, type Tried, when } from '@linli/workflow'
import type { commands, Data } from './commands.ts'
import { type Context, isAnswered, isGood, pending } from './context.ts'
import { daysOf, extensionDaysMost, type Rules } from './rules.ts'
import { isLastTry, isSigned, isSupervised, signatureOf } from './supervision.ts'

type Now = Asked<Context, Rules>
type Given<Name extends keyof typeof commands> = Tried<Context, Data<Name>, Rules>

const DAY_MS = 86_400_000

/** What a closing wants, in the order in which a refusal names it. */
const CLOSING = {
  followedUp: ({ context, policy }: Now): boolean =>
    context.followedUp === 'good' ||
    (context.followedUp === null && isLastTry(context.tries, policy)),
  released: ({ context, clocks }: Now): boolean => !isSupervised(context, clocks),
  signed: ({ context, data }: Given<'close'>): boolean =>
    isSigned(context) || data.override !== undefined,
}

export const guards = {
  handledHere: when<Context>(({ context }) => context.outside === null),
  isAdopted: when<Context>(({ context }) => context.outside !== null),

  unitsFit: check<Context, Data<'refer'>>(unitsFit),
  allAnswered: when<Context>(({ context }) => isAnswered(context)),
  nobodyLeft: when<Context>(({ context }) => pending(context).length === 0),
  answerReturned: when<Context>(({ context }) => pending(context).length > 0),
  waitsForUnit: check<Context, Data<'extend'>>(({ context, data }) =>
    pending(context).some(({ id }) => id === data.referral),
  ),
  knowsReferral: check<Context, Data<'referralAnswered'>>(({ context, data }) =>
    context.referrals.some(
      ({ id, status }) => id === data.referral && (status === 'out' || status === 'answered'),
    ),
  ),
  hasAnswer: check<Context, Data<'referralReturned'>>(({ context, data }) =>
    context.referrals.some(({ id, status }) => id === data.referral && status === 'answered'),
  ),
  extensionFits: check<Context, Data<'extend'>, Rules>(extensionFits),
  milestoneRuns: when<Context, unknown, { clock: string }>(({ clocks }, { clock }) => {
    const status = clocks[clock]?.status
    return status !== undefined && status !== 'stopped'
  }),

  resolvedToUnits: when<Context>(
    ({ context: { deliberation } }) =>
      deliberation?.outcome === 'resolved' && deliberation.units.length > 0,
  ),
  resolved: when<Context>(({ context }) => context.deliberation?.outcome === 'resolved'),
  notResolved: when<Context>(({ context }) => (context.deliberation?.outcome ?? null) !== null),

  mayAsk: when<Context>(
    ({ context }) => context.outside === null && context.asking !== 'waiting',
  ),
  wasAsked: when<Context>(({ context }) => context.asking !== null),
  isWaiting: when<Context>(({ context }) => context.asking === 'waiting'),
  endsInTime: check<Context, Data<'suspend'>, Rules>(endsInTime),

  originalFits: check<Context, Data<'merge'>>(originalFits),
  mayAbsorb: check<Context, Data<'absorb'>>(
    ({ context, data, stream }) =>
      context.closedHow === null && data.appeal !== context.original && data.appeal !== stream,
  ),
  isOriginal: check<Context, Data<'follow'>>(() => true),
  fromOriginal: check<Context, { original: string }>(
    ({ context, data }) => data.original === context.original,
  ),
  absorbRefused: check<Context, { command: string; instance: string }>(
    ({ context, data }) => data.command === 'absorb' && data.instance === context.original,
  ),
  unsupervised: when<Context>(({ context, clocks }) => !isSupervised(context, clocks)),

  supervised: when<Context>(({ context, clocks }) => isSupervised(context, clocks)),
  maySign: when<Context>(({ context, by }) => signatureOf(context, by) !== undefined),
  followedUp: when<Context, Rules>(CLOSING.followedUp),
  released: when<Context>(({ context, clocks }) => !isSupervised(context, clocks)),
  signed: check<Context, Data<'close'>, Rules>(CLOSING.signed),
  mayClose: check<Context, Data<'close'>, Rules, { all: readonly string[] }>(
    (tried) => CLOSING.followedUp(tried) && CLOSING.released(tried) && CLOSING.signed(tried),
  ),
  closesNow: check<Context, Data<'followUp'>, Rules>(closesNow),
  endsUnanswered: check<Context, Data<'followUp'>, Rules>(
    ({ context, data, clocks, policy }) =>
      data.solved === 'noAnswer' &&
      isLastTry(context.tries + 1, policy) &&
      context.followedUp === null &&
      !isSupervised(context, clocks) &&
      isSigned(context),
  ),
}

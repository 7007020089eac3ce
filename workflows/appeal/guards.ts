// The conditions of an appeal by name. `when` decides what is offered; `check` also sees the data.
import { type Asked, check, ruleValue, type Tried, when } from '@linli/workflow'
import type { commands, Data, Unit } from './commands.ts'
import { type Context, isAnswered, isGood, live, pending } from './context.ts'
import { daysOf, extensionDaysMost, type Rules } from './rules.ts'
import { isLastTry, isSigned, isSupervised, signatureOf } from './supervision.ts'

type Now = Asked<Context, Rules>
type Given<Name extends keyof typeof commands> = Tried<Context, Data<Name>, Rules>

const DAY_MS = 86_400_000

/** A follow-up stands: a good one, or as many tries without an answer as the policy wants. */
const isFollowedUp = ({ context, policy }: Now): boolean =>
  context.followUp.followedUp === 'good' ||
  (context.followUp.followedUp === null && isLastTry(context.followUp.tries, policy))

const isReleased = ({ context, clocks }: Asked<Context>): boolean => !isSupervised(context, clocks)

const isSignedFor = ({ context, data }: Given<'close'>): boolean =>
  isSigned(context) || data.override !== undefined

export const guards = {
  handledHere: when<Context>(({ context }) => context.outside === null),
  isAdopted: when<Context>(({ context }) => context.outside !== null),

  unitsFit: check<Context, Data<'refer'>>(({ context, data }) => doUnitsFit(context, data.units)),
  redoToUnits: check<Context, Data<'redo'>, Rules>(canRedoToUnits),
  redoToGrid: check<Context, Data<'redo'>>(({ data }) => data.to === 'grid'),
  allAnswered: when<Context>(({ context }) => isAnswered(context)),
  nobodyLeft: when<Context>(({ context }) => pending(context).length === 0),
  answerReturned: when<Context>(({ context }) => pending(context).length > 0),
  knowsReferral: check<Context, Data<'referralAnswered'>>(({ context, data }) =>
    live(context).some(({ id }) => id === data.referral),
  ),
  waitsForUnit: check<Context, Data<'referralSentBack'>>(({ context, data }) =>
    pending(context).some(({ id }) => id === data.referral),
  ),
  hasAnswer: check<Context, Data<'referralReturned'>>(({ context, data }) =>
    context.referrals.some(({ id, status }) => id === data.referral && status === 'answered'),
  ),
  dispatchRefused: check<Context, { command: string; instance: string }>(
    ({ context, data }) =>
      data.command === 'dispatch' && pending(context).some(({ id }) => id === data.instance),
  ),
  extensionFits: check<Context, Data<'extend'>, Rules>(doesExtensionFit),
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
  isOurTopic: check<Context, Data<'deliberationDone'>>(
    ({ context: { deliberation }, data }) =>
      deliberation?.outcome === null && data.deliberation === deliberation.id,
  ),
  joinRefused: check<Context, { command: string; instance: string }>(
    ({ context: { deliberation }, data }) =>
      data.command === 'join' &&
      deliberation?.outcome === null &&
      data.instance === deliberation.id,
  ),

  mayAsk: when<Context>(
    ({ context }) => context.outside === null && context.marks.asking !== 'waiting',
  ),
  wasAsked: when<Context>(({ context }) => context.marks.asking !== null),
  isWaiting: when<Context>(({ context }) => context.marks.asking === 'waiting'),
  endsInTime: onlyHere(check<Context, Data<'suspend'>, Rules>(doesEndInTime)),
  inReopenLimit: when<Context>(({ at, clocks }) => at <= (clocks.reopen?.dueAt ?? 0)),

  originalFits: check<Context, Data<'merge'>, Rules>(doesOriginalFit),
  mayAbsorb: check<Context, Data<'absorb'>>(
    ({ context, data, stream }) =>
      context.closing.how === null &&
      data.appeal !== context.ties.original &&
      data.appeal !== stream,
  ),
  fromOriginal: check<Context, { original: string }>(
    ({ context, data }) => data.original === context.ties.original,
  ),
  closesWithOriginal: check<Context, { original: string }>(
    ({ context, data, clocks }) =>
      data.original === context.ties.original && !isSupervised(context, clocks),
  ),
  absorbRefused: check<Context, { command: string; instance: string }>(
    ({ context, data }) => data.command === 'absorb' && data.instance === context.ties.original,
  ),

  supervised: when<Context>(({ context, clocks }) => isSupervised(context, clocks)),
  maySign: when<Context>(({ context, by }) => signatureOf(context, by) !== undefined),
  followedUp: when<Context, Rules>(isFollowedUp),
  released: when<Context>(isReleased),
  signed: check<Context, Data<'close'>, Rules>(isSignedFor),
  mayClose: check<Context, Data<'close'>, Rules, { all: readonly string[] }>(
    (tried) => isFollowedUp(tried) && isReleased(tried) && isSignedFor(tried),
  ),
  closesNow: check<Context, Data<'followUp'>, Rules>(
    (tried) =>
      tried.data.close === true &&
      tried.by.role !== 'resident' &&
      isGood(tried.data) &&
      isReleased(tried) &&
      isSigned(tried.context),
  ),
  endsUnanswered: check<Context, Data<'followUp'>, Rules>(
    (tried) =>
      tried.data.solved === 'noAnswer' &&
      tried.data.close !== true &&
      tried.context.followUp.followedUp === null &&
      isLastTry(tried.context.followUp.tries + 1, tried.policy) &&
      isReleased(tried) &&
      isSigned(tried.context),
  ),
  unanswered: check<Context, Data<'followUp'>>(
    ({ data }) => data.solved === 'noAnswer' && data.close !== true,
  ),
  answered: check<Context, Data<'followUp'>>(
    ({ data }) => data.solved !== 'noAnswer' && data.close !== true,
  ),
}

/** A check that is not even offered for a case handled outside. */
function onlyHere<Args extends { context: Context }>(
  holds: (args: Args, params: undefined) => boolean,
) {
  return (args: Args, params: undefined): boolean =>
    args.context.outside === null && holds(args, params)
}

/** One lead unit in all, and none that is waited for already. */
function doUnitsFit(context: Context, units: readonly Pick<Unit, 'unit' | 'lead'>[]): boolean {
  const known = live(context)
  const waiting = new Set(pending(context).map(({ unit }) => unit))
  for (const { unit } of units) {
    if (waiting.has(unit)) return false
    waiting.add(unit)
  }
  return [...known, ...units].filter(({ lead }) => lead).length === 1
}

function canRedoToUnits({ context, data }: Given<'redo'>): boolean {
  if (data.to !== 'referral') return false
  const units = data.units ?? live(context)
  return doUnitsFit({ ...context, referrals: [] }, units)
}

function doesExtensionFit({ context, data, policy }: Given<'extend'>): boolean {
  const most = extensionDaysMost(policy)
  return (
    pending(context).some(({ id }) => id === data.referral) &&
    (most === undefined || context.counts.extendedDays + daysOf(data) <= most)
  )
}

function doesEndInTime({ at, data, policy }: Given<'suspend'>): boolean {
  const until = Date.parse(data.until)
  const most = ruleValue(policy.rules.suspendDaysMost)
  return until > at && (most === undefined || until <= at + most * DAY_MS)
}

/** An open appeal of this community, that was not itself merged. */
function doesOriginalFit({ context, data, facts, stream }: Given<'merge'>): boolean {
  if (context.outside !== null || data.original === undefined) return false
  const original = facts.original
  if (typeof original !== 'object' || original === null) return false
  return (
    data.original !== stream &&
    !context.ties.merged.includes(data.original) &&
    Reflect.get(original, 'open') === true
  )
}

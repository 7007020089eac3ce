// What a deliberation asks before it goes on. Where several things must hold for one command they
// share a guard, whose text says them all.
import { check, when } from '@linli/workflow'
import type { z } from 'zod'
import { isOpen, isPending } from './actions.ts'
import type { commands } from './commands.ts'
import type { Context, Meeting } from './context.ts'
import { areaDm2, isAgreed, isQuorate } from './quorum.ts'
import { lists, type Rules, votingRule } from './rules.ts'

type DataOf<Name extends keyof typeof commands> = z.output<(typeof commands)[Name]['data']>
type Vote = Pick<DataOf<'vote'>, 'person' | 'way' | 'openChoice'> & { choice?: unknown }

const RECORDERS: ReadonlySet<string> = new Set(['coordinator', 'grid-worker', 'duty-officer'])

/** The guards by name. */
export const guards = {
  ruleKnown: check<Context, { rule: Context['matter'] }, Rules>(
    ({ policy, data }) => votingRule(policy, data.rule) !== undefined,
  ),
  meetingFits: check<Context, DataOf<'schedule'> | DataOf<'callAgain'>, Rules>(
    ({ context, policy, data, at }) =>
      Date.parse(data.at) > at &&
      (data.electorate === undefined ||
        votingRule(policy, context.matter)?.weights.includes('area') !== true ||
        data.electorate.every(({ areaM2 }) => areaM2 !== undefined && areaDm2(areaM2) > 0)),
  ),
  mayWaiveNotice: when<Context, Rules>(({ context, policy }) =>
    lists(policy.rules.waiveNotice, context.matter),
  ),
  noticeOver: when<Context, Rules>(
    ({ context, at, clocks }) => at >= (clocks.notice?.dueAt ?? at) && partiesArePresent(context),
  ),
  partiesPresent: when<Context, Rules>(({ context }) => partiesArePresent(context)),
  mayVote: check<Context, Vote, Rules>(({ context: { meeting }, data, at, by, clocks }) => {
    if (meeting === null || at > (clocks.vote?.dueAt ?? at)) return false
    const ownWay = data.way === 'link' ? by.person === data.person : RECORDERS.has(by.role)
    const sealed = data.choice !== undefined
    const fits = meeting.secret === sealed && sealed === (data.openChoice === undefined)
    return Object.hasOwn(meeting.voters, data.person) && ownWay && fits
  }),
  mayCloseVote: when<Context, Rules>(
    ({ context: { meeting, matter }, policy }) =>
      lists(policy.rules.closeEarly, matter) ||
      meeting?.turnout.persons === meeting?.electorate.persons,
  ),
  totalsFit: check<Context, DataOf<'count'>, Rules>(
    ({ context: { meeting }, data }) => meeting !== null && totalsFit(meeting, data.totals),
  ),
  quorumMissed: when<Context, Rules>(({ context }) => !isQuorateMeeting(context)),
  majorityAgrees: when<Context, Rules>(
    ({ context }) => isQuorateMeeting(context) && isAgreedMeeting(context),
  ),
  majorityLacks: when<Context, Rules>(
    ({ context }) => isQuorateMeeting(context) && !isAgreedMeeting(context),
  ),
  inObjectionTime: when<Context, Rules>(({ at, clocks }) => at <= (clocks.objection?.dueAt ?? 0)),
  objectionOpen: check<Context, { objection: string }, Rules>(({ context, data, by }) =>
    context.objections.some(
      (one) =>
        one.id === data.objection && isOpen(one) && (one.by === null || one.by !== by.person),
    ),
  ),
  allHeard: when<Context, Rules>(({ context }) => !context.objections.some(isOpen)),
  nothingToDo: when<Context, Rules>(
    ({ context }) => context.objectionsEnded && context.tasks.length === 0,
  ),
  publicationOver: when<Context, Rules>(({ context }) => context.objectionsEnded),
  taskOpen: check<Context, { task: string }, Rules>(({ context, data }) =>
    context.tasks.some((task) => task.id === data.task && isPending(task)),
  ),
  taskUnreferred: check<Context, { task: string }, Rules>(({ context, data }) =>
    context.tasks.some((task) => task.id === data.task && task.status === 'open'),
  ),
  taskReferred: check<Context, { referral: string }, Rules>(({ context, data }) =>
    context.tasks.some((task) => task.referral === data.referral && isPending(task)),
  ),
  allTasksDone: when<Context, Rules>(({ context }) => !context.tasks.some(isPending)),
  endsLater: check<Context, { until: string }, Rules>(
    ({ data, at }) => Date.parse(data.until) > at,
  ),
}

const partiesArePresent = ({ meeting }: Context): boolean =>
  meeting?.parties.every((party) => meeting.present.includes(party)) === true

const isQuorateMeeting = ({ meeting }: Context): boolean =>
  meeting?.totals != null && isQuorate(meeting.voting, meeting.electorate, meeting.totals)

const isAgreedMeeting = ({ meeting }: Context): boolean =>
  meeting?.totals != null && isAgreed(meeting.voting, meeting.totals)

/** Open votes need no totals; those of sealed ballots must add up to the turnout. */
function totalsFit({ secret, turnout }: Meeting, totals: DataOf<'count'>['totals']): boolean {
  if (!secret) return true
  if (totals === undefined) return turnout.persons === 0
  const all = [totals.yes, totals.no, totals.abstain]
  return (
    all.reduce((sum, { persons }) => sum + persons, 0) === turnout.persons &&
    all.reduce((sum, { areaM2 }) => sum + areaDm2(areaM2), 0) === turnout.areaDm2
  )
}

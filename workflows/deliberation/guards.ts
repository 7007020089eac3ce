// What a deliberation asks before it goes on: support, counting, objections and tasks here, the
// meeting and its votes in a file of their own.
import { check, ruleValue, when } from '@linli/workflow'
import type { z } from 'zod'
import { isOpen, isPending } from './actions.ts'
import type { commands } from './commands.ts'
import type { Context, Meeting } from './context.ts'
import { meetingGuards } from './meeting-guards.ts'
import { areaDm2, isAgreed, isQuorate, reaches } from './quorum.ts'
import { lists, type Rules } from './rules.ts'

type DataOf<Name extends keyof typeof commands> = z.output<(typeof commands)[Name]['data']>

/** The guards by name. */
export const guards = {
  ...meetingGuards,
  maySupport: when<Context, Rules>(
    ({ context: { council, supporters }, by: { person } }) =>
      person !== undefined && Object.hasOwn(council, person) && !supporters.includes(person),
  ),
  enoughSupport: when<Context, Rules>(({ context: { council, supporters }, policy }) => {
    const share = ruleValue(policy.rules.support)
    return share !== undefined && reaches(supporters.length, Object.keys(council).length, share)
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
  taskPlanned: check<Context, { project: string }, Rules>(({ context, data }) =>
    context.tasks.some((task) => task.project === data.project && isPending(task)),
  ),
  allTasksDone: when<Context, Rules>(({ context }) => !context.tasks.some(isPending)),
  endsLater: check<Context, { until: string }, Rules>(
    ({ data, at }) => Date.parse(data.until) > at,
  ),
}

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

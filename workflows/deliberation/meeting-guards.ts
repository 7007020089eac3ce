// What is asked before a meeting is called and opened, and before somebody votes or names another.
// Where several things must hold for one command, each has a name of its own, so that a refusal
// can tell which one does not.
import { check, ruleValue, type Tried, when } from '@linli/workflow'
import type { z } from 'zod'
import type { commands } from './commands.ts'
import type { Context, Meeting } from './context.ts'
import { areaDm2 } from './quorum.ts'
import { lists, type Rules, votingRule } from './rules.ts'
import { bodyIn, isAttended, membersAt } from './standing-body.ts'

type DataOf<Name extends keyof typeof commands> = z.output<(typeof commands)[Name]['data']>
type Ballot = Pick<DataOf<'vote'>, 'person' | 'way' | 'openChoice' | 'changes'>
type Vote = Ballot & { choice?: unknown }
type Called = DataOf<'schedule'> | DataOf<'callAgain'>
type Named = DataOf<'delegate'>
type Ask<Data> = Tried<Context, Data, Rules>
/** The guards that a guard stands for: the one that fails is told. */
type All = { all: readonly string[] }

const RECORDERS: ReadonlySet<string> = new Set(['coordinator', 'grid-worker', 'duty-officer'])

const allOf = <Data>(...parts: readonly ((asked: Ask<Data>) => boolean)[]) =>
  check<Context, Data, Rules, All>((asked) => parts.every((holds) => holds(asked)))

/** Offered where `offers` holds; on the command, the rest is tried too. */
const offeredWhere =
  <Given, Params>(
    offers: (given: Given, params: undefined) => boolean,
    tried: (given: Given, params: Params) => boolean,
  ) =>
  (given: Given, params: Params): boolean =>
    offers(given, undefined) && tried(given, params)

const ruleKnown = ({ policy, data }: Ask<{ rule: Context['matter'] }>): boolean =>
  votingRule(policy, data.rule) !== undefined

const bodyActive = ({ data, facts }: Ask<{ body?: string | undefined }>): boolean =>
  data.body === undefined || bodyIn(facts)?.status === 'active'

const weighsArea = ({ context, policy }: Ask<Called>): boolean =>
  votingRule(policy, context.matter)?.weights.includes('area') === true

const meetingFits = (asked: Ask<Called>): boolean =>
  Date.parse(asked.data.at) > asked.at &&
  (asked.data.electorate === undefined ||
    !weighsArea(asked) ||
    asked.data.electorate.every(({ areaM2 }) => areaM2 !== undefined && areaDm2(areaM2) > 0))

const bodyNamed = ({ context, data }: Ask<Called>): boolean =>
  context.body === null || data.body === context.body

/** Owners are listed with their areas; a body's own members need no list and admit no other. */
const votersKnown = (asked: Ask<Called>): boolean => {
  const { context, data, facts } = asked
  const body = bodyIn(facts)
  if (data.electorate === undefined) {
    if (body === undefined) return context.meeting !== null
    return !weighsArea(asked) && Object.keys(membersAt(body, Date.parse(data.at))).length > 0
  }
  if (body === undefined || weighsArea(asked)) return true
  const members = membersAt(body, Date.parse(data.at))
  return data.electorate.every(({ person }) => Object.hasOwn(members, person))
}

const partiesArePresent = ({ meeting }: Context): boolean =>
  meeting?.parties.every((party) => meeting.present.includes(party)) === true

const bodyIsThere = ({ meeting }: Context): boolean =>
  meeting !== null && isAttended(meeting.presentMembers.length, meeting.members, meeting.attendance)

/** The voter, or whoever the voter named. */
const voiceOf = ({ delegations }: Meeting, person: string): string =>
  Object.hasOwn(delegations, person) ? (delegations[person] ?? person) : person

const isVoter = ({ context: { meeting }, data }: Ask<Vote>): boolean =>
  meeting !== null && Object.hasOwn(meeting.voters, data.person)

const inVoteTime = ({ at, clocks }: Ask<Vote>): boolean => at <= (clocks.vote?.dueAt ?? at)

const ownVote = ({ context: { meeting }, data, by }: Ask<Vote>): boolean =>
  data.way === 'link'
    ? meeting !== null && by.person === voiceOf(meeting, data.person)
    : RECORDERS.has(by.role)

const ballotFits = ({ context: { meeting }, data }: Ask<Vote>): boolean => {
  const sealed = data.choice !== undefined
  return meeting?.secret === sealed && sealed === (data.openChoice === undefined)
}

const onlyOnce = ({ context: { meeting }, data }: Ask<Vote>): boolean =>
  data.changes === true || !Object.hasOwn(meeting?.ballots ?? {}, data.person)

const delegable = when<Context, Rules>(
  ({ context, policy }) =>
    ruleValue(policy.rules.delegation)?.matters.includes(context.matter) === true,
)

const ownDelegation = ({ data, by }: Ask<{ person: string }>): boolean =>
  by.role === 'coordinator' || by.person === data.person

const bothVoters = ({ context: { meeting }, data }: Ask<Named>): boolean =>
  meeting !== null &&
  data.person !== data.to &&
  Object.hasOwn(meeting.voters, data.person) &&
  Object.hasOwn(meeting.voters, data.to)

/** Who has voted, has named somebody or was named by somebody hands nothing on. */
const stillFree = ({ context: { meeting }, data }: Ask<Named>): boolean => {
  const { ballots = {}, delegations = {} } = meeting ?? {}
  return (
    !Object.hasOwn(ballots, data.person) &&
    !Object.hasOwn(delegations, data.person) &&
    !Object.hasOwn(delegations, data.to) &&
    !Object.values(delegations).includes(data.person)
  )
}

const fewEnough = ({ context: { meeting }, policy, data }: Ask<Named>): boolean => {
  const held = Object.values(meeting?.delegations ?? {}).filter((to) => to === data.to).length
  return held < (ruleValue(policy.rules.delegation)?.atMost ?? 0)
}

/** The guards of proposal, meeting and vote, by name. */
export const meetingGuards = {
  ruleKnown: check<Context, { rule: Context['matter'] }, Rules>(ruleKnown),
  bodyActive: check<Context, { body?: string | undefined }, Rules>(bodyActive),
  mayPropose: allOf<DataOf<'propose'>>(ruleKnown, bodyActive),
  meetingFits: check<Context, Called, Rules>(meetingFits),
  bodyNamed: check<Context, Called, Rules>(bodyNamed),
  votersKnown: check<Context, Called, Rules>(votersKnown),
  mayMeet: allOf<Called>(meetingFits, bodyNamed, bodyActive, votersKnown),
  mayWaiveNotice: when<Context, Rules>(({ context, policy }) =>
    lists(policy.rules.waiveNotice, context.matter),
  ),
  isOfParty: check<Context, DataOf<'signIn'>, Rules>(({ context: { meeting }, data }) => {
    const { members = {} } = meeting ?? {}
    if (Object.keys(members).length === 0 || data.person === undefined) return true
    return Object.hasOwn(members, data.person) && members[data.person] === data.party
  }),
  noticeOver: when<Context, Rules>(
    ({ context, at, clocks }) =>
      at >= (clocks.notice?.dueAt ?? at) && partiesArePresent(context) && bodyIsThere(context),
  ),
  partiesPresent: when<Context, Rules>(({ context }) => partiesArePresent(context)),
  bodyAttends: when<Context, Rules>(({ context }) => bodyIsThere(context)),
  mayOpen: when<Context, Rules, All>(
    ({ context }) => partiesArePresent(context) && bodyIsThere(context),
  ),
  isVoter: check<Context, Vote, Rules>(isVoter),
  inVoteTime: check<Context, Vote, Rules>(inVoteTime),
  ownVote: check<Context, Vote, Rules>(ownVote),
  ballotFits: check<Context, Vote, Rules>(ballotFits),
  onlyOnce: check<Context, Vote, Rules>(onlyOnce),
  mayVote: allOf<Vote>(isVoter, inVoteTime, ownVote, ballotFits, onlyOnce),
  delegable,
  ownDelegation: check<Context, Named, Rules>(ownDelegation),
  bothVoters: check<Context, Named, Rules>(bothVoters),
  stillFree: check<Context, Named, Rules>(stillFree),
  fewEnough: check<Context, Named, Rules>(fewEnough),
  mayDelegate: offeredWhere(
    delegable,
    allOf<Named>(ownDelegation, bothVoters, stillFree, fewEnough),
  ),
  hasDelegated: offeredWhere(
    when<Context, Rules>(
      ({ context }) => Object.keys(context.meeting?.delegations ?? {}).length > 0,
    ),
    check<Context, { person: string }, Rules>(
      (asked) =>
        Object.hasOwn(asked.context.meeting?.delegations ?? {}, asked.data.person) &&
        ownDelegation(asked),
    ),
  ),
}

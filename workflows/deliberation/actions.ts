// What events change in a deliberation's context. Pure; the machine names these. Each taker
// ignores events that are not its own.
import type { EventsOf, Policy } from '@linli/workflow'
import { instanceFrom, placePath } from '@linli/workflow'
import type { commands } from './commands.ts'
import type { Context, Meeting, Objection, Task } from './context.ts'
import { areaDm2, NO_WEIGHT, sum, type Totals, totalsOf, type VotingRule } from './quorum.ts'
import { lists, type Rules, votingRule } from './rules.ts'
import { bodyIn, type Membership, membersAt } from './standing-body.ts'

/** Every event that the machine takes. */
export type Events = EventsOf<'deliberation', typeof commands, Rules>
type Of<Type extends Events['type']> = Extract<Events, { type: Type }>
/** What a change or an effect is made from. */
export type Known = { context: Context; event: Events }

const on =
  <Type extends Events['type']>(
    type: Type,
    change: (context: Context, event: Of<Type>) => Partial<Context>,
  ) =>
  ({ context, event }: Known): Partial<Context> =>
    is(event, type) ? change(context, event) : {}

/** True for an event of the type. */
export const is = <Type extends Events['type']>(event: Events, type: Type): event is Of<Type> =>
  event.type === type

/** The changes of context, by the name of the action that makes them. */
export const changes = {
  keepTopic: on('deliberation.proposed', (_, { data, by, at, stream, facts }) => {
    const place = placePath(facts.place)
    const body = bodyIn(facts)
    const council = body === undefined ? {} : membersAt(body, at)
    const proposer = by.person ?? null
    return {
      stream,
      title: data.title,
      matter: data.rule,
      place: place ?? [data.place],
      category: data.category ?? null,
      proposer,
      parties: data.requiredParties ?? body?.requiredParties ?? [],
      body: data.body ?? null,
      council,
      supporters: proposer !== null && Object.hasOwn(council, proposer) ? [proposer] : [],
    }
  }),
  keepSupport: on('deliberation.supported', ({ supporters }, { by }) =>
    by.person === undefined ? {} : { supporters: [...new Set([...supporters, by.person])] },
  ),
  keepAppeal: on('deliberation.joined', ({ appeals }, { data }) => ({
    appeals: [...new Set([...appeals, data.appeal])],
  })),
  letAppealGo: on('deliberation.left', ({ appeals }, { data }) => ({
    appeals: appeals.filter((appeal) => appeal !== data.appeal),
  })),
  keepMeeting: on('deliberation.scheduled', (context, { data, policy, facts }) => {
    const body = bodyIn(facts)
    const members = body === undefined ? {} : membersAt(body, Date.parse(data.at))
    return nextMeeting(context, {
      ...{ at: data.at, place: data.place, policy, members },
      body: data.body ?? context.body,
      attendance: body?.quorum?.share ?? null,
      voters: votersOf(data.electorate, members),
      parties: data.requiredParties ?? body?.requiredParties ?? context.parties,
    })
  }),
  keepNextMeeting: on('deliberation.calledAgain', (context, { data, policy, facts }) => {
    const { meeting } = context
    const body = bodyIn(facts)
    const members =
      body === undefined ? (meeting?.members ?? {}) : membersAt(body, Date.parse(data.at))
    const isSame = data.electorate === undefined && body === undefined
    return nextMeeting(context, {
      ...{ at: data.at, place: data.place, policy, members },
      body: data.body ?? context.body,
      attendance: body === undefined ? (meeting?.attendance ?? null) : (body.quorum?.share ?? null),
      voters: isSame ? (meeting?.voters ?? {}) : votersOf(data.electorate, members),
      parties: body?.requiredParties ?? meeting?.parties ?? context.parties,
    })
  }),
  keepPresence: on('deliberation.signedIn', (context, { data }) =>
    inMeeting(context, ({ present, members, presentMembers }) => ({
      present: [...new Set([...present, data.party])],
      presentMembers:
        data.person !== undefined && Object.hasOwn(members, data.person)
          ? [...new Set([...presentMembers, data.person])]
          : presentMembers,
    })),
  ),
  keepBallot: on('deliberation.voted', (context, { data, eventId }) =>
    inMeeting(context, ({ ballots, turnout, voters, delegations }) => ({
      ballots: {
        ...ballots,
        [data.person]: {
          way: data.way,
          event: eventId,
          ...(data.openChoice === undefined ? {} : { choice: data.openChoice }),
          ...(delegations[data.person] === undefined ? {} : { by: delegations[data.person] }),
        },
      },
      turnout: Object.hasOwn(ballots, data.person)
        ? turnout
        : sum(turnout, { persons: 1, areaDm2: voters[data.person] ?? 0 }),
    })),
  ),
  keepDelegation: on('deliberation.delegated', (context, { data }) =>
    inMeeting(context, ({ delegations }) => ({
      delegations: { ...delegations, [data.person]: data.to },
    })),
  ),
  endDelegation: on('deliberation.delegationRevoked', (context, { data }) =>
    inMeeting(context, (meeting) => withoutDelegation(meeting, data.person)),
  ),
  keepTotals: on('deliberation.counted', (context, { data }) =>
    inMeeting(context, (meeting) => ({ totals: countedTotals(meeting, data.totals) })),
  ),
  forgetMeeting: () => ({ meeting: null, resolution: null, objections: [], tasks: [] }),
  keepResolution: on('deliberation.published', (_, { data }) => ({
    resolution: data.resolution,
    objectionsEnded: false,
    objections: [],
    tasks: (data.tasks ?? []).map((task, index) => newTask(task, `task-${index + 1}`)),
  })),
  endObjections: () => ({ objectionsEnded: true }),
  keepObjection: on('deliberation.objected', ({ objections }, { eventId, by }) => ({
    objections: [...objections, { id: eventId, by: by.person ?? null, status: 'open' as const }],
  })),
  keepDismissal: on('deliberation.dismissed', ({ objections }, { data }) => ({
    objections: objections.map((one) =>
      one.id === data.objection ? { ...one, status: 'dismissed' as const } : one,
    ),
  })),
  keepTask: on('deliberation.taskAdded', ({ tasks }, { data }) => ({
    tasks: [...tasks, newTask(data, `task-${tasks.length + 1}`)],
  })),
  closeTask: on('deliberation.taskDone', ({ tasks }, { data }) => ({
    tasks: withTask(tasks, (task) => task.id === data.task, { status: data.outcome }),
  })),
  keepProject: on('deliberation.projectBegun', ({ tasks }, { data, eventId }) => ({
    tasks: withTask(tasks, (task) => task.id === data.task, {
      status: 'planned',
      project: projectOf(eventId),
    }),
  })),
  endProject: on('deliberation.projectEnded', ({ tasks }, { data }) => ({
    tasks: withTask(tasks, (task) => task.project === data.project, { status: data.outcome }),
  })),
  keepReferral: on('deliberation.taskReferred', ({ tasks }, { data, eventId }) => ({
    tasks: withTask(tasks, (task) => task.id === data.task, {
      status: 'referred',
      unit: data.unit,
      referral: instanceFrom('referral', eventId, data.unit),
    }),
  })),
  keepAnswer: on('deliberation.referralAnswered', ({ tasks }, { data }) => ({
    tasks: withTask(tasks, isUnder(data.referral), {
      status: data.outcome === 'solved' || data.outcome === 'qualified' ? 'answered' : 'open',
    }),
  })),
  takeTaskBack: on('deliberation.referralSentBack', ({ tasks }, { data }) => ({
    tasks: withTask(tasks, isUnder(data.referral), { status: 'open', referral: null }),
  })),
  keepReturn: on('deliberation.referralReturned', ({ tasks }, { data }) => ({
    tasks: withTask(tasks, isUnder(data.referral), { status: 'referred' }),
  })),
  countNote: on('deliberation.noted', ({ notes }) => ({ notes: notes + 1 })),
  keepUntold: on('effect.refused', ({ untold }, { data }) => ({
    untold: [...new Set([...untold, data.instance])],
  })),
}

/** The project that an event begins. */
export const projectOf = (eventId: string): string => instanceFrom('project', eventId, 'task')

type Fixed = 'at' | 'place' | 'voters' | 'parties' | 'members' | 'attendance'
type Plan = Pick<Meeting, Fixed> & { body: string | null; policy: Policy<Rules> }
type Electorate = Of<'deliberation.scheduled'>['data']['electorate']

function nextMeeting(context: Context, plan: Plan): Partial<Context> {
  const { policy, body, ...fixed } = plan
  const areas = Object.values(plan.voters)
  const meeting: Meeting = {
    ...fixed,
    number: context.meetings + 1,
    secret: lists(policy.rules.secret, context.matter),
    voting: votingRule(policy, context.matter) ?? UNREACHABLE_RULE,
    present: [],
    presentMembers: [],
    voterIds: Object.keys(plan.voters),
    electorate: { persons: areas.length, areaDm2: areas.reduce((a, b) => a + b, 0) },
    ballots: {},
    delegations: {},
    turnout: NO_WEIGHT,
    totals: null,
  }
  return { meetings: meeting.number, meeting, body }
}

/** Those named, or the body's members: a body votes by persons, so no area stands behind them. */
const votersOf = (named: Electorate, members: Membership): Record<string, number> =>
  Object.fromEntries(
    named === undefined
      ? Object.keys(members).map((person) => [person, 0])
      : named.map(({ person, areaM2 }) => [person, areaDm2(areaM2 ?? 0)]),
  )

/** A vote given for somebody who takes the delegation back is no vote any more. */
function withoutDelegation(meeting: Meeting, person: string): Partial<Meeting> {
  const { [person]: named, ...delegations } = meeting.delegations
  const { [person]: given, ...ballots } = meeting.ballots
  if (named === undefined || given?.by === undefined) return { delegations }
  const { persons, areaDm2 } = meeting.turnout
  const own = meeting.voters[person] ?? 0
  return { delegations, ballots, turnout: { persons: persons - 1, areaDm2: areaDm2 - own } }
}

/** Stands where a city is silent: guards keep such a matter from being proposed. */
const UNREACHABLE_RULE: VotingRule = {
  weights: ['persons'],
  takePart: { of: [1, 1], strictly: true },
  agree: { of: [1, 1], strictly: true },
  abstain: 'takesPart',
}

const inMeeting = (
  { meeting }: Context,
  change: (meeting: Meeting) => Partial<Meeting>,
): Partial<Context> => (meeting === null ? {} : { meeting: { ...meeting, ...change(meeting) } })

type GivenTotals = Of<'deliberation.counted'>['data']['totals']

/** Open votes are added up here; of sealed ones the given totals stand. */
function countedTotals(meeting: Meeting, given: GivenTotals): Totals {
  if (!meeting.secret || given === undefined) {
    return totalsOf(
      Object.entries(meeting.ballots).map(([person, { choice }]) => ({
        choice: choice ?? 'abstain',
        areaDm2: meeting.voters[person] ?? 0,
      })),
    )
  }
  const { yes, no, abstain } = given
  const exact = ({ persons, areaM2 }: typeof yes) => ({ persons, areaDm2: areaDm2(areaM2) })
  return { yes: exact(yes), no: exact(no), abstain: exact(abstain) }
}

type GivenTask = {
  title: string
  due: string
  unit?: string | undefined
  person?: string | undefined
}

const newTask = ({ title, due, unit, person }: GivenTask, id: string): Task => ({
  id,
  title,
  due,
  unit: unit ?? null,
  person: person ?? null,
  status: 'open',
  referral: null,
  project: null,
})

const isUnder = (referral: string) => (task: Task) => task.referral === referral

const withTask = (
  tasks: readonly Task[],
  which: (task: Task) => boolean,
  change: Partial<Task>,
): Task[] => tasks.map((task) => (which(task) && isPending(task) ? { ...task, ...change } : task))

/** True while a task is neither done nor dropped. */
export const isPending = ({ status }: Task): boolean => status !== 'done' && status !== 'dropped'

/** True while an objection has not been heard. */
export const isOpen = ({ status }: Objection): boolean => status === 'open'

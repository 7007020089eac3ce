// What events change in a deliberation's context, and what it tells others. Pure; the machine
// names these. Each taker ignores events that are not its own.
import type { EventsOf, NotifyParams, OpenParams, Policy, TellParams } from '@linli/workflow'
import { instanceFrom, iso } from '@linli/workflow'
import { z } from 'zod'
import type { commands } from './commands.ts'
import type { Context, Meeting, Objection, Task } from './context.ts'
import { areaDm2, NO_WEIGHT, sum, type Totals, totalsOf, type VotingRule } from './quorum.ts'
import { lists, type Rules, votingRule } from './rules.ts'

/** Every event that the machine takes. */
export type Events = EventsOf<'deliberation', typeof commands, Rules>
type Of<Type extends Events['type']> = Extract<Events, { type: Type }>
type Known = { context: Context; event: Events }

const on =
  <Type extends Events['type']>(
    type: Type,
    change: (context: Context, event: Of<Type>) => Partial<Context>,
  ) =>
  ({ context, event }: Known): Partial<Context> =>
    is(event, type) ? change(context, event) : {}

const is = <Type extends Events['type']>(event: Events, type: Type): event is Of<Type> =>
  event.type === type

const PlaceFacts = z.object({ path: z.array(z.string()) })

/** The changes of context, by the name of the action that makes them. */
export const changes = {
  keepTopic: on('deliberation.proposed', (_, { data, by, stream, facts }) => {
    const place = PlaceFacts.safeParse(facts.place)
    return {
      stream,
      title: data.title,
      matter: data.rule,
      place: place.success ? place.data.path : [data.place],
      category: data.category ?? null,
      proposer: by.person ?? null,
      parties: data.requiredParties,
    }
  }),
  keepAppeal: on('deliberation.joined', ({ appeals }, { data }) => ({
    appeals: [...new Set([...appeals, data.appeal])],
  })),
  letAppealGo: on('deliberation.left', ({ appeals }, { data }) => ({
    appeals: appeals.filter((appeal) => appeal !== data.appeal),
  })),
  keepMeeting: on('deliberation.scheduled', (context, { data, policy }) => {
    const voters = Object.fromEntries(
      data.electorate.map(({ person, areaM2 }) => [person, areaDm2(areaM2 ?? 0)]),
    )
    const parties = data.requiredParties ?? context.parties
    return nextMeeting(context, { at: data.at, place: data.place, voters, parties, policy })
  }),
  keepNextMeeting: on('deliberation.calledAgain', (context, { data, policy }) => {
    const voters =
      data.electorate === undefined
        ? (context.meeting?.voters ?? {})
        : Object.fromEntries(
            data.electorate.map(({ person, areaM2 }) => [person, areaDm2(areaM2 ?? 0)]),
          )
    const parties = context.meeting?.parties ?? context.parties
    return nextMeeting(context, { at: data.at, place: data.place, voters, parties, policy })
  }),
  keepPresence: on('deliberation.signedIn', (context, { data }) =>
    inMeeting(context, ({ present }) => ({ present: [...new Set([...present, data.party])] })),
  ),
  keepBallot: on('deliberation.voted', (context, { data, eventId }) =>
    inMeeting(context, ({ ballots, turnout, voters }) => ({
      ballots: {
        ...ballots,
        [data.person]: {
          way: data.way,
          event: eventId,
          ...(data.openChoice === undefined ? {} : { choice: data.openChoice }),
        },
      },
      turnout: Object.hasOwn(ballots, data.person)
        ? turnout
        : sum(turnout, { persons: 1, areaDm2: voters[data.person] ?? 0 }),
    })),
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

type Plan = Pick<Meeting, 'at' | 'place' | 'voters' | 'parties'> & { policy: Policy<Rules> }

function nextMeeting(context: Context, plan: Plan): Partial<Context> {
  const { policy, ...fixed } = plan
  const areas = Object.values(plan.voters)
  const meeting: Meeting = {
    ...fixed,
    number: context.meetings + 1,
    secret: lists(policy.rules.secret, context.matter),
    voting: votingRule(policy, context.matter) ?? UNREACHABLE_RULE,
    present: [],
    voterIds: Object.keys(plan.voters),
    electorate: { persons: areas.length, areaDm2: areas.reduce((a, b) => a + b, 0) },
    ballots: {},
    turnout: NO_WEIGHT,
    totals: null,
  }
  return { meetings: meeting.number, meeting }
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

/** Tells every appeal that joined that its topic was resolved. */
export const tellResolved = ({ context, event }: Known): TellParams[] =>
  is(event, 'deliberation.published')
    ? tellAll(context, 'deliberationResolved', {
        units: event.data.units,
        resolution: event.data.resolution,
      })
    : []

/** Tells every appeal that joined that its topic came to nothing. */
export const tellRejected =
  (outcome: 'rejected' | 'declined' | 'cancelled') =>
  ({ context }: { context: Context }): TellParams[] =>
    tellAll(context, 'deliberationRejected', { outcome })

/** Tells every appeal that joined that what was resolved is done. */
export const tellDone = ({ context }: { context: Context }): TellParams[] =>
  tellAll(context, 'deliberationDone', {})

const tellAll = ({ appeals, stream }: Context, command: string, more: Record<string, unknown>) =>
  appeals.map((instance) => ({ instance, command, with: { deliberation: stream, ...more } }))

/** Opens the referral of a task; the unit answers to the deliberation as it would to an appeal. */
export const openReferral = ({ context, event }: Known): OpenParams[] =>
  is(event, 'deliberation.taskReferred')
    ? [
        {
          workflow: 'referral',
          command: 'dispatch',
          instance: instanceFrom('referral', event.eventId, event.data.unit),
          with: {
            appeal: context.stream,
            unit: event.data.unit,
            lead: true,
            kind: 'general',
            place: context.place,
            category: event.data.category,
            requestedAt: iso(event.at),
            round: 1,
          },
        },
      ]
    : []

/** Lets the referral of a task end with the task. */
export function concludeReferral({ context, event }: Known): TellParams[] {
  if (!is(event, 'deliberation.taskDone')) return []
  const task = context.tasks.find(({ id }) => id === event.data.task)
  if (task === undefined || task.referral === null) return []
  const instance = task.referral
  return event.data.outcome === 'done'
    ? [{ instance, command: 'conclude', with: {} }]
    : [{ instance, command: 'withdraw', with: { reason: 'taskDropped' } }]
}

/** When the next pending task is due; the event's own time when none is left. */
export function nextDue({ context, event }: Known): number {
  const dues = context.tasks.filter(isPending).map(({ due }) => Date.parse(due))
  return dues.length === 0 ? event.at : Math.min(...dues)
}

/** Lets everybody at the topic's place know. */
export const notifyPlace =
  (text: string) =>
  ({ context }: { context: Context }): NotifyParams[] => {
    const place = context.place.at(-1)
    return place === undefined ? [] : [{ to: { place }, text, with: { title: context.title } }]
  }

/** Lets the owners of newly given tasks know. */
export const notifyOwners = ({ context }: { context: Context }): NotifyParams[] =>
  context.tasks
    .filter(({ status }) => status === 'open')
    .flatMap(({ unit, person, title, due }) =>
      [unit === null ? [] : [{ unit }], person === null ? [] : [{ person }]]
        .flat()
        .map((to) => ({ to, text: 'task', with: { title, due } })),
    )

// A project as folded, and what its events change in it. Pure; the machine names these.
import type { EventsOf, NotifyParams, Policy, TellParams } from '@linli/workflow'
import { iso, placePath } from '@linli/workflow'
import { z } from 'zod'
import type { commands, Goal, TaskGiven } from './commands.ts'

/** A task: owned by a person or a unit, due at an instant (epoch ms). */
export type Task = {
  id: string
  text: string
  owner: string | null
  dueAt: number
  status: 'open' | 'done' | 'dropped'
}

/** What an activity added to the project. */
export type Share = {
  activity: string
  personTimes: number
  beneficiaries: number
  output: number
}

/** A project as folded. `place` is the path from the community down. */
export type ProjectContext = {
  title: string
  from: string | null
  place: readonly string[]
  owner: string | null
  goals: readonly Goal[]
  tasks: readonly Task[]
  activities: readonly Share[]
  percent: number
  reports: number
  urges: number
  reached: 'yes' | 'partly' | 'no' | null
  ended: boolean
}

/** Every event that the machine takes. */
export type Events = EventsOf<'project', typeof commands>
type Of<Type extends Events['type']> = Extract<Events, { type: Type }>
type Known = { context: ProjectContext; event: Events }

/** A project before it begins. */
export const NEW_PROJECT: ProjectContext = {
  ...{ title: '', from: null, place: [], owner: null, goals: [], tasks: [], activities: [] },
  ...{ percent: 0, reports: 0, urges: 0, reached: null, ended: false },
}

const on =
  <Type extends Events['type']>(
    type: Type,
    change: (context: ProjectContext, event: Of<Type>) => Partial<ProjectContext>,
  ) =>
  ({ context, event }: Known): Partial<ProjectContext> =>
    is(event, type) ? change(context, event) : {}

const is = <Type extends Events['type']>(event: Events, type: Type): event is Of<Type> =>
  event.type === type

const TopicFacts = z.object({ path: z.array(z.string()), title: z.string() })

/** The changes of context, by the name of the action that makes them. */
export const changes = {
  begun: on('project.begun', (_, { data, facts, policy }) => {
    const topic = TopicFacts.safeParse(facts.from).data
    const place = placePath(facts.place)
    return {
      title: data.title ?? topic?.title ?? '',
      from: data.from ?? null,
      place: place ?? topic?.path ?? [],
      owner: data.owner ?? null,
      goals: data.goals ?? [],
      tasks: data.tasks.map((task, index) => newTask(task, index, policy)),
    }
  }),
  assigned: on('project.assigned', (_, { data }) => ({ owner: data.owner })),
  goalAdded: on('project.goalAdded', ({ goals }, { data }) => ({ goals: [...goals, data] })),
  taskAdded: on('project.taskAdded', ({ tasks }, { data, policy }) => ({
    tasks: [...tasks, newTask(data, tasks.length, policy)],
  })),
  taskMoved: on('project.taskMoved', ({ tasks }, { data, policy }) => ({
    tasks: tasks.map((task) =>
      task.id === data.task
        ? { ...task, dueAt: endOf(data.dueOn, policy), owner: data.owner ?? task.owner }
        : task,
    ),
  })),
  taskFinished: on('project.taskFinished', ({ tasks }, { data }) => ({
    tasks: tasks.map((task) => (task.id === data.task ? { ...task, status: data.outcome } : task)),
  })),
  reported: on('project.reported', ({ reports }, { data }) => ({
    percent: data.percent,
    reports: reports + 1,
  })),
  urged: on('project.urged', ({ urges }) => ({ urges: urges + 1 })),
  activityCounted: on('project.activityCounted', ({ activities }, { data }) => ({
    activities: [...activities.filter(({ activity }) => activity !== data.activity), data],
  })),
  finished: on('project.finished', (_, { data }) => ({
    reached: data.reached,
    ended: true,
  })),
  dropped: () => ({ ended: true }),
}

function newTask({ text, owner, dueOn }: TaskGiven, index: number, policy: Policy): Task {
  const id = `task-${index + 1}`
  return { id, text, owner: owner ?? null, dueAt: endOf(dueOn, policy), status: 'open' }
}

/** A date is due at the end of that day, where the policy's community lives. */
function endOf(day: string, { calendar }: Policy): number {
  if (day.includes('T')) return Date.parse(day)
  const next = Temporal.PlainDate.from(day).add({ days: 1 })
  return next.toZonedDateTime(calendar.timeZone).epochMilliseconds
}

/** Tasks that are neither done nor dropped. */
export const openTasks = (tasks: readonly Task[]): Task[] =>
  tasks.filter(({ status }) => status === 'open')

/** The clock of the task that is due next; no task, no clock. */
export function nextTask({ context, event }: Known): { clock: 'task'; until: number }[] {
  const dues = openTasks(context.tasks).map(({ dueAt }) => dueAt)
  return dues.length === 0 ? [] : [{ clock: 'task', until: Math.max(Math.min(...dues), event.at) }]
}

/** Who must know of what is due: each owner of a task that has come due, and of the project. */
export function notifyDue({ context, event }: Known): NotifyParams[] {
  const due = openTasks(context.tasks).filter(({ dueAt }) => dueAt <= event.at)
  return due.map((task) => ({
    to: addressOf(task.owner ?? context.owner, context),
    text: 'taskDue',
    with: { task: task.id, dueAt: iso(task.dueAt) },
  }))
}

/** Tells the deliberation that the project came from how it ended. */
export const tellTopic =
  (outcome: 'done' | 'dropped') =>
  ({ context, event }: Known): TellParams[] =>
    context.from === null
      ? []
      : [
          {
            instance: context.from,
            command: 'projectEnded',
            with: { project: event.stream, outcome },
          },
        ]

/** Lets those know who got a task with the beginning. */
export function notifyOwners({ context }: Known): NotifyParams[] {
  return openTasks(context.tasks)
    .filter(({ owner }) => owner !== null)
    .map(({ id, owner, dueAt }) => ({
      to: addressOf(owner, context),
      text: 'task',
      with: { task: id, dueAt: iso(dueAt) },
    }))
}

/** Lets the project's owner know; `text` is the key `notify.<text>`. */
export const notifyOwner =
  (text: string) =>
  ({ context }: { context: ProjectContext }): NotifyParams => ({
    to: addressOf(context.owner, context),
    text,
    with: {},
  })

/** A person, a unit, or whoever coordinates the place. */
function addressOf(owner: string | null, { place }: ProjectContext): NotifyParams['to'] {
  if (owner?.startsWith('person-')) return { person: owner }
  if (owner?.startsWith('organisation-')) return { unit: owner }
  const [community] = place
  return { role: 'coordinator', ...(community === undefined ? {} : { place: community }) }
}

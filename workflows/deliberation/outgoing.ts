// What a deliberation asks of the world: it tells its appeals, opens referrals and projects of its
// tasks, and lets people know. Pure; the machine names these.
import {
  instanceFrom,
  iso,
  type NotifyParams,
  type OpenParams,
  type TellParams,
} from '@linli/workflow'
import { is, isPending, type Known, projectOf } from './actions.ts'
import type { Context } from './context.ts'

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

/** Begins the project that a task becomes; it tells the deliberation how it ended. */
export const openProject = ({ context, event }: Known): OpenParams[] => {
  if (!is(event, 'deliberation.projectBegun')) return []
  const task = context.tasks.find(({ id }) => id === event.data.task)
  return [
    {
      workflow: 'project',
      command: 'begin',
      instance: projectOf(event.eventId),
      with: {
        from: context.stream,
        title: (task?.title ?? context.title).slice(0, PROJECT_TITLE_CHARS),
        tasks: event.data.tasks,
      },
    },
  ]
}

const PROJECT_TITLE_CHARS = 120

/** Lets the one know who is named to vote for another. */
export const notifyNamed = ({ context, event }: Known): NotifyParams[] =>
  is(event, 'deliberation.delegated')
    ? [{ to: { person: event.data.to }, text: 'delegated', with: { title: context.title } }]
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

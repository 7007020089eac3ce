// The flat row of a project. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import { openTasks, type ProjectContext, type Share } from './context.ts'

/** A project's row: its owners may read it; what its activities counted stands in it. */
export const summary: WorkflowSpec<ProjectContext>['summary'] = ({ stream, context }) => {
  const { title, from, place, owner, goals, tasks, activities, percent, reached, ended } = context
  const owners = [owner, ...tasks.map((task) => task.owner)].filter((id) => id !== null)
  const added = (what: Exclude<keyof Share, 'activity'>) =>
    activities.reduce((sum, share) => sum + share[what], 0)
  return {
    place,
    units: distinct(owners, 'organisation-'),
    persons: distinct(owners, 'person-'),
    title,
    ...(owner?.startsWith('person-') ? { owner } : {}),
    links: [
      ...(from === null ? [] : [{ rel: 'resolved by', id: from }]),
      ...activities.map(({ activity }) => ({ rel: 'activity', id: activity })),
    ],
    extra: {
      percent,
      goals: goals.length,
      tasks: tasks.length,
      tasksOpen: openTasks(tasks).length,
      activities: activities.length,
      personTimes: added('personTimes'),
      beneficiaries: added('beneficiaries'),
      output: added('output'),
      reached,
    },
    facts: { id: stream, title, path: place, ended },
    measures: { reached: reached === null ? null : reached === 'yes' },
  }
}

const distinct = (owners: readonly string[], kind: string): string[] => [
  ...new Set(owners.filter((id) => id.startsWith(kind))),
]

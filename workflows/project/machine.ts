// The machine of a project: it runs until its tasks are done and somebody says what was reached.
// One clock is the next task's, the other asks for a report. May not import a store or HTTP.
import { check, coreActions, type StateMeta, when } from '@linli/workflow'
import { assign, setup } from 'xstate'
import {
  changes,
  type Events,
  NEW_PROJECT,
  nextTask,
  notifyDue,
  notifyOwner,
  notifyOwners,
  openTasks,
  type ProjectContext,
  tellTopic,
} from './context.ts'

const parts = setup({
  types: {} as { context: ProjectContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    begun: assign(changes.begun),
    assigned: assign(changes.assigned),
    goalAdded: assign(changes.goalAdded),
    taskAdded: assign(changes.taskAdded),
    taskMoved: assign(changes.taskMoved),
    taskFinished: assign(changes.taskFinished),
    reported: assign(changes.reported),
    urged: assign(changes.urged),
    activityCounted: assign(changes.activityCounted),
    finished: assign(changes.finished),
    dropped: assign(changes.dropped),
  },
  guards: {
    named: check<ProjectContext, { title?: string; from?: string }>(
      ({ data }) => data.title !== undefined || data.from !== undefined,
    ),
    taskOpen: check<ProjectContext, { task: string }>(({ context, data }) =>
      openTasks(context.tasks).some(({ id }) => id === data.task),
    ),
    tasksFew: when<ProjectContext>(({ context }) => context.tasks.length < TASKS_MOST),
    goalsFew: when<ProjectContext>(({ context }) => context.goals.length < GOALS_MOST),
    tasksDone: when<ProjectContext>(({ context }) => openTasks(context.tasks).length === 0),
  },
})

const TASKS_MOST = 200
const GOALS_MOST = 50
const stopTask = { type: 'stopClock', params: { clock: 'task' } } as const
const startTask = { type: 'startClock', params: nextTask } as const
const startReport = { type: 'startClock', params: { clock: 'report' } } as const

const running = parts.createStateConfig({
  meta: { responsible: 'coordinator' },
  on: {
    'project.assigned': {
      actions: ['assigned', { type: 'notify', params: notifyOwner('assigned') }],
    },
    'project.goalAdded': { guard: 'goalsFew', actions: 'goalAdded' },
    'project.taskAdded': { guard: 'tasksFew', actions: ['taskAdded', startTask] },
    'project.taskMoved': { guard: 'taskOpen', actions: ['taskMoved', startTask] },
    'project.taskFinished': { guard: 'taskOpen', actions: ['taskFinished', stopTask, startTask] },
    'project.reported': { actions: ['reported', startReport] },
    'project.urged': { actions: ['urged', { type: 'notify', params: notifyOwner('urged') }] },
    'project.activityCounted': { actions: 'activityCounted' },
    'clock.expired.task': { actions: { type: 'notify', params: notifyDue } },
    'clock.expired.report': { actions: { type: 'notify', params: notifyOwner('reportDue') } },
    'project.finished': {
      target: 'done',
      guard: 'tasksDone',
      actions: ['finished', { type: 'tell', params: tellTopic('done') }],
    },
    'project.dropped': {
      target: 'dropped',
      actions: ['dropped', { type: 'tell', params: tellTopic('dropped') }],
    },
  },
})

/** The machine of a project. */
export const machine = parts.createMachine({
  id: 'project',
  context: NEW_PROJECT,
  initial: 'new',
  states: {
    new: {
      on: {
        'project.begun': {
          target: 'running',
          guard: 'named',
          actions: ['begun', startTask, startReport, { type: 'notify', params: notifyOwners }],
        },
      },
    },
    running,
    done: { type: 'final' },
    dropped: { type: 'final' },
  },
})

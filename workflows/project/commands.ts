// What a project takes. Its words are public: what was planned, by whom, by when. A report of how
// it goes is told by a person and may speak of others, so it is sealed.
import { command, personal } from '@linli/workflow'
import { z } from 'zod'

const Key = z.string().min(1).max(20)
const Day = z.union([z.iso.date(), z.iso.datetime()])
/** A person or a unit, by id. */
const Owner = z.string().min(1).max(80)

/** A task as it is given: what, by whom, by when. */
export const TaskGiven = z.strictObject({
  text: z.string().min(1).max(300),
  owner: Owner.optional(),
  dueOn: Day,
})
export type TaskGiven = z.infer<typeof TaskGiven>

/** What is to be reached, with a figure where it can be counted. */
export const Goal = z.strictObject({
  text: z.string().min(1).max(300),
  amount: z.int().min(1).max(10_000_000).optional(),
})
export type Goal = z.infer<typeof Goal>

/** What an activity tells of itself when it is done. */
export const Counted = z.strictObject({
  activity: z.string().max(80),
  personTimes: z.int().min(0),
  beneficiaries: z.int().min(0),
  output: z.int().min(0),
})

const nothing = z.strictObject({})

/** The commands of a project. `from` is the deliberation whose resolution opened it. */
export const commands = {
  begin: command({
    records: 'begun',
    starts: true,
    by: ['coordinator', 'council-member', 'system'],
    data: z.strictObject({
      title: z.string().min(1).max(120).optional(),
      from: z.string().max(80).optional(),
      place: z.string().max(80).optional(),
      owner: Owner.optional(),
      goals: z.array(Goal).max(20).optional(),
      tasks: z.array(TaskGiven).max(50),
    }),
    needs: { from: 'deliberation', place: 'place' },
  }),
  assign: command({
    records: 'assigned',
    by: ['coordinator'],
    data: z.strictObject({ owner: Owner }),
  }),
  addGoal: command({ records: 'goalAdded', by: ['coordinator'], data: Goal }),
  addTask: command({ records: 'taskAdded', by: ['coordinator'], data: TaskGiven }),
  moveTask: command({
    records: 'taskMoved',
    by: ['coordinator'],
    data: z.strictObject({ task: Key, dueOn: Day, owner: Owner.optional() }),
  }),
  finishTask: command({
    records: 'taskFinished',
    by: ['coordinator', 'unit-handler', 'council-member', 'building-chief', 'steward'],
    data: z.strictObject({ task: Key, outcome: z.enum(['done', 'dropped']) }),
  }),
  report: command({
    records: 'reported',
    by: ['coordinator', 'unit-handler', 'council-member', 'building-chief', 'steward'],
    data: z.strictObject({
      percent: z.int().min(0).max(100),
      note: personal(z.string().min(1).max(2_000)).optional(),
    }),
  }),
  urge: command({ records: 'urged', by: ['coordinator', 'supervisor'], data: nothing }),
  countActivity: command({ records: 'activityCounted', by: ['system'], data: Counted }),
  finish: command({
    records: 'finished',
    by: ['coordinator'],
    data: z.strictObject({
      reached: z.enum(['yes', 'partly', 'no']),
      result: z.string().min(1).max(1_000),
    }),
  }),
  drop: command({
    records: 'dropped',
    by: ['coordinator'],
    data: z.strictObject({
      reason: z.enum(['money', 'permission', 'needGone', 'merged', 'other']),
    }),
  }),
}

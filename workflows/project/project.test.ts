import { readFileSync } from 'node:fs'
import { type Instance, mermaid } from '@linli/workflow'
import { assertLively, given, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import { machine } from './machine.ts'
import { project } from './workflow.ts'

const row = ({ instance }: Story) => project.summary(instance as Instance)
const COOK = 'organisation-kitchen'
const CHIEF = 'person-chief'
const TASKS = [
  { text: 'Fit out the kitchen', owner: COOK, dueOn: '2026-11-18' },
  { text: 'Find riders for the meals', owner: CHIEF, dueOn: '2026-11-20' },
]
const RESULT = { reached: 'yes', result: 'Lunch for all who asked' }
const TOPIC = { id: 'deliberation-1', title: 'Canteen', path: ['place-community', 'place-estate'] }

t.test('a resolution opens a project; its tasks come due and are done', (t) => {
  const begun = given(project, [
    ['begin', 0, sample({ from: TOPIC.id, tasks: TASKS }, { facts: { from: TOPIC } })],
  ])
  t.match(row(begun), {
    title: 'Canteen',
    place: TOPIC.path,
    units: [COOK],
    persons: [CHIEF],
    links: [{ rel: 'resolved by', id: TOPIC.id }],
    extra: { tasks: 2, tasksOpen: 2 },
  })
  const told = begun.events.at(-1)?.effects?.map((effect) => 'to' in effect && effect.to)
  t.same(told, [{ unit: COOK }, { person: CHIEF }], 'each owner is told')
  t.equal(begun.instance?.clocks.task?.dueAt, Date.parse('2026-11-18T16:00:00Z'), 'end of that day')

  const late = begun.clock('expired', 'task')
  t.match(late.events.at(-1)?.effects, [{ to: { unit: COOK }, text: 'taskDue' }])
  const first = late.and(['finishTask', 70, { task: 'task-1', outcome: 'done' }])
  t.equal(first.instance?.clocks.task?.dueAt, Date.parse('2026-11-20T16:00:00Z'), 'the next one')
  t.match(first.when('finishTask', 71, { task: 'task-1', outcome: 'done' }), {
    refused: 'condition-not-met',
    guard: 'taskOpen',
  })
  t.match(first.when('finish', 71, RESULT), { refused: 'condition-not-met', guard: 'tasksDone' })
  const moved = first.and(['moveTask', 72, { task: 'task-2', dueOn: '2026-12-01' }])
  t.equal(moved.instance?.clocks.task?.dueAt, Date.parse('2026-12-01T16:00:00Z'))
  const done = moved.and(
    ['addTask', 73, { text: 'Print the menu', dueOn: '2026-11-30T04:00:00Z' }],
    ['finishTask', 74, { task: 'task-2', outcome: 'done' }],
    ['finishTask', 75, { task: 'task-3', outcome: 'dropped' }],
    ['finish', 76, RESULT],
  )
  const ending = { command: 'projectEnded', instance: TOPIC.id, with: { outcome: 'done' } }
  t.match(done.events.at(-1)?.effects, [ending])
  t.match(row(done), { extra: { tasksOpen: 0, reached: 'yes' }, measures: { reached: true } })
  t.same(row({ ...done, instance: done.replayed() }), row(done))
  t.end()
})

t.test('what activities tell is counted once each, and reports keep the clock moving', (t) => {
  const counted = { activity: 'activity-1', personTimes: 40, beneficiaries: 25, output: 28 }
  const told = given(project, [
    [
      'begin',
      0,
      { title: 'Good deeds', tasks: [], owner: CHIEF, goals: [{ text: 'Eight events' }] },
    ],
    ['countActivity', 1, counted],
    ['countActivity', 2, counted],
    ['countActivity', 3, { ...counted, activity: 'activity-2', personTimes: 2 }],
    ['report', 4, { percent: 60, note: 'Six of eight held' }],
  ])
  t.match(row(told).extra, { activities: 2, personTimes: 42, beneficiaries: 50, output: 56 })
  t.equal(told.instance?.clocks.report?.round, 2)
  const silent = told.clock('warned', 'report').clock('expired', 'report')
  t.match(silent.events.at(-1)?.effects, [{ to: { person: CHIEF }, text: 'reportDue' }])
  t.end()
})

t.test('refused: a project without a name, a percentage over 100, a date that is none', (t) => {
  t.match(given(project).when('begin', 0, { tasks: [] }), {
    refused: 'condition-not-met',
    guard: 'named',
  })
  const begun = given(project, [['begin', 0, { title: 'A canteen', tasks: TASKS }]])
  t.match(begun.when('report', 1, { percent: 101 }), { issues: [{ path: 'percent' }] })
  t.match(begun.when('addTask', 1, { text: 'x', dueOn: 'soon' }), { issues: [{ path: 'dueOn' }] })
  t.match(begun.when('addGoal', 1, { text: 'x', amount: -1 }), { issues: [{ path: 'amount' }] })
  t.end()
})

t.test('every path, and the picture', (t) => {
  const samples = {
    begin: { title: 'A canteen', tasks: TASKS.slice(0, 1), owner: CHIEF },
    assign: { owner: COOK },
    addGoal: { text: 'Eight events', amount: 8 },
    addTask: (instance: Instance) =>
      instance.snapshot.context.tasks.length < 2 ? TASKS.slice(1) : [],
    moveTask: { task: 'task-1', dueOn: '2026-12-01' },
    finishTask: ['task-1', 'task-2'].map((task) => ({ task, outcome: 'done' })),
    report: { percent: 10 },
    urge: {},
    countActivity: { activity: 'activity-1', personTimes: 1, beneficiaries: 1, output: 0 },
    finish: RESULT,
    drop: { reason: 'money' },
  }
  assertLively(t, project, { samples })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

import { readFileSync } from 'node:fs'
import { type Instance, mermaid } from '@linli/workflow'
import { assertLively, given, type Line, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { accountOf } from '../account/account-id.ts'
import { commands } from './commands.ts'
import type { ActivityContext } from './context.ts'
import { machine } from './machine.ts'
import { activity } from './workflow.ts'

const row = ({ instance }: Story) => activity.summary(instance as Instance)
const day = (n: number, hour = 1) => new Date(Date.UTC(2026, 10, 16 + n, hour)).toISOString()
const PATH = ['place-community', 'place-estate']
const PROJECT = 'project-0198c000-0000-7000-8000-000000000001'
const SEWING = { kind: 'sewing', title: 'Scarves', place: 'place-estate', startsAt: day(1) }
const planned = sample(
  { ...SEWING, endsAt: day(8), goal: { what: 'scarf', amount: 25 }, project: PROJECT },
  { facts: { place: { path: PATH } }, by: { role: 'building-chief', person: 'person-chief' } },
)
const sewing = (...lines: Line[]) =>
  given(activity, [
    ['plan', 0, planned],
    ['addShift', 1, { from: day(1), to: day(1, 4), needed: 2 }],
    ['addShift', 1, { from: day(1, 3), to: day(1, 6) }],
    ['roster', 2, { shift: 'shift-1', people: ['person-1', 'person-2'] }],
    ['begin', 25],
    ['signIn', 26, { shift: 'shift-1', people: ['person-1', 'person-2'] }],
    ['signIn', 27, { shift: 'shift-2', people: ['person-1'] }],
    ...lines,
  ])

t.test('the sewing room: shifts, person-times beside people, service, output and goal', (t) => {
  const week = sewing(['produce', 30, { amount: 28, shift: 'shift-1' }])
  t.match(row(week).extra, { personTimes: 3, people: 2, output: 28, goal: 25 })
  const served = week.and(
    ['serve', 31, { person: 'person-2', minutes: 180, shift: 'shift-1' }],
    ['serve', 31, { person: 'person-1', minutes: 120, shift: 'shift-1' }],
  )
  const told = served.events.at(-1)?.effects ?? []
  t.match(
    told.map((effect) => [effect.kind, 'instance' in effect && effect.instance]),
    ['open', 'open', 'tell', 'tell'].map((kind, n) => [
      kind,
      accountOf('person-1', n % 2 === 0 ? 'points' : 'minutes'),
    ]),
  )
  const others = { times: 40, people: 31 }
  const done = served.and(
    ['signIn', 32, { shift: 'shift-2', others }],
    ['strike', 33, { shift: 'shift-2', person: 'person-1' }],
    ['finish', 34, { beneficiaries: 28, result: 'All given to the nursing home' }],
  )
  t.match(done.events.at(-1)?.effects, [
    {
      ...{ kind: 'tell', instance: PROJECT, command: 'countActivity' },
      with: { personTimes: 42, beneficiaries: 28, output: 28 },
    },
  ])
  t.match(row(done), {
    place: PATH,
    persons: ['person-1', 'person-2'],
    owner: 'person-chief',
    extra: { personTimes: 42, people: 33, volunteers: 2, serviceMinutes: 300, beneficiaries: 28 },
    measures: { goalReached: true },
  })
  t.same(row({ ...done, instance: done.replayed() }), row(done))
  t.end()
})

t.test(
  'registration has an end of places, and a cancelled activity tells who meant to come',
  (t) => {
    const open = given(activity, [
      ['plan', 0, { ...SEWING, endsAt: day(2), capacity: 2 }],
      ['openRegistration', 1],
      ['register', 2, { person: 'person-1' }],
      ['register', 3, { person: 'person-2' }],
    ])
    const noRoom = { refused: 'condition-not-met', guard: 'hasRoom' }
    t.match(open.when('register', 4, { person: 'person-3' }), noRoom)
    const by = { role: 'resident', person: 'person-9' } as const
    const notMine = open.when('leave', 4, sample({ person: 'person-1' }, { by }))
    t.match(notMine, { refused: 'condition-not-met', guard: 'isRegistered' })
    const left = open.and(['leave', 4, { person: 'person-1' }])
    t.match(left.when('register', 5, { person: 'person-2' }), noRoom, 'twice')
    const late = left.clock('expired', 'start')
    t.match(late.events.at(-1)?.effects, [{ text: 'notBegun' }])
    const off = late.and(['cancel', 40, { reason: 'weather' }])
    t.match(off.events.at(-1)?.effects, [{ to: { person: 'person-2' }, text: 'cancelled' }])
    const held = late.and(['begin', 40])
    t.match(held.when('finish', 41, { beneficiaries: 0 }), { guard: 'somebodyCame' })
    t.match(held.when('produce', 41, { amount: 1 }), { guard: 'hasGoal' })
    t.match(held.clock('expired', 'writeUp').events.at(-1)?.effects, [{ text: 'writeUp' }])
    t.end()
  },
)

t.test('refused: two places at a time, twice in a shift, more minutes than the shift has', (t) => {
  const week = sewing()
  const refusals: [Parameters<Story['when']>, string][] = [
    [['roster', 30, { shift: 'shift-2', people: ['person-2'] }], 'atOnePlace'],
    [['roster', 30, { shift: 'shift-9', people: ['person-2'] }], 'atOnePlace'],
    [['signIn', 30, { shift: 'shift-1', people: ['person-1'] }], 'comesOnce'],
    [['signIn', 30, { shift: 'shift-2', people: ['person-3', 'person-3'] }], 'comesOnce'],
    [['signIn', 30, { people: ['person-3'] }], 'comesOnce'],
    [['signIn', 30, { shift: 'shift-1' }], 'comesOnce'],
    [['signIn', 30, { shift: 'shift-1', others: { times: 1, people: 2 } }], 'comesOnce'],
    [['strike', 30, { shift: 'shift-1', person: 'person-3' }], 'didCome'],
    [['serve', 30, { shift: 'shift-1', person: 'person-1', minutes: 181 }], 'servesOnce'],
    [['addShift', 30, { from: day(3), to: day(3) }], 'shiftFits'],
  ]
  for (const [line, guard] of refusals) {
    t.match(week.when(...line), { refused: 'condition-not-met', guard }, `${line[0]} ${guard}`)
  }
  const twice = week.and(['serve', 30, { shift: 'shift-1', person: 'person-1', minutes: 60 }])
  const again = twice.when('serve', 31, { shift: 'shift-1', person: 'person-1', minutes: 60 })
  t.match(again, { guard: 'servesOnce' })
  const backwards = { ...SEWING, endsAt: day(0) }
  t.match(given(activity).when('plan', 0, backwards), { guard: 'planFits' })
  const over = sample(
    { ...SEWING, endsAt: day(3), project: PROJECT },
    { facts: { project: { ended: true } } },
  )
  t.match(given(activity).when('plan', 0, over), { guard: 'planFits' })
  const soon = given(activity, [['plan', 0, { ...SEWING, endsAt: day(2) }]])
  t.match(soon.when('change', 1, { startsAt: day(3) }), { guard: 'timesFit' })
  t.match(soon.when('signIn', 1, { people: ['person-1'] }), { refused: 'not-in-this-state' })
  t.match(given(activity).when('plan', 0, { ...SEWING, endsAt: day(2), capacity: -1 }), {
    issues: [{ path: 'capacity' }],
  })
  t.end()
})

t.test('every path, and the picture', (t) => {
  const once =
    (name: keyof ActivityContext, data: Record<string, unknown>) => (instance: Instance) =>
      instance.snapshot.context[name].length === 0 ? data : []
  const samples = {
    plan: { ...SEWING, endsAt: day(2), goal: { what: 'scarf', amount: 25 } },
    change: { venue: 'Yard' },
    addShift: once('shifts', { from: day(1), to: day(1, 4) }),
    roster: { shift: 'shift-1', people: ['person-1'] },
    openRegistration: {},
    register: { person: 'person-1' },
    leave: { person: 'person-1' },
    begin: {},
    signIn: once('present', { people: ['person-1'] }),
    strike: { person: 'person-1' },
    serve: { person: 'person-1', minutes: 60 },
    produce: { amount: 5 },
    finish: { beneficiaries: 5 },
    cancel: { reason: 'weather' },
  }
  const signature = (context: ActivityContext) => [context.present.length, context.services.length]
  assertLively(t, activity, { samples, signature })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

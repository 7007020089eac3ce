// What XState does that a durable machine must not fall for, each shown with linli's answer.
import t from 'tap'
import {
  assign,
  createActor,
  createMachine,
  getNextTransitions,
  not,
  raise,
  setup,
  spawnChild,
  transition as stockTransition,
} from 'xstate'
import { z } from 'zod'
import {
  check,
  coreActions,
  defineWorkflow,
  type Event,
  fold,
  hasEnded,
  initialSnapshot,
  iso,
  type Scene,
  stateOf,
  takes,
  transition,
  type Workflow,
  type WorkflowSpec,
  when,
} from '../src/index.ts'
import { given, STORY_START } from '../src/test-kit.ts'
import { policy, ticket } from './ticket.ts'

const REPORT = { degrees: 15, text: 'cold', place: 'place-1' }
const anyData = z.strictObject({})
const nothing = { texts: { zh: {}, en: {} }, policies: [policy] }
const noSummary = () => ({ place: [], units: [], persons: [] })
type Machine = WorkflowSpec<object>['machine']

/** A workflow named `x` whose commands record what the machine takes; `start` begins it. */
function workflowOf(machine: Machine, names: readonly string[]): Workflow {
  const commands = Object.fromEntries(
    names.map((name) => [
      name,
      {
        records: name,
        data: anyData,
        by: ['grid-worker' as const],
        ...(name === 'start' ? { starts: true as const } : {}),
      },
    ]),
  )
  return defineWorkflow({ id: 'x', version: 1, machine, commands, summary: noSummary, ...nothing })
}

const counted = setup({
  types: {} as { context: { times: number; notes: number } },
  actions: {
    ...coreActions,
    count: assign({ times: ({ context }) => context.times + 1 }),
    note: assign({ notes: ({ context }) => context.notes + 1 }),
  },
}).createMachine({
  id: 'x',
  context: { times: 0, notes: 0 },
  initial: 'new',
  states: {
    new: { on: { 'x.start': { target: 'idle', actions: raise({ type: 'x.go' }) } } },
    idle: {
      after: { 60000: 'late' },
      on: {
        'x.go': { actions: 'count' },
        'x.nudge': {},
        'x.move': 'busy',
        'x.stop': 'done',
      },
    },
    busy: { on: { 'x.move': 'idle', 'x.stop': 'done' } },
    late: { on: { 'x.stop': 'done' } },
    done: { type: 'final' },
  },
})
const small = workflowOf(counted, ['start', 'go', 'nudge', 'move', 'stop'])
const DELAY = 'xstate.after.60000.x.idle'

t.test('a raise without delay comes back as an action and is not done twice', (t) => {
  const told = given(small, [['start', 0]])
  t.equal(told.instance?.snapshot.context.times, 1)
  t.equal(told.replayed()?.snapshot.context.times, 1)
  t.equal(told.events[0]?.effects, undefined)
  t.equal(told.events.length, 1, 'one command, one event, whatever was raised inside')
  t.end()
})

t.test('after is a clock: its end drives the machine, leaving the state cancels it', (t) => {
  const told = given(small, [['start', 0]])
  t.match(told.instance?.clocks[DELAY], { status: 'running', dueAt: STORY_START + 60_000 })
  const late = told.until(1)
  t.equal(stateOf(late.replayed() ?? fail()), 'late')
  t.match(late.events.at(-1), { type: 'clock.expired', at: iso(STORY_START + 60_000) })
  const moved = told.and(['move', 0.01])
  t.equal(moved.instance?.clocks[DELAY]?.status, 'stopped')
  t.equal(stateOf(moved.until(9).instance ?? fail()), 'busy')
  const back = moved.and(['move', 0.02])
  t.match(back.instance?.clocks[DELAY], { status: 'running', round: 2 })
  t.end()
})

t.test('a final state cancels nothing in XState; here it stops every clock', (t) => {
  const stock = createActor(counted).start()
  stock.send({ type: 'x.start' })
  const told = given(small, [
    ['start', 0],
    ['stop', 0.01],
  ])
  t.ok(told.instance && hasEnded(told.instance))
  t.equal(told.instance?.clocks[DELAY]?.status, 'stopped')
  t.match(told.when('stop', 1), { refused: 'not-in-this-state', offered: [] })
  const dead = { clock: DELAY, round: 1, generation: 1 }
  t.match(told.when('clock.expired', 1, dead), { refused: 'not-in-this-state' })
  stock.stop()
  t.end()
})

t.test('the same snapshot does not mean refused', (t) => {
  const told = given(small, [['start', 0]])
  const before = told.instance?.snapshot
  const nudged = told.and(['nudge', 0])
  t.equal(nudged.instance?.snapshot, before, 'the very same object')
  t.equal(before?.can({ type: 'x.nudge' }), false, 'XState says that it cannot')
  t.ok(told.offered(0).includes('nudge'))
  t.equal(nudged.instance?.revision, 1)
  t.equal(told.and(['move', 0]).when('nudge', 0).refused, 'not-in-this-state')
  t.end()
})

t.test('a guard that throws is a bug, not a refusal; guard params may be functions', (t) => {
  const machine = setup({
    types: {} as { events: Scene & { type: string; data: unknown } },
    guards: {
      fails: check(() => {
        throw new Error('a guard with a bug')
      }),
      early: when<unknown, unknown, { most: Date }>(({ at }, { most }) => at < most.getTime()),
    },
  }).createMachine({
    id: 'x',
    on: {
      'x.start': {},
      'x.break': { actions: [], guard: 'fails' },
      'x.early': { guard: { type: 'early', params: () => ({ most: new Date(STORY_START) }) } },
    },
  })
  const told = given(workflowOf(machine, ['start', 'break', 'early']), [['start', 0]])
  t.throws(() => told.when('break', 0), /a guard with a bug/)
  const refused = { refused: 'condition-not-met', guard: 'early', offered: ['start', 'break'] }
  t.match(told.when('early', 1), refused)
  t.equal(told.when('early', -1).refused, undefined)
  t.end()
})

const REMEMBERING = {
  id: 'x',
  initial: 'new',
  states: {
    new: { on: { 'x.start': 'open' } },
    open: {
      initial: 'one',
      on: { 'x.leave': 'away' },
      states: {
        one: { on: { 'x.go': 'two' } },
        two: {
          initial: 'inner',
          states: { inner: { on: { 'x.go': 'deep' } }, deep: {} },
        },
        past: { type: 'history', history: 'deep' },
      },
    },
    away: { on: { 'x.back': 'open.past' } },
  },
} as const

t.test('history lies inside the compound that is left, with the way station beside it', (t) => {
  const workflow = workflowOf(setup({}).createMachine(REMEMBERING), [
    ...['start', 'leave', 'go', 'back'],
  ])
  const told = given(workflow, [
    ['start', 0],
    ['go', 1],
    ['go', 2],
    ['leave', 3],
  ])
  const back = told.and(['back', 4])
  t.same(stateOf(back.instance ?? fail()), { open: { two: 'deep' } })
  t.same(stateOf(back.replayed() ?? fail()), { open: { two: 'deep' } }, 'history folds')
  const beside = setup({}).createMachine({
    id: 'x',
    initial: 'new',
    states: {
      new: { on: { 'x.start': 'one' } },
      one: { on: { 'x.go': 'two' } },
      two: { on: { 'x.leave': 'away' } },
      away: { on: { 'x.back': 'past' } },
      past: { type: 'history', history: 'deep' },
    },
  })
  const lost = given(workflowOf(beside, ['start', 'go', 'leave', 'back']), [
    ['start', 0],
    ['go', 1],
    ['leave', 2],
    ['back', 3],
  ])
  t.equal(lost.instance?.snapshot.value, 'new', 'beside its siblings it forgets')
  t.end()
})

t.test('history inside a region of a parallel state comes back region by region', (t) => {
  const machine = setup({}).createMachine({
    id: 'x',
    initial: 'new',
    states: {
      new: { on: { 'x.start': 'open' } },
      open: {
        type: 'parallel',
        on: { 'x.leave': 'away' },
        states: {
          left: { initial: 'a', states: { a: { on: { 'x.go': 'b' } }, b: {} } },
          right: { initial: 'c', states: { c: { on: { 'x.turn': 'd' } }, d: {} } },
          past: { type: 'history', history: 'deep' },
        },
      },
      away: { on: { 'x.back': 'open.past' } },
    },
  })
  const told = given(workflowOf(machine, ['start', 'leave', 'go', 'turn', 'back']), [
    ['start', 0],
    ['turn', 1],
    ['leave', 2],
    ['back', 3],
  ])
  t.same(told.instance?.snapshot.value, { open: { left: 'a', right: 'd' } })
  t.same(told.replayed()?.snapshot.value, told.instance?.snapshot.value)
  t.end()
})

t.test('coming back by deep history does not begin a clock anew', (t) => {
  const away = given(ticket, [
    ['report', 0, REPORT],
    ['refer', 2, { unit: 'organisation-1' }],
    ['suspend', 3, { until: iso(STORY_START + 30 * 3_600_000) }],
  ])
  const back = away.and(['resume', 13])
  t.match(back.instance?.clocks.handle, { round: 1, dueAt: STORY_START + 58 * 3_600_000 })
  t.match(back.instance?.clocks.sendBack, { round: 1, dueAt: STORY_START + 20 * 3_600_000 })
  t.same(
    back.events.at(-1)?.clocks?.map(({ clock, is }) => [clock, is]),
    [
      ['suspended', 'stopped'],
      ['handle', 'resumed'],
      ['sendBack', 'resumed'],
    ],
  )
  t.end()
})

t.test('names that begin with xstate. or look like the core are refused at the edge', (t) => {
  const told = given(small, [['start', 0]])
  const forged = { clock: DELAY, round: 1, generation: 1 }
  for (const name of [DELAY, 'xstate.init', 'xstate.stop', 'xstat.warned', 'clock.started']) {
    t.match(told.when(name, 1, forged), { refused: 'not-found', detail: name })
  }
  t.match(told.when('xstate', 1), { refused: 'not-found' })
  t.match(given(small).when('clock.expired', 0, forged), { refused: 'not-found' })
  t.throws(() => workflowOf(counted, ['xstate']), /not a name: xstate/)
  t.end()
})

t.test('getNextTransitions lists candidates without asking guards; offered asks them', (t) => {
  const told = given(ticket, [
    ['report', 0, REPORT],
    ['refer', 1, { unit: 'organisation-1' }],
  ])
  const listed = getNextTransitions(told.instance?.snapshot ?? fail()).map((one) => one.eventType)
  t.ok(listed.includes('ticket.sentBack'))
  t.ok(told.offered(8).includes('sendBack'))
  t.notOk(told.offered(10).includes('sendBack'), 'its when guard says no')
  t.ok(told.offered(10).includes('answer'), 'a check counts as met while offering')
  t.match(told.when('answer', 10, { degrees: 12 }), {
    refused: 'condition-not-met',
    guard: 'warmEnough',
    offered: ['note', 'answer', 'suspend', 'extend', 'urge'],
  })
  t.end()
})

t.test('the inert scope gives what the stock transition gives, over sequences', (t) => {
  for (const machine of [counted, setup({}).createMachine(REMEMBERING)] as Machine[]) {
    const types = ['start', 'go', 'nudge', 'move', 'leave', 'back', 'stop'].map((one) => `x.${one}`)
    for (let seed = 1; seed <= 60; seed += 1) {
      let ours = initialSnapshot(machine)
      let theirs = createActor(machine).getSnapshot()
      for (let n = 0, draw = seed; n < 12; n += 1) {
        draw = (draw * 48_271) % 2_147_483_647
        const event = { type: n === 0 ? 'x.start' : (types[draw % types.length] ?? '') }
        const next = transition(ours, event)
        const [stock, actions] = stockTransition(machine, theirs, event)
        t.same(next.snapshot.toJSON(), stock.toJSON())
        t.same(
          next.actions.map(({ type, params }) => ({ type, params })),
          actions.map(({ type, params }) => ({ type, params })),
        )
        ours = next.snapshot
        theirs = stock
      }
    }
  }
  t.end()
})

t.test('a snapshot is rebuilt by folding: nothing is stored that XState must parse', (t) => {
  const told = given(ticket, [['report', 0, REPORT]])
  const json = JSON.parse(JSON.stringify(told.instance?.snapshot))
  t.throws(() => stockTransition(ticket.machines.get(1) ?? fail(), json, { type: 'ticket.noted' }))
  const events: Event[] = JSON.parse(JSON.stringify(told.events))
  t.ok(takes(fold(ticket, events)?.snapshot ?? fail(), { type: 'ticket.noted' }))
  t.end()
})

t.test('machines that cannot be stepped durably are refused when they are defined', (t) => {
  const logic = setup({}).createMachine({})
  const parts = { actors: { logic }, guards: { ok: () => true } }
  const withState = (state: object): Machine =>
    createMachine({ id: 'x', initial: 'new', states: { new: { on: {}, ...state } } }).provide(parts)
  const refuse = (machine: Machine, message: RegExp) =>
    t.throws(() => workflowOf(machine, ['start']), message)
  refuse(withState({ invoke: { src: 'logic' } }), /state new: invoke is not supported/)
  refuse(withState({ entry: spawnChild('logic') }), /xstate.spawnChild is not supported/)
  refuse(withState({ on: { 'x.start': { guard: () => true } } }), /inline or composed/)
  refuse(withState({ on: { 'x.start': { guard: not('ok') } } }), /inline or composed/)
  refuse(withState({ always: { guard: () => false, target: 'new' } }), /inline or composed/)
  refuse(withState({ on: { 'x.start': { guard: 'absent' } } }), /guard absent is not one function/)
  refuse(withState({ on: { 'x.start': { actions: 'absent' } } }), /action absent is not declared/)
  refuse(withState({ exit: () => {} }), /is not one of the core's/)
  refuse(withState({ entry: raise({ type: 'x.start' }, { delay: 5 }) }), /start a clock/)
  const composed = setup({ guards: { ok: () => true, both: not('ok') } }).createMachine({
    id: 'x',
    on: { 'x.start': { guard: 'both' } },
  })
  refuse(composed, /guard both is not one function/)
  const named = setup({ actions: { write: () => {} } }).createMachine({
    id: 'x',
    on: { 'x.start': { actions: 'write' } },
  })
  refuse(named, /action write is not one of the core's/)
  t.end()
})

t.test(
  'what only shows while stepping throws there: a spawn in assign, an enqueued stranger',
  (t) => {
    const logic = setup({}).createMachine({})
    const machine = setup({ actors: { logic } }).createMachine({
      id: 'x',
      initial: 'new',
      context: {},
      states: {
        new: { on: { 'x.start': { actions: assign(({ spawn }) => ({ child: spawn('logic') })) } } },
      },
    })
    t.throws(() => given(workflowOf(machine, ['start']), [['start', 0]]), /spawn is not supported/)
    t.end()
  },
)

function fail(): never {
  throw new Error('the story has no instance')
}

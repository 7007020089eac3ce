// The test kit itself: stories, and the walk that finds what a lifecycle forgot.
import t from 'tap'
import { setup } from 'xstate'
import { z } from 'zod'
import {
  cardOf,
  command,
  coreActions,
  defineWorkflow,
  type EventsOf,
  type Instance,
  iso,
  type StateMeta,
  when,
} from '../src/index.ts'
import { assertLively, explore, faultsOf, given, HOUR_MS, sample } from '../src/test-kit.ts'
import { policy, ticket } from './ticket.ts'

const REPORT = { degrees: 15, text: 'cold since Monday', place: 'place-1' }
const SAMPLES = {
  report: REPORT,
  note: [{ text: 'seen' }],
  refer: { unit: 'organisation-1' },
  sendBack: { reason: 'not ours' },
  answer: [{ degrees: 10 }, sample({ degrees: 20 }, { by: { role: 'unit-handler' } })],
  suspend: (instance: Instance) => ({ until: iso(instance.at + 5 * HOUR_MS) }),
  extend: { hours: 5 },
  urge: {},
  resume: {},
  close: {},
  'effect.refused': { effect: 'ticket-1:1:0', command: 'measured', code: 'not-found' },
}

t.test('a ticket is referred, and the unit may send it back in time', (t) => {
  const story = given(ticket, [
    ['report', 0, REPORT],
    ['refer', 2, { unit: 'organisation-1' }],
  ])
  t.match(story.when('sendBack', 9, { reason: 'not ours' }).event, {
    type: 'ticket.sentBack',
    from: { open: 'unit' },
    to: { open: 'grid' },
  })
  t.match(story.when('sendBack', 11, { reason: 'not ours' }), {
    refused: 'condition-not-met',
    guard: 'inSendBackLimit',
  })
  t.equal(story.events.length, 2, 'the story stays where it was')
  t.end()
})

t.test('data is parsed and sealed as a route would', (t) => {
  const story = given(ticket, [['report', 0, REPORT]])
  t.same(story.events[0]?.data.text, { $sealed: 'cold since Monday' })
  t.match(story.when('note', 1, { text: '' }), { refused: 'invalid', issues: [{ path: 'text' }] })
  const sealed = { $sealed: 'z', subject: 'person-1', key: '1' }
  t.same(story.when('note', 1, { text: sealed }).event?.data, { text: sealed })
  t.match(story.when('note', 1, { text: sealed, more: 1 }), { refused: 'invalid' })
  const facts = { place: { path: ['place-0', 'place-1'] } }
  const told = given(ticket, [
    ['report', 0, sample(REPORT, { facts, by: { role: 'resident', person: 'person-1' } })],
  ])
  t.match(told.events[0], { data: { facts }, by: { role: 'resident', person: 'person-1' } })
  t.match(story.when('dance', 1), { refused: 'not-found', detail: 'dance' })
  t.throws(() => story.and(['close', 1]), /close at 2026-11-16T01.*not-in-this-state/)
  t.same(given(ticket).offered(0), ['report'])
  t.match(given(ticket).when('close', 0), { refused: 'not-in-this-state', offered: [] })
  t.end()
})

t.test('clocks turn at their own time, one by one or all until an hour', (t) => {
  const story = given(ticket, [['report', 0, REPORT]], { policy })
  const yellow = story.clock('warned', 'handle')
  t.equal(cardOf(yellow.instance?.clocks ?? {}), 'yellow')
  t.equal(cardOf(yellow.until(48).instance?.clocks ?? {}), 'red')
  t.same(
    story.until(50).events.map(({ type, at }) => [type, at]),
    [
      ['ticket.reported', '2026-11-16T00:00:00.000Z'],
      ['clock.warned', '2026-11-17T20:00:00.000Z'],
      ['clock.expired', '2026-11-18T00:00:00.000Z'],
    ],
  )
  t.throws(() => yellow.clock('warned', 'handle'), /stale-clock/)
  t.throws(() => story.clock('expired', 'sendBack'), /no clock sendBack/)
  t.equal(given(ticket).until(5).instance, undefined)
  t.end()
})

t.test('the ticket keeps the property of the lifecycle', (t) => {
  const walk = assertLively(t, ticket, { samples: SAMPLES })
  const ends = walk.visits.filter(({ instance }) => instance.snapshot.status === 'done')
  t.ok(ends.length > 0)
  t.ok(walk.transitions.some(({ by }) => by === 'clock.expired suspended'))
  t.ok(walk.transitions.some(({ by }) => by === 'effect.refused'))
  const checks = walk.refused.filter(({ by }) => by === 'answer')
  t.match(checks[0]?.answer, { guard: 'warmEnough' })
  const finer = explore(ticket, SAMPLES, {
    signature: ({ degrees }: { degrees: number }) => degrees,
  })
  t.ok(finer.visits.length >= walk.visits.length)
  t.end()
})

t.test('a walk says what it could not see', (t) => {
  const { close: _close, ...few } = SAMPLES
  t.same(explore(ticket, few).unsampled, ['close'])
  const cut = explore(ticket, SAMPLES, { mostVisits: 3 })
  t.notOk(cut.complete)
  t.equal(cut.visits.length, 3)
  t.throws(() => explore(ticket, { report: { degrees: 'warm' } }), /sample of report is not valid/)
  t.end()
})

const forgetful = {
  start: command({ records: 'started', starts: true, by: ['system'], data: z.strictObject({}) }),
  follow: command({ records: 'followed', by: ['system'], data: z.strictObject({}) }),
  go: command({ records: 'gone', by: ['system'], data: z.strictObject({}) }),
}
const forgetfulMachine = setup({
  types: {} as { events: EventsOf<'loose', typeof forgetful>; meta: StateMeta },
  actions: coreActions,
}).createMachine({
  id: 'loose',
  initial: 'new',
  states: {
    new: { on: { 'loose.started': 'nobody' } },
    nobody: { on: { 'loose.gone': 'stuck', 'loose.followed': 'following' } },
    following: { meta: { follows: 'original' }, on: { 'loose.gone': 'both' } },
    both: {
      type: 'parallel',
      meta: { responsible: 'steward' },
      states: { left: {}, right: { initial: 'one', states: { one: {} } } },
      on: { 'loose.gone': 'nobody' },
    },
    stuck: { meta: { responsible: 'system' }, on: { 'loose.gone': {} } },
  },
})
const loose = {
  ...{ id: 'loose', version: 1, machine: forgetfulMachine, commands: forgetful },
  ...{ policies: [policy], texts: { zh: {}, en: {} } },
  summary: () => ({ place: [], units: [], persons: [] }),
}

t.test('a way out may open only when a clock has ended', (t) => {
  const { start, go } = forgetful
  const patient = setup({
    types: {} as { events: EventsOf<'loose', { start: typeof start; go: typeof go }> },
    actions: coreActions,
    guards: { over: when(({ clocks }) => clocks.handle?.status === 'expired') },
  }).createMachine({
    id: 'loose',
    initial: 'new',
    states: {
      new: {
        on: {
          'loose.started': {
            target: 'waiting',
            actions: { type: 'startClock', params: { clock: 'handle' } },
          },
        },
      },
      waiting: {
        meta: { responsible: 'steward' },
        on: { 'loose.gone': { target: 'over', guard: 'over' } },
      },
      over: { type: 'final' },
    },
  })
  const workflow = defineWorkflow({ ...loose, machine: patient, commands: { start, go } })
  const { visits } = assertLively(t, workflow, { samples: { start: {}, go: {} } })
  t.equal(visits.length, 4, 'running, warned, expired and over')
  t.end()
})

t.test('a lifecycle that forgets somebody, a clock or the way out is found', (t) => {
  const samples = { start: {}, follow: {}, go: {} }
  const faults = faultsOf(explore(defineWorkflow(loose), samples))
  t.same(
    faults.map(({ state, why }) => [state, why]),
    [
      ['nobody', 'nobody is responsible'],
      ['nobody', 'no clock runs or has run out'],
      ['stuck', 'there is no way out'],
      ['stuck', 'no clock runs or has run out'],
      ['both.left|right.one', 'no clock runs or has run out'],
    ],
  )
  t.equal(faults[2]?.way, 'start → go')
  const record = faultsOf(explore(defineWorkflow({ ...loose, record: true }), samples))
  t.same(
    record.map(({ state }) => state),
    ['stuck'],
  )
  const found: unknown[] = []
  assertLively({ same: (value) => found.push(value) }, defineWorkflow(loose), { samples })
  t.match(found, [true, [], { length: 5 }])
  t.end()
})

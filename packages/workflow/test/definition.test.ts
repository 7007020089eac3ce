// What a definition promises: its checks, personal fields, pictures, and moving between versions.
import t from 'tap'
import { setup } from 'xstate'
import { z } from 'zod'
import {
  chart,
  command,
  defineWorkflow,
  type EventsOf,
  fold,
  type Instance,
  instanceFrom,
  isSealed,
  mapPersonal,
  mermaid,
  migrated,
  personal,
  personalFields,
  policySchema,
  type Recorded,
  ruleValue,
  type Sealed,
  sameState,
  sourced,
  stateOf,
  statePath,
  streamName,
  transition,
  workflowOf,
} from '../src/index.ts'
import { given } from '../src/test-kit.ts'
import { commands, machine, policy, ticket } from './ticket.ts'

const REPORT = { degrees: 15, text: 'cold', place: 'place-1' }
const empty = z.strictObject({})
const summary = () => ({ place: [], units: [], persons: [] })
const rest = { policies: [policy], texts: { zh: {}, en: {} }, summary }
function some<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing there')
  return value
}

t.test('personal fields are found wherever they can be sealed', (t) => {
  const name = personal(z.string(), 'self')
  const schema = z.strictObject({
    name: name.optional(),
    phone: name.nullable().default(null),
    notes: z.array(z.strictObject({ text: personal(z.string().min(1)), open: z.boolean() })),
    way: z.union([z.strictObject({ told: name }), z.strictObject({ told: name, at: z.string() })]),
    kind: z.discriminatedUnion('is', [z.strictObject({ is: z.literal('a'), who: name })]),
    plain: z.string(),
    table: z.record(z.string(), z.number()),
  })
  t.same(
    personalFields(schema).map(({ path, of }) => `${path.join('.')}: ${of}`),
    ['name: self', 'phone: self', 'notes.*.text: case', 'way.told: self', 'kind.who: self'],
  )
  const described = personal(z.string()).describe('what was seen')
  t.same(personalFields(z.strictObject({ described })), [{ path: ['described'], of: 'case' }])
  t.end()
})

t.test('a mark that could not be sealed is refused when the workflow is defined', (t) => {
  const name = personal(z.string())
  const refuse = (schema: z.ZodType, message: RegExp) =>
    t.throws(() => personalFields(z.strictObject({ at: schema })), message)
  refuse(z.record(z.string(), name), /cannot stand in a record: at/)
  refuse(z.record(z.string(), z.strictObject({ name })), /cannot stand in a record: at/)
  refuse(z.tuple([name]), /cannot stand in a tuple: at/)
  refuse(
    z.lazy(() => name),
    /cannot stand in a lazy: at/,
  )
  refuse(z.strictObject({ name }).readonly(), /cannot stand in a readonly: at/)
  refuse(
    name.transform((text) => text),
    /cannot stand in a pipe: at/,
  )
  refuse(z.union([name, personal(z.string(), 'reporter')]), /at is of case and of reporter/)
  t.end()
})

t.test('mapPersonal replaces personal texts and nothing else, and changes no argument', (t) => {
  const fields = personalFields(commands.report.data)
  const data = Object.freeze({ ...REPORT })
  const seen: string[] = []
  const sealed = mapPersonal(data, fields, (value, field, path) => {
    seen.push(`${path} of ${field.of}`)
    return { $sealed: String(value) }
  })
  t.same(sealed, { ...REPORT, text: { $sealed: 'cold' } })
  t.same(data, REPORT)
  t.same(seen, ['text of reporter'])
  t.ok(isSealed(Object.values(sealed as object)[1]))
  const same = { degrees: 1 }
  const deep = [{ path: ['a', '*', 'b'], of: 'case' }]
  const seal = (value: unknown) => `<${value}>`
  t.equal(mapPersonal(same, fields, seal), same)
  t.same(mapPersonal({ a: [{ b: 'x' }, { c: 1 }, null] }, deep, seal), {
    a: [{ b: '<x>' }, { c: 1 }, null],
  })
  for (const odd of [{ a: 'no list' }, { a: null }, { a: [['b']] }, 5, null]) {
    t.same(mapPersonal(odd, deep, seal), odd)
  }
  t.end()
})

t.test('the events of a machine have sealed data, as types', (t) => {
  type Data = Recorded<z.output<typeof commands.report.data>>
  const data: Data = { degrees: 1, text: { $sealed: null }, place: 'place-1' }
  const text: Sealed = data.text
  // @ts-expect-error a clear text does not fit
  const clear: Data = { degrees: 1, text: 'in clear', place: 'place-1' }
  const nested: Recorded<{ list: readonly { n?: number | null }[] }> = { list: [{ n: null }] }
  t.ok(text && clear && nested)
  t.end()
})

const v1Commands = {
  start: command({ records: 'started', starts: true, by: ['system'], data: empty }),
  go: command({ records: 'gone', by: ['system'], data: empty }),
  leave: command({ records: 'left', by: ['system'], data: empty }),
  back: command({ records: 'cameBack', by: ['system'], data: empty }),
}
const { go: _go, ...kept } = v1Commands
const v2Commands = { ...kept, step: command({ records: 'stepped', by: ['system'], data: empty }) }

const v1 = setup({
  types: {} as { events: EventsOf<'walk', typeof v1Commands>; context: { seen: number } },
}).createMachine({
  id: 'walk',
  initial: 'new',
  context: { seen: 1 },
  states: {
    new: { on: { 'walk.started': 'open' } },
    open: {
      initial: 'one',
      on: { 'walk.left': 'away' },
      states: {
        one: { on: { 'walk.gone': 'two' } },
        two: { on: { 'walk.gone': 'three' } },
        three: {},
        past: { type: 'history', history: 'deep', id: 'remembered' },
      },
    },
    away: { on: { 'walk.cameBack': '#remembered' } },
  },
})
const v2 = setup({
  types: {} as { events: EventsOf<'walk', typeof v2Commands>; context: { seen: string } },
}).createMachine({
  id: 'walk',
  initial: 'new',
  context: { seen: '' },
  states: {
    new: { on: { 'walk.started': 'active' } },
    active: {
      initial: 'first',
      on: { 'walk.left': 'outside' },
      states: {
        first: { on: { 'walk.stepped': 'second' } },
        second: { initial: 'half', states: { half: {} } },
        past: { type: 'history', history: 'deep' },
      },
    },
    outside: { on: { 'walk.cameBack': 'active.past' } },
  },
})
const old = { machine: v1, commands: v1Commands }
const before = defineWorkflow({ id: 'walk', version: 1, ...old, ...rest })
const after = defineWorkflow({
  ...{ id: 'walk', version: 2, machine: v2, commands: v2Commands, versions: { 1: old } },
  ...rest,
  policies: [policy, { ...policy, id: 'test@2' }],
  migrations: [
    {
      from: 1,
      to: 2,
      states: {
        ...{ open: 'active', 'open.one': 'active.first', 'open.two': 'active.second.half' },
        away: 'outside',
      },
      context: (old) => ({ seen: JSON.stringify(old) }),
    },
  ],
})

t.test('an instance moves by the explicit map, and its deep history with it', (t) => {
  const away = given(after, [], {})
  const events = given(before, [
    ['start', 0],
    ['go', 1],
    ['leave', 2],
  ]).events
  const instance = some(fold(after, events))
  t.equal(instance.version, 1, 'the frozen version folds its own events')
  t.match(migrated(after, instance, { version: 2 }), { version: 2, policy: 'test@1' })
  t.equal(statePath(stateOf(instance)), 'away', 'a preview moves nothing')
  const story = away.from(events).and(['workflow.migrated', 3, { version: 2, policy: 'test@2' }])
  t.match(story.events.at(-1), {
    type: 'workflow.migrated',
    workflow: { version: 2, policy: 'test@2' },
    from: 'away',
    to: 'outside',
  })
  const back = story.and(['back', 4])
  t.same(stateOf(some(back.instance)), { active: { second: 'half' } })
  t.same(back.instance?.snapshot.context, { seen: '{"seen":1}' })
  t.same(stateOf(some(back.replayed())), stateOf(some(back.instance)), 'and all of it folds')
  t.end()
})

t.test('what the map does not know is refused, in the preview and for good', (t) => {
  const at = (...lines: Parameters<ReturnType<typeof given>['and']>) =>
    some(fold(after, given(before, [['start', 0], ...lines]).events))
  const three = at(['go', 1], ['go', 2])
  t.match(migrated(after, three, { version: 2 }), {
    refused: 'invalid',
    detail: 'no state active.three',
  })
  const left = at(['go', 1], ['go', 2], ['leave', 3])
  t.match(migrated(after, left, { version: 2 }), { detail: 'no state active.three' })
  t.match(migrated(after, three, { version: 3 }), { detail: 'no way from 1 to 3' })
  t.match(migrated(after, three, { policy: 'test@9' }), { detail: 'policy test@9' })
  t.match(migrated(after, three, { policy: 'test@2' }), { version: 1, policy: 'test@2' })
  const story = given(after).from(
    given(before, [
      ['start', 0],
      ['go', 1],
      ['go', 2],
    ]).events,
  )
  t.match(story.when('workflow.migrated', 3, { version: 2 }), { refused: 'invalid' })
  t.end()
})

t.test('the picture of a machine is drawn from it', (t) => {
  t.equal(
    mermaid(machine, commands),
    `stateDiagram-v2
  state open {
    [*] --> grid
    grid --> unit: refer
    unit --> grid: sendBack
    unit --> answered: answer
  }
  [*] --> open: report
  open --> suspended: suspend
  answered --> closed: close
  suspended --> open: resume, suspended ends
  closed --> [*]`,
  )
  t.match(mermaid(v1, v1Commands), /away --> open: back/)
  const odd = setup({}).createMachine({
    id: 'x',
    initial: 'first',
    on: { 'x.home': '.first' },
    states: {
      first: { after: { 100: 'end' }, on: { 'effect.refused': 'both', 'x.other': 'end' } },
      both: {
        type: 'parallel',
        onDone: 'end',
        on: { 'x.again': { target: 'both', reenter: true } },
        states: {
          left: {
            initial: 'a',
            on: { 'x.restart': '.a', 'x.up': 'left' },
            states: {
              a: { on: { 'x.go': 'b' } },
              b: { on: { 'x.in': '#x.both.left' } },
              c: { type: 'final' },
            },
          },
          right: { initial: 'a', states: { a: { always: 'd' }, d: { type: 'final' } } },
        },
      },
      end: { on: { 'clock.warned.handle': 'both', 'x.home': undefined } },
    },
  })
  t.equal(
    mermaid(odd, {}),
    `stateDiagram-v2
  state both {
    state left {
      state "a" as at_both_left_a
      [*] --> at_both_left_a
      b --> at_both_left_a: x.restart, x.in
      at_both_left_a --> b: x.go
      c --> [*]
    }
    --
    state right {
      state "a" as at_both_right_a
      [*] --> at_both_right_a
      at_both_right_a --> d
      d --> [*]
    }
  }
  state "end" as at_end
  [*] --> first
  both --> first: x.home
  at_end --> first: x.home
  first --> both: refused
  first --> at_end: x.other, after 100 ms
  both --> at_end: done
  at_end --> both: handle warns`,
  )
  t.end()
})

t.test('the chart is plain JSON with every state, edge and event', (t) => {
  const { nodes, edges } = chart(ticket)
  t.same(JSON.parse(JSON.stringify({ nodes, edges })), { nodes, edges })
  t.same(
    nodes.map(({ id, kind, parent }) => [id, kind, parent]),
    [
      ['new', 'start', undefined],
      ['open', 'compound', undefined],
      ['open.grid', 'state', 'open'],
      ['open.unit', 'state', 'open'],
      ['open.answered', 'state', 'open'],
      ['open.past', 'history', 'open'],
      ['suspended', 'state', undefined],
      ['closed', 'final', undefined],
    ],
  )
  t.same(
    nodes[1]?.stays.map((event) => event.command),
    ['note', 'extend', 'urge'],
  )
  t.same(nodes[3]?.meta, { responsible: 'unit' })
  const sentBack = { type: 'ticket.sentBack', command: 'sendBack', guard: 'inSendBackLimit' }
  t.same(
    edges.find(({ from, to }) => from === 'open.unit' && to === 'open.grid'),
    { from: 'open.unit', to: 'open.grid', events: [sentBack] },
  )
  t.same(edges.find(({ from }) => from === 'suspended')?.to, 'open', 'history is its parent')
  t.ok(chart(after, 1).nodes.some(({ id }) => id === 'open.three'))
  t.throws(() => chart(after, 9), /walk has no version 9/)
  t.end()
})

t.test('small matters: names, ids, states, rules', (t) => {
  const id = '0198c000-0000-7000-8000-000000000001'
  t.equal(streamName('mutual-aid', id), `mutual-aid-${id}`)
  t.equal(workflowOf(`mutual-aid-${id}`), 'mutual-aid')
  t.equal(workflowOf('short'), '')
  const opened = instanceFrom('referral', id, 'organisation-1')
  t.match(opened, /^referral-0198c000-0000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.equal(opened, instanceFrom('referral', id, 'organisation-1'))
  t.not(opened, instanceFrom('referral', id, 'organisation-2'))
  t.equal(statePath({ a: { b: 'c' }, d: {} }), 'a.b.c|d')
  t.ok(sameState({ a: { b: 'c' } }, { a: { b: 'c' } }))
  t.notOk(sameState({ a: 'b' }, { a: 'b', c: 'd' }))
  t.notOk(sameState({ a: 'b' }, { c: 'b' }))
  t.notOk(sameState('a', { a: 'b' }))
  const rules = z.strictObject({ most: sourced(z.int()) })
  const source = 'a figure of this test'
  const whole = { ...policy, rules: { most: { value: 3, source } } }
  t.equal(ruleValue(policySchema(rules).parse(whole).rules.most), 3)
  t.equal(ruleValue({ silent: true, source }), undefined)
  t.notOk(policySchema(rules).safeParse({ ...whole, id: 'Test 1' }).success)
  const ended = some(given(ticket, [['report', 0, REPORT]]).instance) as Instance
  t.equal(transition(ended.snapshot, { type: 'ticket.closed' }).taken, false)
  t.same(ticket.summary(ended), { place: [], units: [], persons: [] })
  t.end()
})

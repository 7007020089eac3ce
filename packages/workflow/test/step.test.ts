import t from 'tap'
import { cancel, enqueueActions, setup } from 'xstate'
import { z } from 'zod'
import {
  check,
  command,
  coreActions,
  defineWorkflow,
  Event as EventSchema,
  type EventsOf,
  fold,
  hasEnded,
  instanceFrom,
  iso,
  stateOf,
  step,
} from '../src/index.ts'
import { instanceCard } from '../src/step.ts'
import { elapsedTime, given, STORY_START } from '../src/test-kit.ts'
import { policy, ticket } from './ticket.ts'

const T0 = STORY_START

t.test('a case from report to closed', (t) => {
  const story = given(ticket, [
    ['report', 0, { degrees: 15, text: { $sealed: 'x' }, place: 'place-1' }],
    ['note', 1, { text: { $sealed: 'y' } }],
    ['refer', 2, { unit: 'organisation-1' }],
    ['suspend', 3, { until: iso(T0 + 10 * 3_600_000) }],
    ['clock.expired', 10, { clock: 'suspended', round: 1, generation: 1 }],
    ['answer', 20, { degrees: 19 }],
    ['close', 21],
  ])
  const [instance, events] = [some(story.instance), story.events]
  t.ok(hasEnded(instance))
  t.equal(stateOf(instance), 'closed')
  const again = fold(ticket, JSON.parse(JSON.stringify(events)))
  t.same(
    { ...again, snapshot: again?.snapshot.toJSON() },
    { ...instance, snapshot: instance.snapshot.toJSON() },
  )
  t.end()
})

const extra = {
  begin: command({ records: 'begun', starts: true, by: ['system'], data: z.strictObject({}) }),
  send: command({ records: 'sent', by: ['system'], data: z.strictObject({}) }),
  wait: command({ records: 'waited', by: ['system'], data: z.strictObject({ clock: z.string() }) }),
  go: command({ records: 'gone', by: ['system'], data: z.strictObject({}) }),
  tune: command({
    records: 'tuned',
    by: ['system'],
    data: z.strictObject({ verb: z.string(), clock: z.string() }),
  }),
  odd: command({ records: 'odd', by: ['system'], data: z.strictObject({ with: z.string() }) }),
}
type ExtraEvents = EventsOf<'extra', typeof extra>
const to = (type: 'stopClock' | 'pauseClock' | 'resumeClock' | 'extendClock') =>
  ({
    type,
    params: ({ event }: { event: { data: unknown } }) => ({
      clock: String(Reflect.get(Object(event.data), 'clock')),
      by: { amount: 10, unit: 'hours' },
    }),
  }) as never
const verb = (name: string) => ({
  guard: { type: 'verb', params: { name } } as const,
})
const extraMachine = setup({
  types: {} as { events: ExtraEvents },
  actions: coreActions,
  guards: {
    verb: check<unknown, { verb: string }, unknown, { name: string }>(
      ({ data }, { name }) => data.verb === name,
    ),
  },
}).createMachine({
  id: 'extra',
  initial: 'new',
  states: {
    new: { on: { 'extra.begun': 'on' } },
    on: {
      on: {
        'extra.sent': {
          actions: [
            { type: 'send', params: { system: 'city', with: { a: 1 } } },
            {
              type: 'tell',
              params: [
                { instance: 'appeal-1', command: 'join', with: {} },
                { instance: 'appeal-2', command: 'join', with: {} },
              ],
            },
            { type: 'notify', params: { to: { role: 'steward' }, text: 'sent', with: {} } },
            {
              type: 'open',
              params: ({ event }) => ({
                workflow: 'referral',
                command: 'dispatch',
                instance: instanceFrom('referral', event.eventId, 'unit'),
                with: {},
              }),
            },
          ],
        },
        'extra.waited': {
          actions: { type: 'startClock', params: ({ event }) => ({ clock: event.data.clock }) },
        },
        'extra.tuned': [
          { ...verb('stop'), actions: to('stopClock') },
          { ...verb('pause'), actions: to('pauseClock') },
          { ...verb('resume'), actions: to('resumeClock') },
          { ...verb('extend'), actions: to('extendClock') },
        ],
        'extra.gone': { actions: cancel('nothing') },
        'extra.odd': {
          actions: enqueueActions(({ enqueue, event }) => {
            if (event.data.with === 'delay')
              enqueue.raise({ type: 'extra.gone' } as never, { delay: 5 })
            else enqueue(() => {})
          }),
        },
      },
    },
  },
})
const extraFlow = defineWorkflow({
  ...{ id: 'extra', version: 1, machine: extraMachine, commands: extra },
  ...{ policies: [policy], texts: { zh: {}, en: {} } },
  summary: () => ({ place: [], units: [], persons: [] }),
})

t.test('effects are plain data with ids of their event; held where nothing may go out', (t) => {
  const story = given(extraFlow, [['begin', 0]])
  const id = '0198c000-0000-7000-8000-000000000000'
  t.match(story.when('send', 1).event?.effects, [
    { id: `extra-${id}:1:0`, kind: 'send', system: 'city', with: { a: 1 } },
    { id: `extra-${id}:1:1`, kind: 'tell', instance: 'appeal-1' },
    { id: `extra-${id}:1:2`, kind: 'tell', instance: 'appeal-2' },
    { id: `extra-${id}:1:3`, kind: 'notify', to: { role: 'steward' } },
    { id: `extra-${id}:1:4`, kind: 'open', instance: /^referral-0198c000-/ },
  ])
  const answer = step(
    extraFlow,
    story.instance,
    {
      ...{ name: 'send', id: 'c', body: 'hash', cause: 'e0', data: {}, by: { role: 'system' } },
      at: T0,
      effects: [{ kind: 'open', workflow: 'person', command: 'register', with: {} }],
    },
    { stream: 'extra-1', eventId: 'e9', now: T0, policy, calendar: elapsedTime, held: true },
  )
  if (!('event' in answer)) throw new Error('not taken')
  t.ok(EventSchema.safeParse(answer.event).success)
  t.match(answer.event, { body: 'hash', cause: 'e0' })
  t.same(
    answer.event.effects?.map((effect) => [effect.kind, effect.held]),
    [
      ['open', undefined],
      ['send', true],
      ['tell', undefined],
      ['tell', undefined],
      ['notify', true],
      ['open', undefined],
    ],
  )
  t.end()
})

t.test('clock actions that have nothing to change leave no record', (t) => {
  const tune = (verb: string, clock = 'handle') => ['tune', 2, { verb, clock }] as const
  const story = given(extraFlow, [
    ['begin', 0],
    ['wait', 1, { clock: 'handle' }],
  ])
  for (const one of ['stop', 'pause', 'resume', 'extend']) {
    t.equal(story.when(...tune(one, 'sendBack')).event?.clocks, undefined, one)
  }
  t.equal(story.when(...tune('resume')).event?.clocks, undefined, 'it runs already')
  t.equal(story.when('go', 2).event?.clocks, undefined, 'a cancel of nothing')
  const paused = story.and(tune('pause'))
  t.equal(paused.when(...tune('pause')).event?.clocks, undefined)
  t.match(paused.when(...tune('extend')).instance?.clocks.handle, {
    status: 'paused',
    left: 57 * 3_600_000,
  })
  const stopped = paused.and(tune('stop'))
  t.match(stopped.instance?.clocks.handle, { status: 'stopped', late: false })
  t.equal(stopped.when(...tune('extend')).event?.clocks, undefined)
  t.match(stopped.and(['wait', 3, { clock: 'handle' }]).instance?.clocks.handle, { round: 2 })
  t.throws(() => story.when('wait', 2, { clock: 'odd' }), /policy test@1 names no limit odd/)
  t.match(story.when(...tune('dance')), { refused: 'condition-not-met', guard: 'verb' })
  t.end()
})

t.test('a clock resumed or moved inside its warning warns at once', (t) => {
  const tune = (verb: string, hour: number) => ['tune', hour, { verb, clock: 'handle' }] as const
  const story = given(extraFlow, [
    ['begin', 0],
    ['wait', 0, { clock: 'handle' }],
  ]).until(46)
  t.equal(instanceCard(some(story.instance)), 'yellow')
  const back = story.and(tune('pause', 46), tune('resume', 60))
  t.match(back.instance?.clocks.handle, { status: 'running', warnAt: T0 + 60 * 3_600_000 })
  t.equal(instanceCard(some(back.until(60).instance)), 'yellow')
  t.match(back.until(60).instance?.clocks.handle, { dueAt: T0 + 62 * 3_600_000 })
  const brief = { ...policy.limits.handle, amount: 4, source: 'a figure of this test' }
  const tight = { ...policy, limits: { handle: { ...brief, unit: 'hours' as const } } }
  const short = given(
    extraFlow,
    [
      ['begin', 0],
      ['wait', 0, { clock: 'handle' }],
    ],
    { policy: tight },
  )
  t.equal(short.instance?.clocks.handle?.warnAt, undefined, 'a limit as long as its warning')
  t.end()
})

t.test('what the core does not know how to do is a mistake and throws', (t) => {
  const story = given(extraFlow, [['begin', 0]])
  t.throws(() => story.when('odd', 1, { with: 'delay' }), /extra.gone with a delay: start a clock/)
  t.throws(() => story.when('odd', 1, { with: 'stranger' }), /unknown action/)
  const { instance } = story
  const lost = { ...some(instance), version: 9 }
  const scene = { stream: 'x', eventId: 'e', now: 0, policy, calendar: elapsedTime }
  const go = { name: 'go', id: 'c', data: {}, by: { role: 'system' as const }, at: 0 }
  t.throws(() => step(extraFlow, lost, go, scene), /extra has no version 9/)
  t.end()
})

t.test('a stream that does not fold says where and why', (t) => {
  const { events } = given(ticket, [
    ['report', 0, { degrees: 15, text: 'cold', place: 'place-1' }],
    ['refer', 1, { unit: 'organisation-1' }],
  ])
  const [first, second] = [some(events[0]), some(events[1])]
  const faulty = (list: object[], message: RegExp) => {
    t.throws(() => fold(ticket, list as typeof events), message)
    t.throws(() => fold(ticket, list as typeof events), { code: 'does-not-fold' })
  }
  faulty([second], /ticket-.* does not fold at revision 1: expected revision 0/)
  faulty([first, { ...second, to: 'closed' }], /reached open.unit, stored closed/)
  faulty([first, { ...second, type: 'ticket.closed' }], /ticket.closed is not taken/)
  const workflow = { id: 'ticket', version: 1, policy: 'test@1' }
  faulty([{ ...first, workflow: { ...workflow, policy: 'none@1' } }], /no policy none@1/)
  faulty([{ ...first, workflow: { ...workflow, version: 7 } }], /no version 7/)
  faulty(
    [first, { ...second, clocks: [{ clock: 'x', is: 'paused', round: 1, generation: 1 }] }],
    /the clock x never started/,
  )
  const migration = { ...second, type: 'workflow.migrated', data: { version: 4 } }
  faulty([first, migration], /no way from 1 to 4/)
  t.equal(fold(ticket, []), undefined)
  t.end()
})

function some<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing there')
  return value
}

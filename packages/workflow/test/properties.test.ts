// Random lives of a ticket: what must hold whatever is commanded, late, twice or never.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { bodyAt, idsOf } from '../src/command-log.ts'
import {
  type Clock,
  ClockRecord,
  cardOf,
  type Event,
  fold,
  hasEnded,
  type Instance,
  isCounting,
  iso,
  isRefusal,
  type Refusal,
  type Repeated,
  type Stepped,
  statePath,
  step,
  type WorkingTime,
} from '../src/index.ts'
import { elapsedTime, given, HOUR_MS, STORY_START } from '../src/test-kit.ts'
import { policy, ticket } from './ticket.ts'

const MINUTE = 60_000
const REPORT = { degrees: 15, text: { $sealed: 'x' }, place: 'place-1' }

/** Every hour of a limit lasts two: what a changed calendar may do to a clock. */
const slowTime: WorkingTime = {
  ...elapsedTime,
  after: (from, limit) => elapsedTime.after(from, { ...limit, amount: limit.amount * 2 }),
  plus: (from, ms) => ({ at: from + 2 * ms, certain: false }),
}

type Move = {
  name: string
  data: Record<string, unknown>
  /** Minutes until it is recorded, and how many before that it is said to have happened. */
  gap: number
  late: number
  calendar: WorkingTime
  pick: number
}

const data: Readonly<Record<string, fc.Arbitrary<Record<string, unknown>>>> = {
  report: fc.constant(REPORT),
  note: fc.constant({ text: { $sealed: 'y' } }),
  urge: fc.constant({}),
  refer: fc.record({ unit: fc.constantFrom('organisation-1', 'organisation-2') }),
  sendBack: fc.constant({ reason: 'not ours' }),
  answer: fc.record({ degrees: fc.integer({ min: 16, max: 24 }) }),
  extend: fc.record({ hours: fc.integer({ min: 1, max: 30 }) }),
  suspend: fc.integer({ min: 0, max: 90 }).map((days) => ({ days })),
  resume: fc.constant({}),
  close: fc.constant({}),
  'clock.warned': fc.constant({}),
  'clock.expired': fc.constant({}),
  'clock.rescheduled': fc.constant({}),
  'effect.refused': fc.constant({ effect: 'x:1:0', command: 'measured', code: 'not-found' }),
}

/** What carries a life on comes more often, so that many of them end. */
const OFTEN = ['refer', 'answer', 'resume', 'close', 'refer', 'answer', 'resume', 'close']

const move: fc.Arbitrary<Move> = fc.constantFrom(...Object.keys(data), ...OFTEN).chain((name) =>
  fc.record({
    name: fc.constant(name),
    data: data[name] ?? fc.constant({}),
    gap: fc.integer({ min: 0, max: 40 * 60 }),
    late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 24 * 60 })),
    calendar: fc.constantFrom(elapsedTime, slowTime),
    pick: fc.nat(),
  }),
)
const life = fc
  .array(move, { maxLength: 40 })
  .map((moves): Move[] => [
    { name: 'report', data: REPORT, gap: 0, late: 0, calendar: elapsedTime, pick: 0 },
    ...moves,
  ])

type Lived = {
  instance: Instance | undefined
  events: Event[]
  lives: Instance[]
  answers: (Stepped | Repeated | Refusal)[]
}

/** Lives it; `seen` is told each answer with the instance before it. */
function live(moves: readonly Move[]): Lived {
  const lived: Lived = { instance: undefined, events: [], lives: [], answers: [] }
  let now = STORY_START
  moves.forEach((one, n) => {
    now += one.gap * MINUTE
    const answer = take(lived.instance, one, { now, id: `command-${n}` })
    lived.answers.push(answer)
    if (!('event' in answer)) return
    lived.instance = answer.instance
    lived.events.push(answer.event)
    lived.lives.push(answer.instance)
  })
  return lived
}

function take(instance: Instance | undefined, one: Move, when: { now: number; id: string }) {
  const clocks = Object.values(instance?.clocks ?? {})
  const clock = clocks[one.pick % Math.max(1, clocks.length)]
  const isClock = one.name.startsWith('clock.')
  const at = isClock ? turnAt(clock, one.name, when.now) : when.now - one.late * MINUTE
  return step(
    ticket,
    instance,
    {
      name: one.name,
      id: when.id,
      body: JSON.stringify(one.data),
      data: isClock ? dataOf(clock) : withDates(one, at),
      by: { role: isClock ? 'system' : 'coordinator' },
      at,
    },
    {
      stream: 'ticket-1',
      eventId: `event-${when.id}`,
      now: when.now,
      policy,
      calendar: one.calendar,
    },
  )
}

function turnAt(clock: Clock | undefined, name: string, now: number): number {
  if (clock === undefined || name === 'clock.rescheduled') return now
  return (name === 'clock.warned' ? clock.warnAt : clock.dueAt) ?? now
}
const dataOf = (clock: Clock | undefined): Record<string, unknown> =>
  clock === undefined
    ? { clock: 'none', round: 1, generation: 1 }
    : { clock: clock.clock, round: clock.round, generation: clock.generation }
const withDates = ({ name, data }: Move, at: number): Record<string, unknown> =>
  name === 'suspend'
    ? { until: new Date(at + Number(data.days) * 24 * HOUR_MS).toISOString() }
    : data

const plain = (instance: Instance | undefined) =>
  instance && {
    ...instance,
    workflow: instance.workflow.id,
    snapshot: instance.snapshot.toJSON(),
    commands: commandsOf(instance),
  }
const commandsOf = (instance: Instance | undefined) =>
  instance && idsOf(instance.commands).map((id, n) => [id, bodyAt(instance.commands, n)])
const stored = (events: readonly Event[]): Event[] => JSON.parse(JSON.stringify(events))

t.test('replay equals live, whole and from any point, through JSON', (t) => {
  fc.assert(
    fc.property(life, fc.nat(), (moves, cut) => {
      const { instance, events, lives } = live(moves)
      assert.deepEqual(plain(fold(ticket, stored(events))), plain(instance))
      const at = cut % events.length
      const half = fold(ticket, stored(events.slice(0, at + 1)))
      assert.deepEqual(plain(half), plain(lives[at]))
      assert.deepEqual(plain(fold(ticket, stored(events.slice(at + 1)), half)), plain(instance))
    }),
    { numRuns: 150 },
  )
  t.end()
})

t.test('the random lives reach every state and every kind of clock record', (t) => {
  const events = fc.sample(life, { numRuns: 300, seed: 8 }).flatMap((moves) => live(moves).events)
  const states = new Set(events.map((event) => statePath(event.to)))
  const kinds = new Set(events.flatMap((event) => (event.clocks ?? []).map(({ is }) => is)))
  t.same([...states].sort(), ['closed', 'open.answered', 'open.grid', 'open.unit', 'suspended'])
  t.same([...kinds].sort(), [...ClockRecord.shape.is.options].sort())
  t.end()
})

t.test('stepping is deterministic and never throws for a command', (t) => {
  fc.assert(
    fc.property(life, (moves) => {
      assert.deepEqual(stored(live(moves).events), stored(live(moves).events))
    }),
    { numRuns: 60 },
  )
  t.end()
})

t.test('revisions are contiguous, effective time never runs backwards', (t) => {
  fc.assert(
    fc.property(life, (moves) => {
      const { events, lives } = live(moves)
      assert.deepEqual(
        events.map((event) => event.revision),
        events.map((_, n) => n),
      )
      lives.reduce((before, after) => {
        assert.ok(after.effectiveAt >= before.effectiveAt)
        assert.ok(after.effectiveAt >= after.at)
        assert.ok(after.enteredAt <= after.effectiveAt)
        return after
      })
      assert.deepEqual(
        commandsOf(lives.at(-1)),
        events.map((event) => [event.command, event.body]),
      )
    }),
    { numRuns: 100 },
  )
  t.end()
})

t.test('a command given again is answered again and changes nothing', (t) => {
  fc.assert(
    fc.property(life, fc.nat(), (moves, which) => {
      const { instance, events } = live(moves)
      const event = events[which % events.length]
      if (instance === undefined || event === undefined) throw new Error('no life')
      const again = (body: string | undefined) =>
        step(
          ticket,
          instance,
          {
            name: 'note',
            id: event.command,
            ...(body === undefined ? {} : { body }),
            data: {},
            by: { role: 'grid-worker' },
            at: STORY_START,
          },
          { stream: 'ticket-1', eventId: 'other', now: 0, policy, calendar: elapsedTime },
        )
      assert.deepEqual(again(event.body), { repeated: event.revision })
      assert.deepEqual(again(`${event.body}!`), { refused: 'key-reused' })
      assert.deepEqual(again(undefined), { refused: 'key-reused' })
    }),
    { numRuns: 60 },
  )
  t.end()
})

t.test('clocks: generations grow, rounds count, the card is the worst, an end stops all', (t) => {
  fc.assert(
    fc.property(life, (moves) => {
      const { instance, events, lives } = live(moves)
      let before: Instance | undefined
      for (const after of lives) {
        for (const clock of Object.values(after.clocks)) {
          const known = before?.clocks[clock.clock]
          assert.ok(clock.generation >= (known?.generation ?? 0))
          assert.ok(clock.round - (known?.round ?? 0) <= 1 && clock.round >= (known?.round ?? 1))
          assert.equal(clock.left !== undefined, clock.status === 'paused')
          assert.equal(clock.status === 'expired', isCounting(clock) && clock.expired)
        }
        before = after
      }
      const statuses = Object.values(instance?.clocks ?? {}).map((clock) => clock.status)
      const card = statuses.includes('expired')
        ? 'red'
        : statuses.includes('warned')
          ? 'yellow'
          : 'none'
      assert.equal(cardOf(instance?.clocks ?? {}), card)
      if (instance !== undefined && hasEnded(instance)) {
        assert.ok(statuses.every((status) => status === 'stopped'))
      }
      const starts = events.flatMap((event) => event.clocks ?? []).filter((r) => r.is === 'started')
      for (const clock of Object.values(instance?.clocks ?? {})) {
        assert.equal(starts.filter((record) => record.clock === clock.clock).length, clock.round)
      }
    }),
    { numRuns: 120 },
  )
  t.end()
})

t.test('a clock event of another generation, or of a clock that does not run, is dropped', (t) => {
  fc.assert(
    fc.property(life, fc.integer({ min: 1, max: 3 }), (moves, off) => {
      const { instance } = live(moves)
      if (instance === undefined || hasEnded(instance)) return
      for (const clock of Object.values(instance.clocks)) {
        for (const generation of [clock.generation + off, clock.generation - off]) {
          const answer = step(
            ticket,
            instance,
            {
              name: 'clock.expired',
              id: 'stale',
              data: { clock: clock.clock, round: clock.round, generation },
              by: { role: 'system' },
              at: clock.dueAt,
            },
            { stream: 'ticket-1', eventId: 'e', now: 0, policy, calendar: elapsedTime },
          )
          assert.deepEqual(answer, { refused: 'stale-clock' })
        }
      }
    }),
    { numRuns: 60 },
  )
  t.end()
})

const minutes = (least: number, most: number) => fc.integer({ min: least * 60, max: most * 60 })

t.test('a pause keeps what is left, an extension adds to it', (t) => {
  fc.assert(
    fc.property(minutes(0, 60), minutes(1, 200), minutes(1, 40), (before, pause, more) => {
      const until = iso(STORY_START + 500 * HOUR_MS)
      const open = given(ticket, [['report', 0, REPORT]]).until(before / 60)
      const paused = open.and(['suspend', before / 60, { until }])
      assert.equal(paused.instance?.clocks.handle?.left, 48 * HOUR_MS - before * MINUTE)
      const resumed = paused.and(['resume', (before + pause) / 60])
      const due = STORY_START + 48 * HOUR_MS + pause * MINUTE
      assert.equal(resumed.instance?.clocks.handle?.dueAt, due)
      const status = before >= 48 * 60 ? 'expired' : 'running'
      assert.equal(resumed.instance?.clocks.handle?.status, status)
      const hours = more / 60
      const extended = resumed.and(['extend', (before + pause) / 60, { hours }])
      const clock = extended.instance?.clocks.handle
      assert.ok(Math.abs((clock?.dueAt ?? 0) - due - more * MINUTE) <= 1)
      assert.equal(clock?.status, 'running')
    }),
    { numRuns: 80 },
  )
  t.end()
})

t.test('an expiry falls when the claimed time was in time, and stays when not', (t) => {
  const red = given(ticket, [
    ['report', 0, REPORT],
    ['refer', 1, { unit: 'organisation-1' }],
  ]).until(61)
  t.equal(cardOf(red.instance?.clocks ?? {}), 'red')
  fc.assert(
    fc.property(minutes(40, 60), (claimed) => {
      const answer = red.when('answer', claimed / 60, { degrees: 20 })
      const records = answer.event?.clocks?.filter((record) => record.clock === 'handle')
      const inTime = claimed <= 48 * 60
      assert.deepEqual(
        records?.map((record) => [record.is, record.late]),
        inTime
          ? [
              ['withdrawn', claimed > 44 * 60 ? true : undefined],
              ['stopped', undefined],
            ]
          : [['stopped', true]],
      )
      const handle = answer.instance?.clocks.handle
      assert.equal(handle?.late, !inTime)
      assert.equal(handle?.expired, !inTime)
      assert.equal(handle?.warned, claimed > 44 * 60)
      const shown = STORY_START + Math.max(48 * HOUR_MS, claimed * MINUTE)
      assert.equal(answer.instance?.effectiveAt, shown)
    }),
    { numRuns: 60, examples: [[48 * 60], [48 * 60 + 1], [44 * 60]] },
  )
  t.end()
})

t.test('another calendar moves what counts and nothing else', (t) => {
  fc.assert(
    fc.property(life, (moves) => {
      const { instance } = live(moves.map((one) => ({ ...one, calendar: elapsedTime })))
      if (instance === undefined || hasEnded(instance)) return
      for (const clock of Object.values(instance.clocks)) {
        const turn: Move = {
          ...{ name: 'clock.rescheduled', data: {}, gap: 0, late: 0 },
          ...{ calendar: slowTime, pick: Object.values(instance.clocks).indexOf(clock) },
        }
        const answer = take(instance, turn, { now: instance.effectiveAt, id: 'r' })
        if (!isCounting(clock) || clock.limit === 'until') {
          assert.deepEqual(answer, { refused: 'stale-clock' })
          continue
        }
        if (isRefusal(answer) || 'repeated' in answer) throw new Error(JSON.stringify(answer))
        const after = answer.instance.clocks[clock.clock]
        const full = clock.countedLeft ?? clock.dueAt - clock.countedFrom
        assert.equal(after?.dueAt, clock.countedFrom + 2 * full)
        assert.equal(after?.generation, clock.generation + 1)
        assert.equal(after?.round, clock.round)
        const { [clock.clock]: _moved, ...others } = answer.instance.clocks
        const { [clock.clock]: _before, ...same } = instance.clocks
        assert.deepEqual(others, same)
        assert.deepEqual(take(instance, { ...turn, calendar: elapsedTime }, { now: 0, id: 'q' }), {
          refused: 'stale-clock',
        })
      }
    }),
    { numRuns: 60 },
  )
  t.end()
})

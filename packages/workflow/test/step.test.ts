import t from 'tap'
import {
  type Event,
  fold,
  hasEnded,
  type Instance,
  iso,
  isRefusal,
  stateOf,
  step,
  type WorkingTime,
} from '../src/index.ts'
import { policy, ticket } from './ticket.ts'

const HOURS = 3_600_000
const elapsed: WorkingTime = {
  after: (from, limit) => ({ at: from + limit.amount * HOURS, certain: true }),
  before: (from, limit) => ({ at: from - limit.amount * HOURS, certain: true }),
  between: (from, to) => to - from,
  plus: (from, ms) => ({ at: from + ms, certain: true }),
}
const T0 = Date.parse('2026-11-16T01:00:00.000Z')
function run(script: [name: string, hour: number, data?: Record<string, unknown>][]) {
  let instance: Instance | undefined
  const events: Event[] = []
  script.forEach(([name, hour, data], n) => {
    const answer = step(
      ticket,
      instance,
      { name, id: `c${n}`, data: data ?? {}, by: { role: 'grid-worker' }, at: T0 + hour * HOURS },
      { stream: 'ticket-1', eventId: `e${n}`, now: T0 + hour * HOURS, policy, calendar: elapsed },
    )
    if (isRefusal(answer) || 'repeated' in answer)
      throw new Error(`${name}: ${JSON.stringify(answer)}`)
    instance = answer.instance
    events.push(answer.event)
  })
  return { instance: instance as Instance, events }
}
t.test('a case from report to closed', (t) => {
  const { instance, events } = run([
    ['report', 0, { degrees: 15, text: { $sealed: 'x' }, place: 'place-1' }],
    ['note', 1, { text: { $sealed: 'y' } }],
    ['refer', 2, { unit: 'organisation-1' }],
    ['suspend', 3, { until: iso(T0 + 10 * HOURS) }],
    ['clock.expired', 10, { clock: 'suspended', round: 1, generation: 1 }],
    ['answer', 20, { degrees: 19 }],
    ['close', 21],
  ])
  t.ok(hasEnded(instance))
  t.equal(stateOf(instance), 'closed')
  const again = fold(ticket, JSON.parse(JSON.stringify(events)))
  t.same(
    { ...again, snapshot: again?.snapshot.toJSON() },
    { ...instance, snapshot: instance.snapshot.toJSON() },
  )
  t.end()
})

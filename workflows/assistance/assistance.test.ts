import { readFileSync } from 'node:fs'
import { type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import { assertLively, given, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import type { AssistanceContext } from './context.ts'
import { machine } from './machine.ts'
import { assistance } from './workflow.ts'

const path = ['place-1', 'place-3']
const WISH = { id: 'wish-1', kind: 'goods', status: 'waiting', resident: 'person-1', place: path }
const RICE = { id: 'resource-1', kind: 'goods', rest: 2, status: 'open', unit: 'organisation-1' }
const about = { wish: 'wish-1', resource: 'resource-1', amount: 2, place: 'place-3' }
const by = { role: 'coordinator', person: 'person-9' } as const
const matching = (change: { wish?: object; resource?: object; place?: string } = {}) =>
  sample(
    { ...about, ...(change.place === undefined ? {} : { place: change.place }) },
    {
      by,
      facts: {
        wish: { ...WISH, ...change.wish },
        resource: { ...RICE, ...change.resource },
        place: { id: 'place-3', path },
      },
    },
  )
const byWisher = (data: object, person = 'person-1') =>
  sample({ ...data }, { by: { role: 'resident', person } })
const refusedBy = (instance: string, command: string) => ({
  ...{ effect: 'effect', instance, command, code: 'condition-not-met' },
})

const state = ({ instance }: Pick<Story, 'instance'>): string =>
  instance === undefined ? '' : statePath(stateOf(instance))
const row = ({ instance }: Story) => assistance.summary(instance as Instance)
const told = ({ events }: Story) =>
  (events.at(-1)?.effects ?? []).map((effect) => {
    if (effect.kind === 'tell') return `${effect.instance} ${effect.command}`
    return effect.kind === 'notify' ? effect.text : effect.kind
  })

const matched = given(assistance, [['match', 0, matching()]])
const bound = matched.and(
  ['wishTaken', 0, { wish: 'wish-1' }],
  ['resourceReserved', 0, { resource: 'resource-1' }],
)
const delivered = bound.and(['deliver', 30])
const asked = (satisfied: string) => ({ satisfied, asked: 'phone' })

t.test('a wish is bound, then the resource, then it is carried out and answered', (t) => {
  t.same(told(matched), ['wish-1 match'])
  t.match(row(matched), { persons: ['person-1', 'person-9'], owner: 'person-9', place: path })
  t.same(told(matched.and(['wishTaken', 0, { wish: 'wish-1' }])), ['resource-1 reserve'])
  t.same(told(bound), ['carryOut'])
  t.same(told(delivered), ['resource-1 give', 'askSatisfied'])
  const closed = delivered.and(['followUp', 50, asked('yes')])
  t.equal(state(closed), 'closed')
  t.same(told(closed), ['wish-1 fulfil'])
  t.match(row(closed), {
    extra: { satisfaction: 'yes', outcome: 'done' },
    measures: { satisfied: true, followedUp: true, deliveredInTime: true },
  })
  t.same(row({ ...closed, instance: closed.replayed() }), row(closed))
  t.end()
})

t.test('nothing is matched that does not wait, or is used up, or belongs elsewhere', (t) => {
  const tried = (change: Parameters<typeof matching>[0]) =>
    given(assistance).when('match', 0, matching(change))
  t.match(tried({ wish: { status: 'withdrawn' } }), { guard: 'wishWaits' })
  t.match(tried({ wish: { status: 'matched' } }), { guard: 'wishWaits' })
  t.match(tried({ resource: { rest: 0 } }), { guard: 'resourceEnough' })
  t.match(tried({ resource: { status: 'withdrawn' } }), { guard: 'resourceHere' })
  t.match(tried({ place: 'place-4' }), { guard: 'wishIsHere' })
  t.match(given(assistance).when('match', 0, { ...about, amount: 0 }), { refused: 'invalid' })
  t.end()
})

t.test('who comes second fails, and the wish is free', (t) => {
  const gone = matched.and(
    ['wishTaken', 0, { wish: 'wish-1' }],
    ['effect.refused', 0, refusedBy('resource-1', 'reserve')],
  )
  t.equal(state(gone), 'failed')
  t.same(told(gone), ['wish-1 unmatch'])
  const taken = matched.and(['effect.refused', 0, refusedBy('wish-1', 'match')])
  t.same([state(taken), told(taken), row(taken).extra?.reason], ['failed', [], 'wishGone'])
  t.same(row(gone).extra?.reason, 'resourceGone')
  const other = matched.and(['effect.refused', 0, refusedBy('wish-7', 'match')])
  t.equal(state(other), 'open.binding')
  t.end()
})

t.test('it fails, or the wish is taken back', (t) => {
  const failed = bound.and(['fail', 3, { reason: 'notReached', note: 'moved away' }])
  t.same([state(failed), told(failed)], ['failed', ['wish-1 unmatch', 'resource-1 release']])
  const dropped = bound.and(['wishWithdrawn', 3, { wish: 'wish-1' }])
  t.same([state(dropped), told(dropped)], ['dropped', ['resource-1 release']])
  t.match(row(dropped).measures, { satisfied: null, followedUp: null })
  t.match(bound.when('wishWithdrawn', 3, { wish: 'wish-2' }), { guard: 'ofThisWish' })
  t.end()
})

t.test('unhappy once: done again; twice: the wish waits for somebody else', (t) => {
  const again = delivered.and(['followUp', 31, asked('no')])
  t.equal(state(again), 'open.underway')
  t.equal(again.instance?.clocks.handle?.round, 2)
  const twice = again.and(['deliver', 40], ['followUp', 50, asked('no')])
  t.same([state(twice), told(twice)], ['closed', ['wish-1 unmatch']])
  t.match(row(twice).measures, { satisfied: false, followedUp: true, redone: true })
  t.end()
})

t.test('unanswered after three tries closes and is counted apart', (t) => {
  const tried = delivered.and(
    ['followUp', 31, asked('noAnswer')],
    ['followUp', 60, asked('noAnswer')],
  )
  t.equal(state(tried), 'open.followUp')
  t.equal(tried.instance?.clocks.followUp?.round, 3)
  const closed = row(tried.and(['followUp', 90, asked('noAnswer')]))
  t.match(closed, { extra: { satisfaction: 'unanswered' }, measures: { followedUp: false } })
  t.equal(closed.measures?.satisfied, null, 'no answer is not an unhappy one')
  t.end()
})

t.test('whoever made the wish answers, and nobody else', (t) => {
  const happy = delivered.and(['answer', 31, byWisher({ satisfied: 'partly' })])
  t.match(row(happy), { extra: { satisfaction: 'partly' }, measures: { satisfied: true } })
  const stranger = byWisher({ satisfied: 'yes' }, 'person-2')
  t.match(delivered.when('answer', 31, stranger), { guard: 'wisher' })
  t.notOk(delivered.offered(31, { role: 'resident', person: 'person-2' }).includes('answer'))
  t.equal(state(delivered.and(['answer', 31, byWisher({ satisfied: 'no' })])), 'open.underway')
  const subject = assistance.subjects.resident
  t.equal(subject?.({ context: { resident: 'person-1' }, data: {} } as never), 'person-1')
  t.equal(subject?.({ context: { resident: null, wish: 'wish-1' }, data: {} } as never), 'wish-1')
  t.end()
})

t.test('every path, and the picture', (t) => {
  const said = (words: readonly string[]) => words.map(asked)
  const unknown = matching({ wish: { resident: null }, resource: { unit: null } })
  assertLively(t, assistance, {
    samples: {
      match: [matching(), unknown],
      wishTaken: { wish: 'wish-1' },
      resourceReserved: { resource: 'resource-1' },
      wishWithdrawn: { wish: 'wish-1' },
      take: {},
      note: { text: 'a note' },
      deliver: {},
      fail: { reason: 'other' },
      followUp: said(['yes', 'no', 'noAnswer']),
      answer: [byWisher({ satisfied: 'yes' }), byWisher({ satisfied: 'no' })],
      'effect.refused': [refusedBy('wish-1', 'match'), refusedBy('resource-1', 'reserve')],
    },
    signature: ({ tries, redos, resident }: AssistanceContext) => [tries, redos, resident],
  })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

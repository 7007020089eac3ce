import { readFileSync } from 'node:fs'
import { type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import { assertLively, given, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import { machine, type ResourceContext } from './machine.ts'
import { resource } from './workflow.ts'

const facts = {
  place: { id: 'place-1', path: ['place-1'] },
  unit: { id: 'organisation-1', kind: 'partner', status: 'active' },
}
const about = {
  ...{ kind: 'goods', title: 'Rice, 10 kg', amount: 3, countedIn: 'items', comesBack: false },
  ...{ place: 'place-1', unit: 'organisation-1' },
}
const OURS = 'assistance-1'
const OTHER = 'assistance-2'
const reserve = (assistance: string, amount: number) => ({ assistance, amount })

const state = ({ instance }: Pick<Story, 'instance'>): string =>
  instance === undefined ? '' : statePath(stateOf(instance))
const row = ({ instance }: Story) => resource.summary(instance as Instance)
const rest = (story: Story) => row(story).facts?.rest
const told = ({ events }: Story) =>
  (events.at(-1)?.effects ?? []).map((effect) =>
    effect.kind === 'tell' ? effect.command : effect.kind === 'notify' ? effect.text : effect.kind,
  )
const rice = given(resource, [['register', 0, sample(about, { facts })]])

t.test('reserved, given, and used up', (t) => {
  t.match(row(rice), { units: ['organisation-1'], title: 'Rice, 10 kg', extra: { rest: 3 } })
  const held = rice.and(['reserve', 1, reserve(OURS, 2)])
  t.same(told(held), ['resourceReserved', 'reserved'])
  t.equal(rest(held), 1)
  const twice = held.and(['reserve', 1, reserve(OURS, 2)])
  t.same([rest(twice), told(twice)], [1, []], 'told twice, reserved once')
  const gone = held.and(['give', 2, { assistance: OURS }])
  t.match(row(gone), { extra: { given: 2, rest: 1, times: 1 }, links: [] })
  t.match(gone.when('give', 3, { assistance: OURS }), { guard: 'known' }, 'nothing is given twice')
  t.same(row({ ...gone, instance: gone.replayed() }), row(gone))
  t.end()
})

t.test('the last of it goes to one of two', (t) => {
  const last = rice.and(['reserve', 1, reserve(OURS, 3)])
  t.equal(state(last), 'open.usedUp')
  t.match(last.when('reserve', 2, { assistance: OTHER, amount: 1 }), {
    refused: 'condition-not-met',
  })
  const free = last.and(['release', 3, { assistance: OURS }])
  t.equal(state(free), 'open.available')
  t.same(told(free), ['released'])
  t.same(told(free.and(['release', 4, { assistance: OURS }])), [])
  t.equal(rest(free.and(['reserve', 5, reserve(OTHER, 1)])), 2)
  const more = last.and(['give', 3, { assistance: OURS }], ['topUp', 4, { amount: 5 }])
  t.same([state(more), rest(more)], ['open.available', 5])
  t.end()
})

t.test('what is lent comes back', (t) => {
  const chair = { ...about, title: 'Wheelchair', amount: 1, comesBack: true, giver: 'person-1' }
  const lent = given(resource, [
    ['register', 0, sample(chair, { facts })],
    ['reserve', 1, reserve(OURS, 1)],
    ['give', 2, { assistance: OURS }],
  ])
  t.match(row(lent), { persons: ['person-1'], extra: { rest: 1, given: 0, times: 1 } })
  t.same(told(lent), ['given', 'given'], 'the unit and the giver')
  t.end()
})

t.test('refusals', (t) => {
  const held = rice.and(['reserve', 1, reserve(OURS, 1)])
  t.match(held.when('withdraw', 2, { reason: 'gone' }), { guard: 'noneReserved' })
  const gone = rice.and(['withdraw', 2, { reason: 'outOfDate' }])
  t.match(gone.when('reserve', 3, reserve(OURS, 1)), { refused: 'not-in-this-state' })
  t.match(row(gone).facts, { status: 'withdrawn' })
  t.match(rice.when('topUp', 1, { amount: -1 }), { refused: 'invalid' })
  t.match(given(resource).when('register', 0, { ...about, amount: 0 }), { refused: 'invalid' })
  const year = rice.until(24 * 400)
  t.equal(year.instance?.clocks.validity?.status, 'expired', 'nobody asked for a year')
  t.equal(year.and(['confirm', 24 * 401]).instance?.clocks.validity?.status, 'running')
  const subject = resource.subjects.giver
  t.equal(subject?.({ context: { giver: 'person-1' }, data: {} } as never), 'person-1')
  t.equal(subject?.({ context: undefined, data: { giver: 'person-2' } } as never), 'person-2')
  t.end()
})

t.test('every path, and the picture', (t) => {
  const { unit: _, ...unnamed } = about
  assertLively(t, resource, {
    samples: {
      register: [sample(about, { facts }), sample(unnamed, { facts: {} })],
      topUp: ({ snapshot }) => (snapshot.context.amount > 5 ? [] : { amount: 3 }),
      confirm: {},
      withdraw: { reason: 'other' },
      reserve: [reserve(OURS, 3), reserve(OTHER, 1)],
      give: { assistance: OURS },
      release: [{ assistance: OURS }, { assistance: OTHER }],
    },
    signature: ({ amount, given, reserved }: ResourceContext) => [amount, given, reserved],
  })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

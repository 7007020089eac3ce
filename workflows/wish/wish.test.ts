import { readFileSync } from 'node:fs'
import { type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import { assertLively, given, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import { machine } from './machine.ts'
import { wish } from './workflow.ts'

const facts = { place: { id: 'place-3', path: ['place-1', 'place-3'] } }
const about = { kind: 'repair', place: 'place-3', channel: 'visit', text: 'the lamp on the stairs' }
const asked = sample({ ...about, resident: 'person-1' }, { facts })
const assistance = 'assistance-1'
const other = 'assistance-2'

const state = ({ instance }: Pick<Story, 'instance'>): string =>
  instance === undefined ? '' : statePath(stateOf(instance))
const row = ({ instance }: Story) => wish.summary(instance as Instance)
const told = ({ events }: Story) =>
  (events.at(-1)?.effects ?? []).map((effect) =>
    effect.kind === 'tell' ? effect.command : effect.kind === 'notify' ? effect.text : effect.kind,
  )

const made = given(wish, [['make', 0, asked]])
const matched = made.and(['match', 1, { assistance }])

t.test('a wish is matched, and fulfilled', (t) => {
  t.match(row(made), { persons: ['person-1'], place: ['place-1', 'place-3'], category: 'repair' })
  t.equal(made.instance?.clocks.match?.status, 'running')
  t.same(told(matched), ['wishTaken', 'matched'])
  t.match(row(matched), {
    links: [{ rel: 'assistance', id: assistance }],
    facts: { status: 'matched' },
  })
  t.same(told(matched.and(['match', 2, { assistance }])), [], 'told twice, done once')
  t.match(matched.when('match', 2, { assistance: other }), { guard: 'ofThis' })
  const done = matched.and(['fulfil', 3, { assistance }])
  t.match(row(done), { measures: { fulfilled: true }, facts: { status: 'fulfilled' } })
  t.same(row({ ...done, instance: done.replayed() }), row(done))
  t.end()
})

t.test('what failed waits again, with a new clock', (t) => {
  const again = matched.and(['unmatch', 5, { assistance, reason: 'resourceGone' }])
  t.equal(state(again), 'open.waiting')
  t.same(told(again), ['unmatched'])
  t.equal(again.instance?.clocks.match?.round, 2)
  t.match(again.when('unmatch', 6, { assistance, reason: 'other' }), {
    refused: 'not-in-this-state',
  })
  t.match(row(again), { extra: { failures: 1 }, links: [] })
  t.end()
})

t.test('a wish that was taken back is matched by nobody', (t) => {
  const withdrawn = made.and(['withdraw', 4, sample({}, { by: { role: 'resident' } })])
  t.match(withdrawn.when('match', 5, { assistance }), { refused: 'not-in-this-state' })
  t.match(row(withdrawn), { facts: { status: 'withdrawn' }, measures: { fulfilled: false } })
  t.same(told(matched.and(['withdraw', 4, { reason: 'moved' }])), ['wishWithdrawn'])
  t.match(made.when('decline', 2, { reason: 'bored' }), { refused: 'invalid' })
  t.match(given(wish).when('make', 0, { ...about, kind: 'gold' }), { refused: 'invalid' })
  const subject = wish.subjects.resident
  t.equal(subject?.({ context: { resident: 'person-1' }, data: {} } as never), 'person-1')
  t.equal(subject?.({ context: undefined, data: { resident: 'person-2' } } as never), 'person-2')
  t.end()
})

t.test('every path, and the picture', (t) => {
  const ours = { assistance }
  assertLively(t, wish, {
    samples: {
      make: [asked, sample(about, { facts: {} })],
      note: { text: 'a note' },
      decline: { reason: 'nothingFound' },
      withdraw: {},
      match: [ours, { assistance: other }],
      unmatch: { ...ours, reason: 'notReached' },
      fulfil: ours,
    },
  })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

import { readFileSync } from 'node:fs'
import { type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import { assertLively, given, type Line, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import { APPEALS_MAX, type VisitContext } from './context.ts'
import { machine } from './machine.ts'
import { visit } from './workflow.ts'

const household = { id: 'place-flat', path: ['place-community', 'place-building', 'place-flat'] }
const DUE = '2026-11-16T10:00:00.000Z'
const DATA = { place: 'place-flat', dueAt: DUE, purpose: 'heating', visitor: 'person-volunteer' }
const facts = { place: household }
const plan = (more: object = {}): Line => ['plan', 0, sample({ ...DATA, ...more }, { facts })]
const COLD = { category: 'heating.indoor.cold', text: 'fourteen degrees', urgent: true }
const measurement = {
  ...{ room: 'living', celsius: 14.5, instrument: 'T-0017' },
  ...{ signedByMeasurer: true, signedByUser: true },
}
const row = ({ instance }: Pick<Story, 'instance'>) => visit.summary(instance as Instance)
const state = ({ instance }: Pick<Story, 'instance'>) =>
  instance === undefined ? '' : statePath(stateOf(instance))
const effects = ({ events }: Pick<Story, 'events'>) => events.at(-1)?.effects ?? []

t.test('a visit is made, and opens an appeal on the spot', (t) => {
  const planned = given(visit, [plan({ campaign: 'campaign-1' })])
  t.match(effects(planned), [{ kind: 'notify', to: { person: 'person-volunteer' } }])
  const by = { role: 'volunteer' as const, person: 'person-other' }
  const found = { found: 'needs', people: 2, note: 'two small children', measurement, appeal: COLD }
  const cold = planned.and(['depart', 1], ['record', 2, sample(found, { by })])
  t.match(effects(cold), [
    {
      ...{ kind: 'open', workflow: 'appeal', command: 'report' },
      with: { place: 'place-flat', channel: 'visit', category: COLD.category, urgent: true },
    },
    { kind: 'tell', instance: 'campaign-1', command: 'visitRecorded', with: { found: 'needs' } },
  ])
  t.match(row(cold), {
    ...{ place: household.path, owner: 'person-other', persons: ['person-other'] },
    extra: { found: 'needs', measuredC: 14.5, instrument: 'T-0017', appeals: 1, people: 2 },
    measures: { visitedInTime: true },
  })
  const [opened] = effects(cold)
  const appeal = row(cold).links?.find(({ rel }) => rel === 'appeal')
  t.match(opened, { instance: appeal?.id }, 'the visit links to what it opened')
  const more = cold.and([
    'raise',
    3,
    { category: 'property.service.cleaning', text: 'a dirty stair' },
  ])
  t.equal(row(more).extra?.appeals, 2)
  t.equal(state(more.and(['finish', 4])), 'done')
  t.same(row({ instance: more.replayed() }), row(more))
  t.end()
})

t.test('nobody at home, refused, well: done at once; a plan is told', (t) => {
  for (const found of ['well', 'notAtHome', 'refused']) {
    const done = given(visit, [plan({ plan: 'visit-plan-1' }), ['record', 1, { found }]])
    t.equal(state(done), 'done')
    t.match(effects(done), [{ instance: 'visit-plan-1', command: 'visitDone', with: { found } }])
  }
  const cancelled = given(visit, [plan({ plan: 'visit-plan-1' })])
  const byHand = { by: { role: 'coordinator' as const } }
  const gone = cancelled.and(['cancel', 1, sample({ reason: 'mistake' }, byHand)])
  t.match(effects(gone), [{ command: 'visitDone', with: { found: 'cancelled' } }])
  t.same(effects(cancelled.and(['cancel', 1, { reason: 'ended' }])), [], 'whoever told it knows')
  t.end()
})

t.test('missed after hours, and late entries', (t) => {
  const late = given(visit, [plan({ plan: 'visit-plan-1' })]).until(14)
  t.match(effects(late), [{ kind: 'tell', instance: 'visit-plan-1', command: 'visitMissed' }])
  t.match(row(late), { extra: { missed: true }, measures: { visitedInTime: false } })
  const entered = late.and(['record', 13.5, { found: 'well' }])
  t.match(row(entered), { extra: { missed: false }, measures: { visitedInTime: true } })
  t.match(row(late.and(['record', 15, { found: 'well' }])).measures, { visitedInTime: false })
  const alone = given(visit, [plan()]).until(14)
  t.match(effects(alone), [{ to: { role: 'coordinator', place: 'place-community' } }])
  const handed = alone.and(['assign', 15, { visitor: 'person-3' }], ['depart', 16])
  t.equal(state(handed), 'onTheWay')
  t.equal(
    state(handed.and(['assign', 17, { visitor: 'person-4' }])),
    'planned',
    'somebody else goes',
  )
  t.end()
})

t.test('bad input is refused', (t) => {
  const planned = given(visit, [plan()])
  const tried = (more: object) =>
    planned.when('record', 1, { found: 'well', measurement: { ...measurement, ...more } })
  t.match(tried({ celsius: 300 }), { refused: 'invalid', issues: [{ code: 'too_big' }] })
  t.match(tried({ instrument: '' }), { refused: 'invalid' })
  t.match(tried({ instrument: undefined }), { issues: [{ path: 'measurement.instrument' }] })
  t.match(tried({ signedByMeasurer: false }), { refused: 'invalid' })
  t.match(tried({ signedByUser: false }), { issues: [{ path: 'measurement.userRefused' }] })
  t.match(tried({ signedByUser: false, userRefused: 'absent' }), { event: { type: /recorded/ } })
  t.match(planned.when('record', 1, { found: 'notAtHome', measurement }), { refused: 'invalid' })
  const nowhere = { ...COLD, category: 'nothing.of.ours' }
  t.match(planned.when('record', 1, { found: 'needs', appeal: nowhere }), { refused: 'invalid' })
  t.match(given(visit).when(...plan({ dueAt: '2026-11-15T00:00:00.000Z' })), { guard: 'dueAhead' })
  const many = Array.from({ length: APPEALS_MAX }, (_, n): Line => ['raise', 2 + n / 10, COLD])
  const full = planned.and(['depart', 1], ...many)
  t.match(full.when('raise', 4, COLD), { guard: 'mayRaise' })
  t.end()
})

t.test('every path, and the picture', (t) => {
  const person = { by: { role: 'coordinator' as const } }
  const samples = {
    plan: sample(DATA, { facts }),
    assign: { visitor: 'person-2' },
    ...{ depart: {}, raise: COLD, finish: {} },
    record: [{ found: 'well' }, { found: 'needs', appeal: COLD }],
    cancel: [{ reason: 'season' }, sample({ reason: 'other' }, person)],
  }
  const signature = ({ appeals, missed }: VisitContext) => [Math.min(2, appeals.length), missed]
  assertLively(t, visit, { samples, signature })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

import { readFileSync } from 'node:fs'
import { type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import { assertLively, given, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import type { MediationContext } from './context.ts'
import { machine } from './machine.ts'
import { mediation } from './workflow.ts'

const facts = { place: { id: 'place-1', path: ['place-community', 'place-1'] } }
const CLEANSING = 'organisation-c1'
const PROPERTY = 'organisation-d2'
const DATA = {
  ...{ place: 'place-1', matter: 'noise', text: 'the lorry comes at five' },
  persons: [{ person: 'person-1', side: 'complains' }],
  units: [
    { unit: CLEANSING, side: 'answers' },
    { unit: PROPERTY, side: 'answers' },
  ],
  outside: [{ name: 'the shop next door', side: 'helps' }],
}
const request = (more: object = {}) => sample({ ...DATA, ...more }, { facts })
const by = { role: 'volunteer' as const, person: 'person-mediator' }
const MEASURES = [
  {
    ...{ kind: 'time', what: 'transfer at half past seven', owner: CLEANSING },
    ...{ due: '2026-11-20T23:30:00.000Z', timeOfDay: '07:30' },
  },
  {
    ...{ kind: 'cleaning', what: 'rinse the ground after each', owner: PROPERTY },
    due: '2026-11-23T00:00:00.000Z',
  },
]
const TALK = { at: '2026-11-18T00:00:00.000Z', record: 'what each side said' }
const everybody = ['person-1', CLEANSING, PROPERTY, 'outside-1']
const talking = given(mediation, [
  ['request', 0, request()],
  ['accept', 1, sample({}, { by })],
])
const talked = talking.and(
  ['arrange', 2, { at: TALK.at, room: 'grid office' }],
  ['talk', 49, { ...TALK, attended: everybody }],
)
const agreed = talked.and(['agree', 50, { measures: MEASURES }])
const row = ({ instance }: Pick<Story, 'instance'>) => mediation.summary(instance as Instance)
const state = ({ instance }: Pick<Story, 'instance'>) =>
  instance === undefined ? '' : statePath(stateOf(instance))
const effects = ({ events }: Pick<Story, 'events'>) => events.at(-1)?.effects ?? []
const clock = ({ instance }: Story, name: string) => instance?.clocks[name]

t.test('talked, agreed, carried out, kept', (t) => {
  t.match(row(talking), { units: [CLEANSING, PROPERTY], owner: 'person-mediator' })
  t.same(row(talking).persons, ['person-1', 'person-mediator'])
  const invited = talking.and(['arrange', 2, { at: TALK.at, room: 'grid office' }])
  t.match(effects(invited), [
    { to: { person: 'person-1' }, text: 'invited', with: { room: 'grid office' } },
    { to: { unit: CLEANSING } },
    { to: { unit: PROPERTY } },
  ])
  t.match(row(agreed).extra, { measures: 2, carriedOut: 0, nextDue: '2026-11-20T23:30:00.000Z' })
  t.equal(clock(agreed, 'measure')?.dueAt, Date.parse('2026-11-20T23:30:00.000Z'), 'the nearest')
  const turned = talked.and(['agree', 50, { measures: MEASURES.toReversed() }])
  t.equal(clock(turned, 'measure')?.dueAt, clock(agreed, 'measure')?.dueAt, 'in whatever order')
  const handler = { role: 'unit-handler' as const, unit: CLEANSING }
  const first = agreed.and(['carryOut', 70, sample({ measure: 'measure-1' }, { by: handler })])
  t.equal(state(first), 'carryingOut')
  t.equal(clock(first, 'measure')?.dueAt, Date.parse('2026-11-23T00:00:00.000Z'), 'the next')
  const other = first.when('carryOut', 71, sample({ measure: 'measure-2' }, { by: handler }))
  t.match(other, { guard: 'ownMeasure' }, "another unit's")
  const both = first.and([
    'carryOut',
    90,
    { measure: 'measure-2', note: 'seen by the grid worker' },
  ])
  t.equal(state(both), 'checking')
  const kept = both.and(['check', 300, { kept: 'all' }])
  t.equal(state(kept), 'settled')
  t.match(row(kept).measures, { agreed: true, kept: true })
  t.same(row({ instance: kept.replayed() }), row(kept))
  t.end()
})

t.test('a measure that is late, and an agreement that is not kept', (t) => {
  const late = agreed.until(24 * 5)
  t.match(effects(late), [
    { to: { unit: CLEANSING }, text: 'measureLate' },
    { to: { role: 'coordinator', place: 'place-community' }, text: 'measureLate' },
  ])
  t.match(late.when('check', 121, { kept: 'all' }), { guard: 'notKept' })
  const again = late.and(['check', 121, { kept: 'none', note: 'still at five' }])
  t.equal(state(again), 'talking')
  t.match(again.when('agree', 122, { measures: MEASURES }), { guard: 'agreementFits' })
  const new_ = again.and(
    ['talk', 122, { ...TALK, attended: ['person-1', CLEANSING] }],
    ['agree', 123, { measures: [{ ...MEASURES[0], due: '2026-12-01T00:00:00.000Z' }] }],
  )
  t.match(row(new_).extra, { agreements: 2, measures: 1, talks: 2 })
  const failed = again.and(['fail', 130, { reason: 'broken', advised: 'court' }])
  t.match(row(failed).extra, { advised: 'court' })
  t.equal(state(failed), 'failed')
  const month = talking.until(24 * 30 + 2)
  t.match(effects(month), [{ text: 'settleLate' }])
  t.end()
})

t.test('bad input is refused', (t) => {
  const tried = (more: object) => given(mediation).when('request', 0, request(more))
  t.match(tried({ units: [], outside: [] }), { guard: 'twoSides' }, 'nobody to talk with')
  const twice = [...DATA.units, { unit: CLEANSING, side: 'complains' }]
  t.match(tried({ units: twice }), { guard: 'twoSides' })
  t.match(tried({ matter: 'weather' }), { refused: 'invalid' })
  const past = { at: '2026-11-15T00:00:00.000Z', room: 'grid office' }
  t.match(talking.when('arrange', 2, past), { guard: 'talkAhead' })
  t.match(talking.when('agree', 2, { measures: MEASURES }), { guard: 'agreementFits' }, 'no talk')
  const stranger = { ...TALK, attended: ['person-1', 'person-9'] }
  t.match(talking.when('talk', 49, stranger), { guard: 'talkHeld' })
  t.match(talking.when('talk', 2, { ...TALK, attended: everybody }), { guard: 'talkHeld' })
  const foreign = [{ ...MEASURES[0], owner: 'organisation-e3' }]
  t.match(talked.when('agree', 50, { measures: foreign }), { guard: 'agreementFits' })
  const over = [{ ...MEASURES[0], due: '2026-11-16T00:00:00.000Z' }]
  t.match(talked.when('agree', 50, { measures: over }), { guard: 'agreementFits' })
  t.match(talked.when('agree', 50, { measures: [{ ...MEASURES[0], timeOfDay: '24:30' }] }), {
    refused: 'invalid',
  })
  t.match(agreed.when('carryOut', 60, { measure: 'measure-9' }), { guard: 'ownMeasure' })
  t.end()
})

t.test('every path, and the picture', (t) => {
  const soon = ({ effectiveAt }: Instance, hours: number) =>
    new Date(effectiveAt + hours * 3_600_000).toISOString()
  const samples = {
    ...{ request: request(), accept: {} },
    arrange: (now: Instance) => ({ at: soon(now, 5), room: 'office' }),
    talk: (now: Instance) => ({ ...TALK, at: soon(now, 0), attended: ['person-1', CLEANSING] }),
    agree: (now: Instance) => ({
      measures: MEASURES.map((one, n) => ({ ...one, due: soon(now, n + 9) })),
    }),
    carryOut: [{ measure: 'measure-1' }, { measure: 'measure-2' }],
    check: [{ kept: 'all' }, { kept: 'part' }],
    fail: { reason: 'noAgreement', advised: 'none' },
    withdraw: { reason: 'settled' },
  }
  const signature = (now: MediationContext) => [
    now.talkedAnew,
    now.measures.map(({ doneAt }) => doneAt === undefined),
  ]
  assertLively(t, mediation, { samples, signature })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

import { readFileSync } from 'node:fs'
import { type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import { assertLively, given, type Samples, type Story } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import type { ReferralContext } from './context.ts'
import { machine } from './machine.ts'
import { pointsFor } from './measurement.ts'
import { ReferralRules } from './rules.ts'
import { referral } from './workflow.ts'

const note = { $sealed: 'opaque', subject: 'person-1', key: 'k' }
const general = {
  appeal: 'appeal-1',
  unit: 'organisation-1',
  lead: true,
  kind: 'general',
  place: ['place-community', 'place-household'],
  category: 'heating.indoor.cold',
  requestedAt: '2026-11-16T00:00:00.000Z',
  round: 1,
  note,
}
const heating = { ...general, kind: 'heating', areaM2: 100 }
const measured = (...points: number[]) => ({
  rooms: [
    { room: 'living room', kind: 'living', areaM2: 15, points },
    { room: 'bathroom', kind: 'other', areaM2: 4, points: [12] },
  ],
  instrument: 'T-0017',
  conditions: { windowsClosedMinutes: 60, installation: 'normal' },
  signedByMeasurer: true,
  signedByUser: true,
})
const answer = { outcome: 'solved', answer: 'The pipe was mended.' }
const VISIT = '2026-11-16T02:00:00.000Z'

const context = ({ instance }: Pick<Story, 'instance'>): ReferralContext =>
  instance?.snapshot.context
const state = ({ instance }: Pick<Story, 'instance'>): string =>
  instance === undefined ? '' : statePath(stateOf(instance))
const effects = ({ events }: Story) =>
  (events.at(-1)?.effects ?? []).map(({ id: _, ...effect }) => effect)
const told = (story: Story, command: string) => {
  const found = effects(story).find(
    (effect) => effect.kind === 'tell' && effect.command === command,
  )
  return found?.kind === 'tell' ? { instance: found.instance, ...found.with } : undefined
}
const clock = ({ instance }: Story, name: string) => instance?.clocks[name]

const working = given(referral, [
  ['dispatch', 0, general],
  ['accept', 1],
])
const cold = given(referral, [
  ['dispatch', 0, heating],
  ['accept', 0.5],
  ['appoint', 1, { at: VISIT, contacted: 'phone' }],
  ['measure', 2, measured(15.4, 15.6)],
])

t.test('a unit accepts and answers', (t) => {
  const first = given(referral, [['dispatch', 0, general]])
  t.match(effects(first), [{ kind: 'notify', to: { unit: 'organisation-1' }, text: 'dispatched' }])
  const done = working.and(['begin', 1.5], ['note', 1.6, { text: 'spoke to the neighbour' }])
  t.equal(state(done), 'open.working.general')
  const answered = done.and(['answer', 2, answer])
  t.equal(state(answered), 'open.answered')
  t.same(told(answered, 'referralAnswered'), {
    instance: 'appeal-1',
    referral: answered.instance?.stream,
    unit: 'organisation-1',
    lead: true,
    outcome: 'solved',
    answer: { $sealed: 'The pipe was mended.' },
  })
  t.ok(Object.values(answered.instance?.clocks ?? {}).every(({ status }) => status === 'stopped'))
  t.equal(state(answered.and(['conclude', 3])), 'concluded')
  t.equal(state(answered.and(['supersede', 3])), 'superseded')
  const reported = given(referral, [['dispatch', 0, { ...general, reporter: 'person-1' }]])
  const { persons, units } = referral.summary(reported.instance as Instance)
  t.same([persons, units], [[], ['organisation-1']], 'the reporter has no part in it')
  const again = answered.replayed()
  t.same(again?.snapshot.context, answered.instance?.snapshot.context)
  t.end()
})

t.test('sending back: inside the limit, or with the coordinator', (t) => {
  const back = working.and(['sendBack', 24, { reason: 'notOurDuty', note: 'a matter of ...' }])
  t.equal(state(back), 'sentBack')
  t.match(told(back, 'referralSentBack'), { reason: 'notOurDuty', note: { $sealed: /matter/ } })
  t.match(working.when('agreeSendBack', 24), { guard: 'sendBackLimitOver' })
  t.equal(
    state({ instance: working.when('sendBack', 48, { reason: 'duplicate' }).instance }),
    'sentBack',
  )
  t.match(working.when('sendBack', 48.1, { reason: 'duplicate' }), {
    refused: 'condition-not-met',
    guard: 'inSendBackLimit',
  })
  const late = working.until(50)
  t.equal(clock(late, 'sendBack')?.status, 'stopped', 'a right that lapses is no red card')
  const agreed = late.and(['agreeSendBack', 51])
  t.equal(state(agreed.and(['sendBack', 52, { reason: 'wrongPlace' }])), 'sentBack')
  t.match(working.when('sendBack', 3, { reason: 'no wish to' }), { refused: 'invalid' })
  t.end()
})

t.test('an extension is asked for, agreed or refused, ten working days in all', (t) => {
  const ask = (amount: number, unit = 'working days') => ({ amount, unit, reason: 'parts' })
  const asked = working.and(['askExtension', 2, ask(6)])
  t.match(effects(asked), [{ to: { role: 'coordinator', place: 'place-community' } }])
  t.match(asked.when('askExtension', 3, ask(1)), { guard: 'extensionFits' }, 'one at a time')
  const due = clock(working, 'answer')?.dueAt ?? 0
  const agreed = asked.and(['agreeExtension', 4])
  t.equal(clock(agreed, 'answer')?.dueAt, due + 6 * 24 * 3_600_000)
  t.match(told(agreed, 'extend'), { instance: 'appeal-1', amount: 6, unit: 'working days' })
  t.match(agreed.when('askExtension', 5, ask(5)), { guard: 'extensionFits' })
  t.match(agreed.when('askExtension', 5, ask(97, 'hours')), { guard: 'extensionFits' })
  const left = asked.and(['answer', 4, answer], ['returnAnswer', 5, { reason: 'other' }])
  t.notOk(left.offered(6).includes('agreeExtension'), 'an answer ends what was asked')
  const refused = agreed.and(['askExtension', 5, ask(4)], ['refuseExtension', 6])
  t.equal(context(refused).extended, 6)
  t.match(refused.when('agreeExtension', 7), { guard: 'extensionAsked' })
  t.end()
})

t.test('a cold flat: measured, repaired after 30 h, paid back', (t) => {
  t.equal(state(cold), 'open.working.repairing')
  t.equal(clock(cold, 'contactUser')?.status, 'stopped')
  t.equal(clock(cold, 'repair')?.dueAt, Date.parse(VISIT) + 24 * 3_600_000)
  t.match(cold.when('answer', 3, answer), { guard: 'notBySaying' })
  const still = cold.and(['measure', 12, measured(17.9)])
  t.equal(clock(still, 'repair')?.round, 1, 'measuring anew wins no time')
  const warm = cold.and(['measure', 32, measured(18.4)])
  t.equal(state(warm), 'open.answered')
  t.equal(
    context(warm).refund?.arithmetic.en,
    '100 m² × 24.00 yuan ÷ 121 days × (1 d × 50% (15.5 °C)) = 9.92 yuan',
  )
  t.match(told(warm, 'referralAnswered'), { outcome: 'qualified', refundFen: 992 })
  t.match(referral.summary(warm.instance as Instance), {
    extra: { measuredC: 18.4, refundFen: 992 },
    measures: { contactedInTime: true, answeredInTime: true, repairedInTime: false },
  })
  const intime = cold.and(['measure', 25.9, measured(18)])
  t.match(context(intime).refund, { status: 'none', why: 'inTime' })
  t.notOk('refundFen' in (told(intime, 'referralAnswered') ?? {}))
  t.end()
})

t.test('a measurement keeps the protocol', (t) => {
  const agreed = given(referral, [
    ['dispatch', 0, heating],
    ['accept', 0.5],
  ])
  const at = (time: string) => ({ at: `2026-11-16T${time}:00.000Z` })
  t.match(agreed.when('appoint', 1, at('13:01')), { guard: 'inVisitHours' }, '21:01 local')
  t.equal(agreed.when('appoint', 1, at('13:00')).refused, undefined)
  const visit = agreed.and(['appoint', 1, { at: VISIT }])
  const one = measured(18)
  const tried = (data: object) => visit.when('measure', 2, { ...one, ...data })
  t.match(tried({ conditions: { windowsClosedMinutes: 59, installation: 'normal' } }), {
    guard: 'protocolKept',
  })
  const wide = [{ room: 'living room', kind: 'living', areaM2: 16, points: [18] }]
  t.match(tried({ rooms: wide }), { guard: 'protocolKept' }, '16 m² need two points')
  t.match(visit.when('measure', 14, one), { guard: 'protocolKept' }, 'at night')
  t.match(tried({ signedByUser: false }), { refused: 'invalid' }, 'unsigned, and no word why')
  t.match(tried({ rooms: [one.rooms[1]] }), { refused: 'invalid' }, 'only a bathroom')
  t.equal(tried({ signedByUser: false, userRefused: 'disagrees' }).refused, undefined)
  const { heating: rules } = ReferralRules.parse(referral.policies.get('jining@1')?.rules)
  t.same(
    [15.9, 16, 29.9, 30, 59.9, 60].map((m2) => pointsFor(m2, rules)),
    [1, 2, 2, 3, 3, 5],
  )
  t.end()
})

t.test('a household that refuses', (t) => {
  const visit = cold.and(['appoint', 30, { at: '2026-11-17T07:00:00.000Z' }])
  t.equal(state(visit), 'open.working.repairing')
  const without = visit.and(['recordRefusal', 33, { withoutReason: true, note: 'would not open' }])
  t.equal(state(without), 'open.answered')
  t.match(told(without, 'referralAnswered'), { outcome: 'refused', refundFen: 992 })
  const contacting = given(referral, [
    ['dispatch', 0, heating],
    ['accept', 0.5],
    ['appoint', 1, { at: VISIT }],
    ['recordRefusal', 2, { withoutReason: false, note: 'ill in bed' }],
  ])
  t.equal(state(contacting), 'open.working.contacting')
  t.equal(clock(contacting, 'contactUser')?.round, 2)
  t.equal(clock(contacting, 'visit')?.status, 'stopped')
  t.end()
})

t.test('a statutory test overturns an answer, or confirms it', (t) => {
  const warm = cold.and(['measure', 25, measured(18.1)])
  const test = (c: number) => ({ ...measured(c), tester: 'testing institute' })
  const short = warm.and(['statutoryTest', 26, test(17)])
  t.equal(state(short), 'open.working.repairing')
  t.match(told(short, 'referralReturned'), { unit: 'organisation-1' })
  t.equal(clock(short, 'repair')?.round, 2)
  t.equal(context(short).refund, undefined)
  const reached = short.and(['measure', 52, measured(18.5)])
  t.match(context(reached).refund, {
    status: 'due',
    days: [
      { measuredC: 15.5, rate: 0.5 },
      { measuredC: 17, rate: 0.2 },
    ],
  })
  const same = warm.and(['statutoryTest', 30, test(18)])
  t.equal(state(same), 'open.answered')
  t.same(effects(same), [], 'the appeal already knows')
  t.match(context(same).refund, { status: 'none', why: 'inTime' }, 'reached when first measured')
  const plain = working.and(['answer', 2, answer])
  t.notOk(plain.offered(3).includes('statutoryTest'))
  t.ok(warm.offered(26).includes('statutoryTest'))
  t.end()
})

t.test('an incomplete answer is returned and counted', (t) => {
  const back = working.and(['answer', 2, answer], ['returnAnswer', 3, { reason: 'incomplete' }])
  t.equal(state(back), 'open.working.general')
  t.match(told(back, 'referralReturned'), { instance: 'appeal-1', unit: 'organisation-1' })
  t.equal(clock(back, 'answer')?.round, 2)
  t.equal(context(back).returns, 1)
  t.equal(context(back).outcome, undefined, 'the answer falls')
  const hot = cold.and(['measure', 25, measured(18.1)], ['returnAnswer', 26, { reason: 'other' }])
  t.equal(state(hot), 'open.working.contacting')
  t.equal(clock(hot, 'contactUser')?.status, 'running')
  t.end()
})

t.test('paused with the appeal, and back to where it was', (t) => {
  const paused = cold.and(['urge', 3], ['pause', 4])
  t.equal(state(paused), 'paused')
  t.equal(clock(paused, 'repair')?.left, 22 * 3_600_000)
  const on = paused.and(['resume', 100])
  t.equal(state(on), 'open.working.repairing')
  t.equal(clock(on, 'repair')?.dueAt, (clock(cold, 'repair')?.dueAt ?? 0) + 96 * 3_600_000)
  t.equal(clock(on, 'contactUser')?.status, 'stopped')
  t.equal(context(on).urges, 1)
  t.equal(state(paused.and(['withdraw', 5, { reason: 'no longer needed' }])), 'withdrawn')
  const answered = working.and(['answer', 2, answer], ['pause', 3], ['resume', 4])
  t.equal(state(answered), 'open.answered')
  t.end()
})

t.test('limits differ by city, kind and the season', (t) => {
  const policy = (id: string) => {
    const found = referral.policies.get(id)
    return found === undefined ? {} : { policy: found }
  }
  const limit = (id: string, name: string, more: object = {}) => {
    const options = { ...policy(id), ...more }
    return clock(given(referral, [['dispatch', 0, heating]], options), name)?.limit
  }
  t.equal(limit('default@1', 'contactUser'), 'contactUser.firstTenDays')
  const on = (date: string) => ({ start: Date.parse(`${date}T00:00:00Z`) })
  const early = 'contactUser.firstTenDays'
  t.equal(limit('default@1', 'contactUser', on('2026-11-24')), early, 'the tenth day')
  t.equal(limit('default@1', 'contactUser', on('2026-11-25')), 'contactUser')
  t.equal(limit('default@1', 'contactUser', on('2026-11-14')), 'contactUser', 'not yet')
  t.equal(limit('jining@1', 'contactUser'), 'contactUser', 'Jining knows no first ten days')
  t.equal(limit('beijing@1', 'answer'), 'answer.heating')
  t.equal(limit('weifang@1', 'answer'), 'answer')
  const jining = given(
    referral,
    [
      ['dispatch', 0, heating],
      ['accept', 0.5],
      ['appoint', 1, { at: VISIT }],
      ['measure', 2, measured(15.5)],
      ['measure', 32, measured(18)],
    ],
    policy('jining@1'),
  )
  t.match(context(jining).refund, { status: 'silent' })
  t.notOk('refundFen' in (told(jining, 'referralAnswered') ?? {}), 'silent is not zero')
  t.end()
})

t.test('the reporter keeps the key of what was said', (t) => {
  const subject = referral.subjects.reporter
  const of = (known: object | undefined, data: object) =>
    subject?.({ context: known as ReferralContext | undefined, data: { ...data } } as never)
  t.equal(of(undefined, { appeal: 'appeal-1' }), 'appeal-1')
  t.equal(of(undefined, { appeal: 'appeal-1', reporter: 'person-1' }), 'person-1')
  t.equal(of({ appeal: 'appeal-1' }, {}), 'appeal-1')
  t.equal(of({ appeal: 'appeal-1', reporter: 'person-1' }, {}), 'person-1')
  t.end()
})

const samples: Samples = {
  accept: {},
  begin: {},
  sendBack: { reason: 'notOurDuty' },
  agreeSendBack: {},
  note: { text: 'a note' },
  urge: {},
  askExtension: { amount: 10, unit: 'working days', reason: 'parts' },
  agreeExtension: {},
  refuseExtension: {},
  appoint: { at: VISIT },
  measure: [measured(15), measured(18)],
  statutoryTest: [
    { ...measured(15), tester: 'institute' },
    { ...measured(18), tester: 'institute' },
  ],
  recordRefusal: [
    { withoutReason: true, note: 'no' },
    { withoutReason: false, note: 'ill' },
  ],
  answer: [answer, { ...answer, outcome: 'unsolved' }],
  returnAnswer: { reason: 'incomplete' },
  pause: {},
  resume: {},
  withdraw: { reason: 'no longer needed' },
  conclude: {},
  supersede: {},
}

const always = ['concluded', 'open.answered', 'open.dispatched', 'paused', 'sentBack', 'superseded']
const RESTING: Readonly<Record<string, readonly string[]>> = {
  general: [...always, 'open.accepted', 'open.working.general', 'withdrawn'].sort(),
  heating: [
    ...always,
    'open.working.appointed',
    'open.working.contacting',
    'open.working.repairing',
    'withdrawn',
  ].sort(),
}

t.test('over every path somebody is responsible, and there is a way out', (t) => {
  for (const dispatch of [general, heating]) {
    const found = assertLively(t, referral, {
      samples: { dispatch, ...samples },
      mostVisits: 20_000,
      signature: (known: ReferralContext) => [
        known.asked !== undefined,
        known.extended,
        known.sendBackAgreed,
      ],
    })
    const reached = new Set(found.visits.map(({ instance }) => state({ instance })))
    t.same([...reached].sort(), RESTING[dispatch.kind], `${dispatch.kind}: where it can rest`)
    t.comment(`${dispatch.kind}: ${found.visits.length} visits, ${found.transitions.length} steps`)
  }
  t.end()
})

t.test('the README shows the machine as it is', (t) => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

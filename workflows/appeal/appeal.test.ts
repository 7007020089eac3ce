import { isSealed } from '@linli/workflow'
import { given, HOUR_MS, type Line, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import {
  answer,
  answered,
  BOTH,
  COORDINATOR,
  clocks,
  cold,
  context,
  effects,
  grid,
  HEATING,
  instance,
  PLACE,
  PROPERTY,
  REFER,
  referralOf,
  report,
  row,
  STEWARD,
  state,
  TOPIC,
  tells,
} from './appeal-story.ts'
import { residentStage } from './resident-stage.ts'
import { appeal } from './workflow.ts'

t.test('a cold flat, from the report to the archive', (t) => {
  const referred = given(appeal, [
    report(),
    ['verify', 2, {}],
    ['refer', 3, { ...BOTH, note: 'x' }],
  ])
  t.equal(state(referred), 'open.referral')
  const opened = effects(referred).flatMap((effect) => (effect.kind === 'open' ? [effect] : []))
  t.equal(opened.length, 2, 'one referral a unit')
  const note = opened[0]?.with.note
  t.ok(isSealed(note))
  t.match(opened[0], { workflow: 'referral', command: 'dispatch' })
  t.same(opened[0]?.with, {
    appeal: instance(referred).stream,
    unit: HEATING,
    lead: true,
    kind: 'heating',
    place: PLACE.path,
    category: 'heating.indoor.cold',
    areaM2: 88,
    requestedAt: '2026-11-16T00:00:00.000Z',
    round: 1,
    note,
  })
  t.equal(opened[1]?.with.kind, 'general', 'a kind that is named wins over the category')
  const half = referred.and(answer(referred, 20, PROPERTY))
  t.equal(state(half), 'open.referral', 'all units must answer')
  const all = half.and(answer(half, 30))
  t.equal(state(all), 'open.followUp')
  t.equal(clocks(all).handle?.status, 'stopped')
  const closed = all.and(['followUp', 40, { solved: 'yes', satisfied: 'yes', close: true }])
  t.equal(state(closed), 'closed')
  t.same(
    tells(closed).map(([, command]) => command),
    ['conclude', 'conclude'],
  )
  t.match(row(closed), {
    units: [HEATING, PROPERTY],
    leadUnit: HEATING,
    measures: { responded: false, solved: true, satisfied: true, closedInTime: true },
  })
  const archived = closed.clock('expired', 'reopen')
  t.equal(state(archived), 'archived')
  t.same(
    Object.values(clocks(archived)).filter(({ status }) => status !== 'stopped'),
    [],
  )
  t.same(archived.replayed()?.snapshot.toJSON(), archived.instance?.snapshot.toJSON())
  t.end()
})

t.test('limits: city, tier and urgency say which handle clock runs', (t) => {
  const due = (city: string, more: object) => {
    const policy = appeal.policies.get(`${city}@1`)
    const story = given(
      appeal,
      [report(more), ['verify', 0, {}], ['refer', 3, REFER]],
      policy === undefined ? {} : { policy },
    )
    const { limit, dueAt, startedAt } = clocks(story).handle ?? { dueAt: 0, startedAt: 0 }
    return [limit, (dueAt - startedAt) / HOUR_MS]
  }
  t.same(due('default', {}), ['handle', 120])
  t.same(due('jining', { urgent: true }), ['handle', 120], 'Shandong knows no tiers')
  t.same(due('beijing', {}), ['handle.heat', 24])
  t.same(due('beijing', { urgent: true }), ['handle.emergency', 2])
  t.same(due('beijing', { category: 'facilities.gate.renovation' }), ['handle.complicated', 360])
  t.same(due('beijing', { category: 'property.service.fee' }), ['handle', 168])
  t.end()
})

t.test('milestones run beside the handling and stop by their own commands', (t) => {
  const story = given(appeal, [
    report({ category: 'building.illegal.structure' }),
    ['verify', 2, {}],
    ['refer', 3, REFER],
  ])
  t.match(clocks(story), { stop: {}, penalise: {}, demolish: {} })
  const late = story.clock('expired', 'stop').and(['stopWork', 12, {}])
  t.match(clocks(late).stop, { status: 'stopped', late: true })
  t.match(late.when('stopWork', 13, {}), { refused: 'condition-not-met', guard: 'milestoneRuns' })
  t.equal(clocks(late.and(['penalise', 20, {}])).penalise?.late, false)
  t.notOk(cold().offered(5).includes('stopWork'), 'only where the category says so')
  t.end()
})

t.test('several units: send-backs, one lead, more units, a refused dispatch', (t) => {
  const both = grid().and(['refer', 3, BOTH])
  t.match(both.when('refer', 4, REFER), { refused: 'condition-not-met', guard: 'unitsFit' })
  const third = { units: [{ unit: 'organisation-third', lead: false }] }
  t.equal(context(both.and(['refer', 4, third])).referrals.length, 3)
  const back = both.and([
    'referralSentBack',
    5,
    { ...referralOf(both, HEATING), reason: 'notOurs' },
  ])
  t.equal(state(back), 'open.referral')
  const none = back.and(answer(back, 6, PROPERTY))
  t.equal(state(none), 'open.grid', 'an assisting answer does not stand for the lead')
  t.equal(clocks(none).handle?.status, 'running', 'the limit of the case goes on')
  t.equal(clocks(none).decide?.status, 'running')
  const again = none.and(['refer', 7, REFER])
  t.equal(clocks(again).handle?.round, 1)
  t.equal(state(again.and(answer(again, 8))), 'open.followUp')
  const two = { units: [...REFER.units, { unit: PROPERTY, lead: true }] }
  t.match(grid().when('refer', 3, two), { guard: 'unitsFit' })
  const refused = cold().and([
    'effect.refused',
    4,
    { effect: 'e', command: 'dispatch', instance: referralOf(cold(), HEATING).referral, code: 'x' },
  ])
  t.equal(state(refused), 'open.grid')
  t.end()
})

t.test('a returned answer goes back to the unit, under the old end of the limit', (t) => {
  const story = answered()
  const back = story.and(['referralReturned', 40, referralOf(story, HEATING)])
  t.equal(state(back), 'open.referral')
  t.equal(clocks(back).handle?.dueAt, clocks(story).handle?.dueAt)
  t.equal(clocks(back).followUp?.status, 'stopped')
  t.equal(state(back.and(answer(back, 50))), 'open.followUp')
  t.end()
})

t.test('extensions add up to the most that the policy allows', (t) => {
  const story = cold()
  const by = (amount: number) => ({
    ...{ ...referralOf(story, HEATING), amount, unit: 'working days' },
  })
  const once = story.and(['extend', 20, by(6)])
  const gained = (clocks(once).handle?.dueAt ?? 0) - (clocks(story).handle?.dueAt ?? 0)
  t.equal(gained, 144 * HOUR_MS)
  t.match(once.when('extend', 21, by(5)), { refused: 'condition-not-met', guard: 'extensionFits' })
  t.equal(context(once.and(['extend', 21, by(4)])).counts.extendedDays, 10)
  t.end()
})

t.test('deliberation: resolved with units, resolved alone, turned down, taken back', (t) => {
  const joined = grid().and(['deliberate', 3, { topic: TOPIC }])
  t.same(tells(joined), [[TOPIC, 'join']])
  const told = (units: object[]): Line => [
    'deliberationResolved',
    90,
    { deliberation: TOPIC, units, resolution: 'The gate is renewed.' },
  ]
  const referred = joined.and(told([{ unit: PROPERTY, lead: false }]))
  t.equal(state(referred), 'open.referral')
  t.match(effects(referred)[0], { kind: 'open', with: { unit: PROPERTY, lead: true } })
  t.equal(clocks(referred).handle?.round, 1)
  t.equal(state(joined.and(told([]))), 'open.followUp')
  const rejected = { deliberation: TOPIC, outcome: 'declined' }
  t.equal(state(joined.and(['deliberationRejected', 9, rejected])), 'open.grid')
  const taken = joined.and(['takeBack', 9, {}])
  t.same([state(taken), tells(taken)], ['open.grid', [[TOPIC, 'leave']]])
  t.equal(state(taken.and(told([]))), 'open.grid', 'what comes after that changes nothing')
  const refused = { effect: 'e', command: 'join', instance: TOPIC, code: 'not-in-this-state' }
  t.equal(state(joined.and(['effect.refused', 4, refused])), 'open.grid')
  const meanwhile = joined.and(
    ['suspend', 5, { reason: 'law', until: '2026-11-30T00:00:00Z' }],
    told([]),
  )
  t.equal(state(meanwhile), 'suspended')
  t.equal(state(meanwhile.and(['resume', 95, {}])), 'open.followUp', 'nothing told is lost')
  t.end()
})

t.test('suspension pauses every clock and the referrals, and ends by itself', (t) => {
  const until = '2026-11-18T00:00:00.000Z'
  const story = cold().and(['suspend', 10, { reason: 'parts', until }])
  t.equal(state(story), 'suspended')
  t.equal(clocks(story).handle?.status, 'paused')
  t.same(tells(story), [[referralOf(story, HEATING).referral, 'pause']])
  const on = story.clock('expired', 'suspended')
  t.equal(state(on), 'open.referral')
  t.same(tells(on), [[referralOf(story, HEATING).referral, 'resume']])
  t.equal(clocks(on).suspended?.status, 'stopped')
  t.equal(clocks(on).handle?.dueAt, (clocks(cold()).handle?.dueAt ?? 0) + 38 * HOUR_MS)
  const past = { reason: 'parts', until: '2026-11-16T00:00:00.000Z' }
  t.match(cold().when('suspend', 10, past), { guard: 'endsInTime' })
  const while_ = story.and(answer(story, 12))
  t.equal(state(while_.and(['resume', 20, {}])), 'open.followUp')
  t.end()
})

t.test('asking the resident: handling waits, until an answer, a decision or the limit', (t) => {
  const asked = cold().and(['askResident', 10, { question: 'When are you at home?' }])
  t.equal(clocks(asked).handle?.status, 'paused')
  t.notOk(asked.offered(11).includes('askResident'))
  t.equal(residentStage(state(asked), row(asked).extra?.asking), 'waitingForYou')
  for (const done of [
    asked.and(['residentAnswered', 20, { answer: 'In the evening.' }]),
    asked.and(['goOn', 20, {}]),
    asked.clock('expired', 'resident'),
  ]) {
    t.equal(clocks(done).handle?.status, 'running')
    t.equal(clocks(done).resident?.status, 'stopped')
  }
  t.equal(row(asked.clock('expired', 'resident')).extra?.asking, 'lapsed')
  const until = '2026-11-20T00:00:00.000Z'
  const both = asked.and(['suspend', 12, { reason: 'other', until }], ['resume', 14, {}])
  t.equal(clocks(both).handle?.status, 'paused', 'still waiting for the answer')
  t.equal(clocks(both).resident?.status, 'running')
  const heard = asked.and(
    ['suspend', 12, { reason: 'other', until }],
    ['residentAnswered', 13, { answer: 'Now.' }],
  )
  t.equal(clocks(heard).handle?.status, 'paused')
  t.equal(clocks(heard.and(['resume', 14, {}])).handle?.status, 'running')
  t.end()
})

t.test('supervision: the handle clock, its withdrawal, and a release', (t) => {
  const overdue = cold().clock('warned', 'handle').clock('expired', 'handle')
  t.equal(row(overdue).supervised, true)
  t.match(effects(overdue)[0], { kind: 'notify', to: { role: 'supervisor' } })
  const inTime = overdue.and(answer(overdue, 100))
  t.equal(row(inTime).supervised, false, 'a late entry that was in time lifts the mark')
  t.equal(row(inTime).measures?.closedInTime, null)
  const late = overdue.and(answer(overdue, 130), ['followUp', 131, { solved: 'yes' }])
  t.match(late.when('close', 132, {}), { refused: 'condition-not-met' })
  t.match(overdue.and(answer(overdue, 130)).when('followUp', 131, { solved: 'yes', close: true }), {
    refused: 'condition-not-met',
    guard: 'closesNow',
  })
  const closed = late.and(['release', 132, { finding: 'justified' }], ['close', 133, {}])
  t.equal(state(closed), 'closed')
  t.equal(row(closed).measures?.closedInTime, false, 'released, and late all the same')
  const unsaid = cold().and(answer(cold(), 130))
  t.equal(row(unsaid).supervised, true, 'also where the timer had not spoken yet')
  const redone = late.and(['redo', 132, { to: 'referral' }])
  t.match([row(redone).supervised, clocks(redone).handle?.round], [true, 2], 'outlives the round')
  t.notOk(cold().offered(5, { role: 'supervisor' }).includes('release'))
  const marked = cold().and(['supervise', 5, { reason: 'importance' }])
  t.equal(row(marked).extra?.supervisedFor, 'importance')
  t.end()
})

t.test('unhappy twice is supervised; redo opens a new round', (t) => {
  const unhappy = answered().and(['followUp', 40, { solved: 'no' }])
  t.match([state(unhappy), row(unhappy).supervised], ['open.followUp', false])
  t.match(unhappy.when('close', 41, {}), { refused: 'condition-not-met' })
  const old = referralOf(unhappy, HEATING).referral
  const redone = unhappy.and(['redo', 41, { to: 'referral' }])
  const fresh = referralOf(redone, HEATING).referral
  t.not(fresh, old)
  t.same(tells(redone), [[old, 'supersede']])
  t.match(effects(redone).at(-1), { kind: 'open', instance: fresh, with: { round: 2 } })
  const twice = redone.and(answer(redone, 50), ['followUp', 60, { solved: 'yes', satisfied: 'no' }])
  t.equal(row(twice).extra?.supervisedFor, 'unhappy')
  const toGrid = twice.and(['redo', 61, { to: 'grid' }])
  t.same([state(toGrid), clocks(toGrid).handle?.round], ['open.grid', 3])
  const onSpot = grid().and(['solve', 4, { answer: 'bled the radiator' }])
  t.match(onSpot.when('redo', 9, { to: 'referral' }), { guard: 'redoToUnits' })
  t.equal(state(onSpot.and(['redo', 9, { to: 'referral', ...REFER }])), 'open.referral')
  t.end()
})

t.test('follow-ups without an answer close after so many tries, counted apart', (t) => {
  const tried = answered().and(
    ['followUp', 40, { solved: 'noAnswer' }],
    ['followUp', 50, { solved: 'noAnswer' }],
  )
  t.equal(state(tried), 'open.followUp')
  const closed = tried.and(['followUp', 60, { solved: 'noAnswer' }])
  t.equal(state(closed), 'closed')
  t.match(row(closed).measures, { closedUnanswered: true, solved: null, satisfied: null })
  const held = tried.and(
    ['supervise', 55, { reason: 'quality' }],
    ['followUp', 60, { solved: 'noAnswer' }],
  )
  t.equal(state(held), 'open.followUp')
  const freed = held.and(['release', 61, { finding: 'remedied' }], ['close', 62, {}])
  t.equal(row(freed).extra?.closedHow, 'unanswered')
  t.match(answered().when('followUp', 40, { solved: 'noAnswer', satisfied: 'no' }), {
    refused: 'invalid',
  })
  t.end()
})

t.test('two stewards: both sign, or the coordinator overrides with a reason', (t) => {
  const owned = answered().and(
    ['coOwn', 31, { steward: STEWARD.person }],
    ['followUp', 40, { solved: 'yes' }],
  )
  t.match(owned.when('close', 41, {}), { refused: 'condition-not-met' })
  const one = owned.and(['sign', 41, sample({}, { by: STEWARD })])
  t.match(one.when('sign', 42, sample({}, { by: STEWARD })), { guard: 'maySign' })
  t.match(one.when('close', 42, {}), { refused: 'condition-not-met' })
  const both = one.and(['sign', 42, sample({}, { by: COORDINATOR })], ['close', 43, {}])
  t.equal(row(both).extra?.overridden, false)
  const overridden = one.and(['close', 43, { override: 'absent' }])
  t.same([state(overridden), row(overridden).extra?.overridden], ['closed', true])
  t.notOk(answered().offered(41, STEWARD).includes('sign'))
  t.end()
})

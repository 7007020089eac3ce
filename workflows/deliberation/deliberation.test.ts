import { type Instance, type Stepped, stateOf, statePath, streamName } from '@linli/workflow'
import { given, type Line, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { tallies } from './commands.ts'
import type { Context } from './context.ts'
import { deliberation } from './workflow.ts'

const DAY = 24
const day = (n: number) => n * DAY
const at = (hour: number) => new Date(Date.parse('2026-11-16T00:00:00Z') + hour * 3_600_000)
const iso = (hour: number) => at(hour).toISOString()
const GATE = { id: 'place-gate', path: ['place-community', 'place-estate', 'place-gate'] }
const APPEALS = [1, 2, 3].map((n) =>
  streamName('appeal', `0198c000-0000-7000-8000-00000000000${n}`),
)
const PARTIES = ['party-organisation', 'residents-representatives', 'functional-department']
const coordinator = { role: 'coordinator', person: 'person-c' } as const

/** Six households of 100 m² each: two thirds are four of them. */
const ELECTORATE = [1, 2, 3, 4, 5, 6].map((n) => ({ person: `person-${n}`, areaM2: 100 }))

const topic = (rule: string) =>
  sample(
    {
      title: 'A new gate',
      place: GATE.id,
      requiredParties: PARTIES,
      rule,
      category: 'estate.gate',
    },
    { facts: { place: GATE }, by: coordinator },
  )
const joins = APPEALS.map(
  (appeal, n): Line => [
    'join',
    2 + n,
    { appeal, place: GATE.path, category: 'estate.gate.broken' },
  ],
)
const gathered = (rule: string): Line[] => [['propose', 0, topic(rule)], ['accept', 1], ...joins]
const meeting = { at: iso(day(17)), place: 'Activity room', electorate: ELECTORATE }
const called = (rule: string) =>
  given(deliberation, [...gathered(rule), ['schedule', 8, meeting]]).until(day(16))
const met = (rule: string) =>
  called(rule).and(
    ...PARTIES.map((party): Line => ['signIn', day(17), { party }]),
    ['openMeeting', day(17)],
    ['openVote', day(17)],
  )
const hand = (person: string, openChoice: string, more: object = {}) =>
  sample({ person, way: 'hand', openChoice, ...more }, { by: coordinator })
const hands = (...choices: string[]) =>
  choices.map((choice, n): Line => ['vote', day(17) + 1, hand(`person-${n + 1}`, choice)])
const counting: Line[] = [
  ['closeVote', day(17) + 2],
  ['count', day(17) + 3, {}],
]
const RESOLUTION = {
  resolution: 'The gate is renewed and lit.',
  units: [{ unit: 'organisation-property', lead: true, kind: 'general' }],
  tasks: [
    { title: 'Order the gate', due: iso(day(40)), unit: 'organisation-property' },
    { title: 'Tell the residents', due: iso(day(30)), person: 'person-1' },
  ],
}

const policyOf = (id: string) => {
  const policy = deliberation.policies.get(id)
  if (policy === undefined) throw new Error(`no policy ${id}`)
  return { policy }
}
const state = (instance: Instance | undefined) =>
  instance === undefined ? undefined : statePath(stateOf(instance))
const tells = (event: Stepped['event'] | undefined) =>
  (event?.effects ?? []).flatMap((effect) =>
    effect.kind === 'tell' ? [[effect.instance, effect.command, effect.with]] : [],
  )
const rowOf = (instance: Instance | undefined) =>
  instance === undefined ? undefined : deliberation.summary(instance)

t.test('gathers three appeals, misses a party, meets, passes with two thirds, tells all', (t) => {
  const ready = called('common-parts')
  t.equal(state(ready.instance), 'scheduled.ready')
  t.equal(ready.instance?.clocks.notice?.status, 'stopped', 'an ended notice is no red card')
  t.match(ready.and(['signIn', day(17), { party: PARTIES[0] }]).when('openMeeting', day(17)), {
    refused: 'condition-not-met',
    guard: 'partiesPresent',
  })

  const voting = met('common-parts').and(...hands('no', 'yes', 'yes', 'abstain'))
  t.match(rowOf(voting.instance)?.extra, { persons: 4, personsOf: 6, personsNeeded: 4 })
  t.match(rowOf(voting.instance)?.extra, { areaM2: 400, areaM2Of: 600, areaM2Needed: 400 })
  t.match(voting.when('vote', day(17) + 2, hand('person-1', 'yes')), { guard: 'onlyOnce' })
  const again = hand('person-1', 'yes', { changes: true })
  const changed = voting.and(['vote', day(17) + 2, again])
  t.match(rowOf(changed.instance)?.extra, { persons: 4, areaM2: 400 }, 'a changed vote is one vote')

  const resolved = changed.and(...counting)
  t.equal(state(resolved.instance), 'resolved')
  t.match(rowOf(resolved.instance)?.measures, { quorate: true, agreed: true })
  t.match(rowOf(resolved.instance)?.extra, { yesPersons: 3, abstainAreaM2: 100 })
  const published = resolved.and(['publish', day(18), RESOLUTION])
  const { stream } = published.events[0] ?? {}
  t.same(
    tells(published.events.at(-1)),
    APPEALS.map((appeal) => [
      appeal,
      'deliberationResolved',
      { deliberation: stream, units: RESOLUTION.units, resolution: RESOLUTION.resolution },
    ]),
  )

  const carried = published.until(day(26))
  t.equal(state(carried.instance), 'carryingOut')
  t.equal(carried.instance?.clocks.task?.dueAt, Date.parse(iso(day(30))), 'the next task due')
  const one = carried.and(['taskDone', day(27), { task: 'task-2', outcome: 'done' }])
  t.equal(one.instance?.clocks.task?.dueAt, Date.parse(iso(day(40))))
  t.match(one.when('taskDone', day(28), { task: 'task-2', outcome: 'done' }), { guard: 'taskOpen' })
  const done = one.and(['taskDone', day(28), { task: 'task-1', outcome: 'done' }])
  t.equal(state(done.instance), 'done')
  t.same(
    tells(done.events.at(-1)),
    APPEALS.map((appeal) => [appeal, 'deliberationDone', { deliberation: stream }]),
  )
  t.same(done.replayed()?.snapshot.toJSON(), done.instance?.snapshot.toJSON())
  t.end()
})

t.test('a meeting: notice, who is called, who votes', (t) => {
  const before = given(deliberation, gathered('common-parts'))
  t.match(before.when('schedule', 9, { ...meeting, at: iso(8) }), { guard: 'meetingFits' })
  const noArea = [{ person: 'person-1' }]
  t.match(before.when('schedule', 9, { ...meeting, electorate: noArea }), { guard: 'meetingFits' })
  const twice = [ELECTORATE[0], ELECTORATE[0]]
  t.match(before.when('schedule', 9, { ...meeting, electorate: twice }), { refused: 'invalid' })
  const early = before.and(['schedule', 9, meeting])
  t.match(early.when('openMeeting', 10), { guard: 'noticeOver' })
  t.match(early.when('join', 10, joins[0]?.[2]), { refused: 'not-in-this-state' })
  t.equal(state(early.when('waiveNotice', 10, { reason: 'urgent' }).instance), 'scheduled.ready')
  t.match(
    given(
      deliberation,
      [...gathered('grave'), ['schedule', 9, meeting]],
      policyOf('jining@1'),
    ).when('waiveNotice', 10, { reason: 'urgent' }),
    { guard: 'mayWaiveNotice' },
  )
  t.match(
    given(deliberation, [], policyOf('beijing@1')).when('propose', 0, topic('committee')),
    { guard: 'ruleKnown' },
    'a matter on which the city is silent',
  )

  const voting = met('common-parts')
  const own = (role: 'resident' | 'coordinator', by: string, person: string) =>
    sample({ person, way: 'link', openChoice: 'yes' }, { by: { role, person: by } })
  const vote = (data: Line[2]) => voting.when('vote', day(17), data)
  t.equal(vote(own('resident', 'person-2', 'person-2')).refused, undefined)
  t.match(vote(own('resident', 'person-2', 'person-3')), { guard: 'ownVote' }, 'for another')
  t.match(vote(own('coordinator', 'person-c', 'person-3')), { guard: 'ownVote' }, "another's link")
  t.match(vote(hand('person-9', 'yes')), { guard: 'isVoter' }, 'not a voter')
  const sealed = sample({ person: 'person-1', way: 'hand', choice: 'yes' }, { by: coordinator })
  t.match(vote(sealed), { guard: 'ballotFits' }, 'sealed where the rule is open')
  t.match(
    voting.when('vote', day(40), hand('person-1', 'yes')),
    { guard: 'inVoteTime' },
    'too late',
  )
  const closed = voting.and(['closeVote', day(18)])
  t.match(closed.when('vote', day(18), hand('person-1', 'yes')), { refused: 'not-in-this-state' })
  t.equal(state(voting.until(day(40)).instance), 'counting', 'the end of the time closes the vote')
  t.end()
})

t.test('not quorate: called again or dropped; quorate and rejected', (t) => {
  const missed = met('common-parts').and(...hands('yes', 'yes', 'yes'), ...counting)
  t.equal(state(missed.instance), 'notQuorate')
  t.same(tells(missed.events.at(-1)), [])
  const again = missed.and(['callAgain', day(18), { at: iso(day(40)), place: 'Yard' }])
  t.match(rowOf(again.instance)?.extra, { meeting: 2, persons: 0, personsOf: 6 })
  t.match(again.until(day(40)).when('openMeeting', day(40)), { guard: 'partiesPresent' })
  const dropped = missed.and(['drop', day(18), { reason: 'nobody comes' }])
  t.equal(state(dropped.instance), 'dropped')
  const rejected = met('common-parts').and(...hands('yes', 'yes', 'no', 'no'), ...counting)
  t.equal(state(rejected.instance), 'rejected', 'a half is not more than half')
  const held = met('common-parts').and(...hands('yes', 'yes', 'no', 'abstain'), ...counting)
  t.equal(state(held.instance), 'rejected', 'who abstains takes part and does not agree')
  const outcomes = (event: Stepped['event'] | undefined) =>
    tells(event).map(([appeal, command, given]) => [appeal, command, Object(given).outcome])
  const told = (outcome: string) =>
    APPEALS.map((appeal) => [appeal, 'deliberationRejected', outcome])
  t.same(outcomes(dropped.events.at(-1)), told('cancelled'))
  t.same(outcomes(rejected.events.at(-1)), told('rejected'))
  const left = given(deliberation, gathered('ordinary')).and(['leave', 9, { appeal: APPEALS[0] }])
  const declined = left.and(['decline', 10, { reason: 'not ours' }])
  t.same(outcomes(declined.events.at(-1)), told('declined').slice(1), 'who left is not told')
  const cancelled = called('ordinary').and(['cancel', day(17), { reason: 'settled' }])
  t.same(outcomes(cancelled.events.at(-1)), told('cancelled'))
  t.end()
})

t.test('an upheld objection begins the gathering anew', (t) => {
  const published = met('common-parts').and(...hands('yes', 'yes', 'yes', 'yes'), ...counting, [
    'publish',
    day(18),
    { ...RESOLUTION, tasks: [] },
  ])
  const by = { role: 'resident', person: 'person-5' } as const
  const objection = sample({ person: 'person-5', reason: 'no notice in my stairway' }, { by })
  const disputed = published.and(['object', day(19), objection], ['object', day(20), objection])
  const [first, second] = disputed.events.slice(-2).map(({ id }) => id)
  t.equal(state(disputed.instance), 'published.disputed')
  const heard = (id: string | undefined) => ({ objection: id, reason: 'seen' })
  t.match(disputed.when('uphold', day(21), heard('nothing')), { guard: 'objectionOpen' })
  t.match(disputed.when('dismiss', day(21), sample(heard(first), { by })), {
    guard: 'objectionOpen',
  })
  const quiet = published.and(['object', day(19), objection])
  const reply = quiet.and(['dismiss', day(20), heard(quiet.events.at(-1)?.id)])
  t.equal(state(reply.instance), 'published.quiet')
  t.equal(reply.instance?.clocks.hearing?.status, 'stopped', 'nothing is left to hear')
  t.equal(reply.instance?.clocks.objection?.status, 'running')
  const upheld = disputed.and(['uphold', day(21), heard(first)])
  t.equal(state(upheld.instance), 'gathering')
  t.equal(rowOf(upheld.instance)?.extra?.appeals, 3)
  const over = disputed.until(day(26))
  t.equal(state(over.instance), 'published.disputed', 'an open objection holds up the publication')
  t.match(over.when('object', day(26), objection), { guard: 'inObjectionTime' })
  const settled = over.and(['dismiss', day(26), heard(first)], ['dismiss', day(26), heard(second)])
  t.equal(state(settled.instance), 'done', 'nothing to do, nothing to object to')
  t.equal(tells(settled.events.at(-1)).length, 3)
  t.end()
})

t.test('a secret vote: the machine sees who voted, and at the count the totals', (t) => {
  const ballot = (person: string, choice: string, more: object = {}) =>
    sample({ person, way: 'link', choice, ...more }, { by: { role: 'resident', person } })
  const voting = met('grave').and(
    ...['nay', 'yes', 'yes', 'yes', 'abs'].map(
      (choice, n): Line => ['vote', day(17) + 1, ballot(`person-${n + 1}`, choice)],
    ),
    ['vote', day(17) + 2, ballot('person-1', 'yes', { changes: true })],
  )
  const context: Context | undefined = voting.instance?.snapshot.context
  if (context === undefined) throw new Error('no instance')
  t.match(rowOf(voting.instance)?.extra, { persons: 5, areaM2: 500, secret: true })
  t.notMatch(JSON.stringify(context.meeting), /nay|"choice"/, 'no choice in the context')
  const open = sample({ person: 'person-1', way: 'link', openChoice: 'yes' })
  t.match(voting.when('vote', day(17), open), { guard: 'ownVote' })
  const own = { by: { role: 'resident', person: 'person-6' } } as const
  const spoken = sample({ person: 'person-6', way: 'link', openChoice: 'yes' }, own)
  t.match(voting.when('vote', day(17), spoken), { guard: 'ballotFits' })

  const closed = voting.and(['closeVote', day(18)])
  t.match(closed.when('count', day(18), {}), { guard: 'totalsFit' })
  const texts = new Map(
    closed.events.map(({ id, data }) => [id, Object(data.choice).$sealed as string | undefined]),
  )
  const totals = tallies.total(
    tallies.ballots(context).map(({ event, areaM2 }) => ({ text: texts.get(event) ?? '', areaM2 })),
  )
  t.same(totals.yes, { persons: 4, areaM2: 400 })
  t.same(totals.abstain, { persons: 1, areaM2: 100 })
  const wrong = { ...totals, no: { persons: 1, areaM2: 100 } }
  t.match(closed.when('count', day(18), { totals: wrong }), { guard: 'totalsFit' })
  const counted = closed.and(['count', day(18), { totals }])
  t.equal(state(counted.instance), 'resolved', 'four fifths agree where three quarters must')
  const subject = deliberation.subjects.meeting?.({ context: context as never, data: {} })
  t.equal(subject, `${context.stream}:ballot:1`, 'each meeting has a key of its own')
  t.equal(subject, tallies.subject(context))
  t.end()
})

t.test('a task is referred, sent back, answered and concluded', (t) => {
  const carried = met('common-parts')
    .and(...hands('yes', 'yes', 'yes', 'yes'), ...counting, ['publish', day(18), RESOLUTION])
    .until(day(26))
  const unit = 'organisation-property'
  const referred = carried.and([
    'referTask',
    day(26),
    sample({ task: 'task-1', unit, category: 'estate.gate.broken' }, { facts: { unit: {} } }),
  ])
  const [effect] = referred.events.at(-1)?.effects ?? []
  const referral = effect?.kind === 'open' ? effect.instance : undefined
  t.match(effect, { kind: 'open', command: 'dispatch', with: { unit, place: GATE.path } })
  const answer = { referral, unit, lead: true, outcome: 'solved', answer: 'done' }
  t.match(referred.when('referralAnswered', day(27), { ...answer, referral: 'referral-x' }), {
    guard: 'taskReferred',
  })
  const extended = referred.and(['extend', day(27), { referral, amount: 5, unit: 'days' }])
  t.equal(extended.instance?.clocks.task?.dueAt, Date.parse(iso(day(35))))
  const back = referred.and(['referralSentBack', day(27), { referral, unit, reason: 'notOurs' }])
  t.same(rowOf(back.instance)?.links?.length, 3, 'the task is open again')
  const answered = referred.and(
    ['referralAnswered', day(27), answer],
    ['referralReturned', day(28), { referral, unit }],
    ['referralAnswered', day(29), answer],
    ['taskDone', day(29), { task: 'task-1', outcome: 'done' }],
  )
  t.same(tells(answered.events.at(-1)), [[referral, 'conclude', {}]])
  t.equal(rowOf(answered.instance)?.extra?.tasksOpen, 1)
  t.end()
})

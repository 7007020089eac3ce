// Who deliberates and who votes for whom: standing bodies, support of a proposal, delegation.
import { type Instance, stateOf, statePath } from '@linli/workflow'
import { given, HOUR_MS, type Line, STORY_START, sample } from '@linli/workflow/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { deliberation } from './workflow.ts'

const iso = (day: number) => new Date(STORY_START + day * 24 * HOUR_MS).toISOString()
const place = { id: 'place-c', path: ['place-c'] }
const coordinator = { role: 'coordinator', person: 'person-c' } as const
const member = (n: number) => ({ role: 'council-member', person: `person-${n}` }) as const
const resident = (n: number) => ({ role: 'resident', person: `person-${n}` }) as const
const seat = (n: number, more: object = {}) => ({
  ...{ person: `person-${n}`, party: 'residents-representatives', from: iso(0), ...more },
})
const COUNCIL = {
  ...{ id: 'body-1', status: 'active', kind: 'council', name: 'Council' },
  members: [seat(1), seat(2), seat(3, { party: 'police' }), seat(4, { until: iso(5) })],
  requiredParties: ['police'],
  quorum: { share: { of: [1, 2], strictly: true } },
}
const of = (data: object, body: object = COUNCIL, by: object = coordinator) =>
  sample({ ...data, body: COUNCIL.id }, { facts: { place, body }, by: by as typeof coordinator })
const topic = { title: 'Quiet hours', place: place.id, rule: 'committee' }
const meeting = { at: iso(10), place: 'Council room' }
const state = (instance: Instance | undefined) =>
  instance === undefined ? undefined : statePath(stateOf(instance))
const rowOf = (instance: Instance | undefined) =>
  instance === undefined ? undefined : deliberation.summary(instance)

t.test('half of a council brings its own topic up; nobody else supports it, nobody twice', (t) => {
  const proposed = given(deliberation, [['propose', 0, of(topic, COUNCIL, member(1))]])
  const by = (n: number) => sample({}, { by: member(n) })
  t.equal(rowOf(proposed.instance)?.extra?.supporters, 1, 'who proposes it supports it')
  for (const n of [1, 9]) t.match(proposed.when('support', 1, by(n)), { guard: 'maySupport' })
  const supported = proposed.and(['support', 1, by(2)])
  t.equal(state(supported.instance), 'gathering', 'two of four')
  t.equal(supported.instance?.clocks.accept?.status, 'stopped')
  const office = given(deliberation, [['propose', 0, of(topic)]])
  t.equal(state(office.instance), 'proposed', 'the office is no member')
  t.same(rowOf(office.instance)?.links, [{ rel: 'body', id: 'body-1' }])
  const gone = of(topic, { ...COUNCIL, status: 'dissolved' })
  t.match(given(deliberation).when('propose', 0, gone), { guard: 'bodyActive' })
  t.match(given(deliberation).when('propose', 0, topic), { refused: 'invalid' }, 'no party at all')
  t.end()
})

t.test('members of the day vote, and meet only when enough of them are there', (t) => {
  const gathered = given(deliberation, [
    ['propose', 0, of(topic)],
    ['accept', 1],
  ])
  t.match(gathered.when('schedule', 2, { ...meeting, electorate: [seat(1)] }), {
    refused: 'invalid',
  })
  const outside = { ...meeting, electorate: [{ person: 'person-9' }] }
  t.match(gathered.when('schedule', 2, outside), { guard: 'bodyNamed' })
  t.match(gathered.when('schedule', 2, of(outside)), { guard: 'votersKnown' })
  t.match(gathered.when('schedule', 2, of(meeting, { ...COUNCIL, members: [] })), {
    guard: 'votersKnown',
  })
  const called = gathered.and(['schedule', 2, of(meeting)]).until(10 * 24)
  t.match(rowOf(called.instance)?.persons, ['person-1', 'person-2', 'person-3'])
  t.match(rowOf(called.instance)?.extra, { members: 3, membersNeeded: 2, membersPresent: 0 })
  const at = 10 * 24
  const signs = (n: number, party: string): Line => ['signIn', at, { person: `person-${n}`, party }]
  t.match(called.when(...signs(4, 'residents-representatives')), { guard: 'isOfParty' })
  t.match(called.when(...signs(1, 'police')), { guard: 'isOfParty' })
  const one = called.and(signs(3, 'police'))
  t.match(one.when('openMeeting', at), { guard: 'bodyAttends' })
  const open = one.and(signs(1, 'residents-representatives'), ['openMeeting', at], ['openVote', at])
  const hand = (n: number) => ({ person: `person-${n}`, way: 'hand', openChoice: 'yes' })
  t.match(open.when('vote', at, sample(hand(4), { by: coordinator })), { guard: 'isVoter' })
  const missed = open.and(
    ['vote', at, sample(hand(1), { by: coordinator })],
    ['closeVote', at],
    ['count', at],
  )
  t.equal(state(missed.instance), 'notQuorate')
  const next = { at: iso(20), place: 'Yard' }
  t.match(missed.when('callAgain', at, next), { guard: 'bodyNamed' })
  const again = missed.and(['callAgain', at, of(next)])
  t.match(rowOf(again.instance)?.extra, { meeting: 2, members: 3, membersPresent: 0 })
  t.end()
})

const AREAS_M2 = [80.25, 100, 120.5, 60, 95]
const electorate = AREAS_M2.map((areaM2, n) => ({ person: `person-${n + 1}`, areaM2 }))
const owners = (policy?: string) =>
  given(
    deliberation,
    [
      [
        'propose',
        0,
        sample({ ...topic, rule: 'common-parts', requiredParties: [] }, { by: coordinator }),
      ],
      ['accept', 1],
      ['schedule', 2, { at: iso(20), place: 'Yard', electorate }],
    ],
    policy === undefined ? {} : { policy: policyOf(policy) },
  )
const policyOf = (id: string) => {
  const policy = deliberation.policies.get(id)
  if (policy === undefined) throw new Error(`no policy ${id}`)
  return policy
}
const delegates = (from: number, to: number, by: object = resident(from)): Line => [
  'delegate',
  3,
  sample({ person: `person-${from}`, to: `person-${to}` }, { by: by as typeof coordinator }),
]
const takesBack = (n: number, hour: number, by: object = resident(n)): Line => [
  'revokeDelegation',
  hour,
  sample({ person: `person-${n}` }, { by: by as typeof coordinator }),
]

t.test('a voter names another, within what the policy says, and takes it back', (t) => {
  const called = owners()
  const tried = (line: Line, from = called) => from.when(...line)
  t.match(tried(delegates(1, 9)), { guard: 'bothVoters' })
  t.match(tried(delegates(1, 1)), { guard: 'bothVoters' })
  t.match(tried(delegates(1, 2, resident(3))), { guard: 'ownDelegation' }, 'only one’s own')
  t.equal(tried(delegates(1, 2, coordinator)).refused, undefined, 'on paper, by the office')
  t.match(tried(delegates(1, 2), owners('beijing@1')), { guard: 'delegable' }, 'a silent city')
  const one = called.and(delegates(1, 2))
  t.match(one.events.at(-1)?.effects, [
    { kind: 'notify', to: { person: 'person-2' }, text: 'delegated' },
  ])
  t.match(tried(delegates(2, 3), one), { guard: 'stillFree' }, 'nobody hands on')
  t.match(tried(delegates(3, 1), one), { guard: 'stillFree' }, 'nobody names who has handed on')
  t.match(tried(delegates(1, 3), one), { guard: 'stillFree' }, 'only once')
  const two = one.and(delegates(3, 2))
  t.match(tried(delegates(4, 2), two), { guard: 'fewEnough' }, 'two at most')
  t.match(tried(takesBack(4, 4), two), { guard: 'hasDelegated' })
  t.match(tried(takesBack(1, 4, resident(2)), two), { guard: 'hasDelegated' }, 'not one’s own')
  t.equal(tried(delegates(4, 2), two.and(takesBack(1, 4))).refused, undefined)

  const voting = two.and(
    ['waiveNotice', 5, { reason: 'all know' }],
    ['openMeeting', 6],
    ['openVote', 7],
  )
  const casts = (n: number, by: object, more: object = {}): Line => [
    'vote',
    8,
    sample(
      { person: `person-${n}`, way: 'link', openChoice: 'yes', ...more },
      { by: by as typeof coordinator },
    ),
  ]
  t.match(tried(casts(1, resident(1)), voting), { guard: 'ownVote' })
  const voted = voting.and(casts(2, resident(2)), casts(1, resident(2)), casts(3, resident(2)))
  t.match(rowOf(voted.instance)?.extra, { persons: 3, areaM2: 300.75, delegated: 2 })
  t.match(tried(delegates(5, 3), voted), { guard: 'stillFree' })
  const back = voted.and(takesBack(1, 9))
  t.match(rowOf(back.instance)?.extra, { persons: 2, areaM2: 220.5, delegated: 1 })
  const own = back.and(casts(1, resident(1), { openChoice: 'no' }))
  t.match(rowOf(own.instance)?.extra, { persons: 3, areaM2: 300.75 })
  const closed = own.and(casts(4, resident(4)), casts(5, resident(5)), ['closeVote', 9])
  t.match(closed.when(...takesBack(3, 10)), { refused: 'not-in-this-state' })
  const counted = closed.and(['count', 10])
  t.match(rowOf(counted.instance)?.extra, { yesPersons: 4, noPersons: 1, noAreaM2: 80.25 })
  t.same(counted.replayed()?.snapshot.toJSON(), counted.instance?.snapshot.toJSON())
  t.end()
})

t.test('whatever is handed on, voted and taken back, turnout is the ballots that stand', (t) => {
  const voting = owners().and(
    ['waiveNotice', 5, { reason: 'all know' }],
    ['openMeeting', 6],
    ['openVote', 7],
  )
  const n = fc.integer({ min: 1, max: 5 })
  const step = fc.oneof(
    fc.record({ does: fc.constant('delegate'), n, to: n }),
    fc.record({ does: fc.constant('revokeDelegation'), n, to: n }),
    fc.record({ does: fc.constant('vote'), n, to: n }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
      let story = voting
      for (const { does, n, to } of steps) {
        const person = { person: `person-${n}` }
        const data = {
          delegate: sample({ ...person, to: `person-${to}` }, { by: resident(n) }),
          revokeDelegation: sample(person, { by: resident(n) }),
          vote: sample({ ...person, way: 'link', openChoice: 'yes' }, { by: resident(to) }),
        }[does]
        const line: Line = [does, 8, data ?? {}]
        if (story.when(...line).refused === undefined) story = story.and(line)
      }
      const { meeting } = story.instance?.snapshot.context ?? {}
      const standing = Object.keys(meeting.ballots)
      const areaDm2s = standing.map((person) => meeting.voters[person])
      const wanted = {
        persons: standing.length,
        areaDm2: areaDm2s.reduce((sum: number, area: number) => sum + area, 0),
      }
      t.same(meeting.turnout, wanted)
      const handed = Object.entries<{ by?: string }>(meeting.ballots).filter(([, { by }]) => by)
      for (const [person, { by }] of handed) t.equal(meeting.delegations[person], by)
    }),
    { numRuns: 60 },
  )
  t.end()
})

import { readFileSync } from 'node:fs'
import { type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import {
  assertLively,
  type Exploration,
  given,
  type Line,
  type Samples,
  sample,
} from '@linli/workflow/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { z } from 'zod'
import { commands } from './commands.ts'
import type { Context } from './context.ts'
import { machine } from './machine.ts'
import {
  type Choice,
  isAgreed,
  isQuorate,
  needed,
  reaches,
  type Share,
  sum,
  totalsOf,
  type VotingRule,
} from './quorum.ts'
import { deliberation } from './workflow.ts'

const iso = (days: number) => new Date(Date.UTC(2026, 10, 16 + days)).toISOString()
const coordinator = { role: 'coordinator', person: 'person-c' } as const
const PATH = ['place-community', 'place-estate']
const APPEAL = 'appeal-0198c000-0000-7000-8000-000000000001'
const voters = [1, 2].map((n) => ({ person: `person-${n}`, areaM2: 100 }))
const member = (person: string) => ({ role: 'council-member', person }) as const
const BODY = {
  ...{ id: 'body-1', status: 'active', requiredParties: ['police'] },
  members: [1, 2, 3].map((n) => ({ person: `person-${n}`, party: 'police' })),
  quorum: { share: { of: [1, 3], strictly: false } },
}
const facts = (rule: string) => ({
  place: { path: PATH },
  ...(rule === 'committee' ? { body: BODY } : {}),
})
const topic = (rule: string) =>
  sample(
    {
      ...{ title: 'A new gate', place: 'place-estate', rule },
      ...(rule === 'committee' ? { body: BODY.id } : { requiredParties: [] }),
    },
    { facts: facts(rule), by: rule === 'committee' ? member('person-1') : coordinator },
  )

const referral = (more: object) => (instance: Instance) => {
  const { tasks }: Context = instance.snapshot.context
  return tasks
    .filter((task) => task.referral !== null)
    .map((task) => ({ referral: task.referral, unit: 'organisation-1', ...more }))
}
const later = (rule: string) => (instance: Instance) => {
  const at = new Date(instance.at + 40 * 86_400_000).toISOString()
  return rule === 'committee'
    ? sample({ at, place: 'Yard', body: BODY.id }, { facts: facts(rule), by: coordinator })
    : { at, place: 'Yard', electorate: voters, requiredParties: ['police'] }
}
const calls = (rule: string) => (instance: Instance) => {
  const at = new Date(instance.at + 40 * 86_400_000).toISOString()
  const body = rule === 'committee' ? { body: BODY.id } : {}
  return sample({ at, place: 'Yard', ...body }, { facts: facts(rule), by: coordinator })
}
const delegates = (instance: Instance) => {
  const { meeting }: Context = instance.snapshot.context
  const isFirst = meeting?.number === 1 && Object.keys(meeting.ballots).length === 0
  return !isFirst || statePath(stateOf(instance)) !== 'voting'
    ? []
    : [sample({ person: 'person-2', to: 'person-1' }, { by: coordinator })]
}

const walk = (rule: string): Samples => {
  const secret = rule === 'grave'
  const by = { role: 'resident', person: 'person-1' } as const
  const weight = (persons: number) => ({ persons, areaM2: persons * 100 })
  const totals = (yes: number, no: number) => ({
    totals: { yes: weight(yes), no: weight(no), abstain: weight(0) },
  })
  const objection = (instance: Instance) => {
    const { objections }: Context = instance.snapshot.context
    return objections.map(({ id }) => ({ objection: id, reason: 'seen' }))
  }
  const reason = { reason: 'as decided' }
  return {
    propose: topic(rule),
    join: { appeal: APPEAL, place: PATH, category: 'estate.gate.broken' },
    leave: { appeal: APPEAL },
    accept: {},
    schedule: later(rule),
    callAgain: calls(rule),
    waiveNotice: reason,
    signIn: { party: 'police', person: 'person-1' },
    openMeeting: {},
    openVote: {},
    support: sample({}, { by: member('person-2') }),
    delegate: (instance) => (rule === 'common-parts' ? delegates(instance) : []),
    revokeDelegation: { person: 'person-2' },
    vote: (instance) => {
      const { meeting }: Context = instance.snapshot.context
      return ['person-1 yes', 'person-2 yes', 'person-2 no'].map((ballot) => {
        const [person = '', choice] = ballot.split(' ')
        const given = secret ? { choice: choice === 'no' ? 'nay' : 'yes' } : { openChoice: choice }
        const changes = Object.hasOwn(meeting?.ballots ?? {}, person) ? { changes: true } : {}
        return sample({ person, way: 'paper', ...given, ...changes }, { by: coordinator })
      })
    },
    closeVote: {},
    count: secret ? [totals(2, 0), totals(1, 1), totals(1, 0), {}] : {},
    drop: reason,
    publish: [
      { resolution: 'yes', units: [] },
      { resolution: 'yes', units: [], tasks: [{ title: 'gate', due: iso(90) }] },
    ],
    object: (instance) => {
      const { objections }: Context = instance.snapshot.context
      return objections.length > 0 ? [] : sample(reason, { by })
    },
    uphold: objection,
    dismiss: objection,
    addTask: (instance) => {
      const { tasks }: Context = instance.snapshot.context
      return tasks.length > 1 ? [] : { title: 'light', due: iso(100), person: 'person-1' }
    },
    taskDone: [
      { task: 'task-1', outcome: 'done' },
      { task: 'task-2', outcome: 'dropped' },
    ],
    referTask:
      rule === 'committee'
        ? []
        : { task: 'task-1', unit: 'organisation-1', category: 'estate.gate.broken' },
    beginProject: (instance) => {
      const { tasks }: Context = instance.snapshot.context
      const fresh = rule === 'committee' ? tasks.slice(0, 1) : []
      return fresh.map(({ id }) => ({ task: id, tasks: [{ text: 'plan', dueOn: '2027-01-01' }] }))
    },
    projectEnded: (instance) => {
      const { tasks }: Context = instance.snapshot.context
      return tasks.flatMap(({ project }) =>
        project === null ? [] : [{ project, outcome: 'done' as const }],
      )
    },
    referralAnswered: referral({ lead: true, outcome: 'solved' }),
    referralSentBack: referral({ reason: 'notOurs' }),
    referralReturned: referral({}),
    extend: referral({ amount: 1, unit: 'days' }),
    postpone: (instance) => ({ ...reason, until: new Date(instance.at + 9e8).toISOString() }),
    takeUp: {},
    decline: reason,
    cancel: reason,
    note: { text: 'seen' },
    'effect.refused': {
      ...{ effect: 'x', command: 'deliberationDone', instance: 'appeal-1', code: 'not-found' },
    },
  }
}

const signature = ({ meeting, tasks, objections, objectionsEnded }: Context) => [
  meeting && [meeting.ballots, meeting.delegations].map((held) => Object.keys(held)),
  meeting && [meeting.present, meeting.presentMembers.length],
  meeting && Object.values(meeting.ballots).map(({ choice }) => choice),
  tasks.map((task) => task.status),
  [objections.map((one) => one.status), objectionsEnded],
]

const FINALS = ['cancelled', 'declined', 'done', 'dropped', 'rejected']
const reached = ({ visits }: Exploration) => [
  ...new Set(visits.map(({ instance }) => statePath(stateOf(instance)))),
]

for (const rule of ['common-parts', 'grave', 'committee']) {
  t.test(`every path of ${rule} is lively`, (t) => {
    const found = assertLively(t, deliberation, { samples: walk(rule), signature })
    t.same(
      reached(found)
        .filter((name) => FINALS.includes(name))
        .sort(),
      FINALS,
    )
    t.comment(found.visits.length, found.transitions.length)
    t.equal(reached(found).length, 18, 'all states but new and counted, which is never stayed in')
    t.end()
  })
}

/** The texts that a form of this schema shows: its fields, and the options of each. */
function fieldTexts(schema: unknown, field: string): string[] {
  if (schema instanceof z.ZodOptional) return fieldTexts(schema.unwrap(), field)
  if (schema instanceof z.ZodArray) return fieldTexts(schema.element, field)
  if (schema instanceof z.ZodEnum) return schema.options.map((one) => `option.${field}.${one}`)
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).flatMap(([name, inner]) => [
    `field.${name}`,
    ...fieldTexts(inner, name),
  ])
}

t.test('policies, texts and picture fit the machine', (t) => {
  const { zh, en } = deliberation.texts
  t.same(Object.keys(zh), Object.keys(en))
  const { definition } = machine
  const wanted: string[] = ['workflow', 'workflows']
  const node = (states: typeof definition.states, path: string) => {
    for (const [name, inner] of Object.entries(states)) {
      wanted.push(`state.${path}${name}`)
      node(inner.states, `${path}${name}.`)
    }
  }
  node(definition.states, '')
  for (const guard of Object.keys(machine.implementations.guards)) wanted.push(`guard.${guard}`)
  for (const { name, records, data } of deliberation.commands.values()) {
    wanted.push(`command.${name}`, `event.${records}`)
    wanted.push(...fieldTexts(data, ''))
  }
  t.same(
    wanted.filter((key) => zh[key] === undefined),
    [],
  )
  const clocks = new Set(Object.keys(zh).filter((key) => key.startsWith('clock.')))
  for (const policy of deliberation.policies.values()) {
    for (const limit of Object.keys(policy.limits)) {
      t.ok(clocks.has(`clock.${limit.split('.')[0]}`), `${policy.id} ${limit}`)
    }
  }
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)), 'the README shows the machine as it is')
  t.end()
})

const share: fc.Arbitrary<Share> = fc
  .record({ under: fc.integer({ min: 1, max: 20 }), over: fc.integer({ min: 1, max: 20 }) })
  .chain(({ under, over }) =>
    fc.boolean().map((strictly) => ({
      of: [Math.min(over, under), Math.max(over, under)],
      strictly: strictly && over !== under,
    })),
  )
const rule: fc.Arbitrary<VotingRule> = fc.record({
  weights: fc.constantFrom<VotingRule['weights']>(['persons'], ['area'], ['persons', 'area']),
  takePart: share,
  agree: share,
  abstain: fc.constantFrom<VotingRule['abstain']>('takesPart', 'leftOut', 'absent'),
})
const choice = fc.constantFrom<Choice>('yes', 'no', 'abstain')
const ballot = fc.record({ choice, areaDm2: fc.integer({ min: 1, max: 10_000_000 }) })
const ballots = fc.array(ballot, { maxLength: 40 })
const weightOf = (held: readonly { areaDm2: number }[]) =>
  sum(...held.map(({ areaDm2 }) => ({ persons: 1, areaDm2 })))

t.test('shares are exact', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), share, (whole, wanted) => {
      const least = needed(whole, wanted)
      return least <= whole && reaches(least, whole, wanted) && !reaches(least - 1, whole, wanted)
    }),
  )
  const twoThirds: Share = { of: [2, 3], strictly: false }
  const half: Share = { of: [1, 2], strictly: true }
  t.equal(reaches(20_000_001, 30_000_001, twoThirds), true)
  t.equal(reaches(20_000_000, 30_000_001, twoThirds), false)
  t.equal(reaches(3, 6, half), false, 'a half is not more than half')
  t.equal(reaches(0, 0, twoThirds), false, 'nothing is not a share of nothing')
  t.equal(needed(2_870, twoThirds), 1_914)
  t.end()
})

t.test('what a vote can and cannot change', (t) => {
  const voted = fc.record({ rule, held: ballots, more: ballot, absent: ballots })
  fc.assert(
    fc.property(voted, ({ rule, held, more, absent }) => {
      const before = totalsOf(held)
      const electorate = weightOf([...held, more, ...absent])
      const after = (choice: Choice) => totalsOf([...held, { ...more, choice }])
      if (isQuorate(rule, electorate, before)) {
        for (const choice of ['yes', 'no', 'abstain'] as const) {
          if (!isQuorate(rule, electorate, after(choice))) return false
        }
      }
      if (isAgreed(rule, before) && !isAgreed(rule, after('yes'))) return false
      return (
        isAgreed(rule, before) ||
        (!isAgreed(rule, after('no')) && !isAgreed(rule, after('abstain')))
      )
    }),
  )
  fc.assert(
    fc.property(rule, ballots, (rule, held) => {
      const backwards = totalsOf(held.toReversed())
      return (
        isAgreed(rule, totalsOf(held)) === isAgreed(rule, backwards) &&
        (rule.abstain !== 'leftOut' ||
          isAgreed(rule, totalsOf(held)) ===
            isAgreed(rule, totalsOf(held.filter(({ choice }) => choice !== 'abstain'))))
      )
    }),
  )
  t.pass('no run was found against it')
  t.end()
})

t.test('whatever is voted and voted again, the last word of each is counted', (t) => {
  const electorate = Array.from({ length: 6 }, (_, n) => ({
    person: `person-${n}`,
    areaM2: 80 + n / 4,
  }))
  const open = given(deliberation, [
    ['propose', 0, topic('common-parts')],
    ['accept', 1],
    ['schedule', 2, { at: iso(17), place: 'Yard', electorate }],
    ['waiveNotice', 3, { reason: 'all agree' }],
    ['openMeeting', 4],
    ['openVote', 5],
  ])
  const votes = fc.array(fc.record({ n: fc.nat({ max: 5 }), choice }), { maxLength: 15 })
  fc.assert(
    fc.property(votes, (votes) => {
      const counted = open.and(
        ...votes.map(
          ({ n, choice }): Line => [
            'vote',
            6,
            sample(
              { person: `person-${n}`, way: 'hand', openChoice: choice, changes: true },
              { by: coordinator },
            ),
          ],
        ),
        ['closeVote', 7],
        ['count', 8],
      )
      const last = new Map(votes.map(({ n, choice }) => [n, choice]))
      const context: Context | undefined = counted.instance?.snapshot.context
      const wanted = totalsOf([...last].map(([n, choice]) => ({ choice, areaDm2: 8_000 + 25 * n })))
      const turnout = weightOf([...last.keys()].map((n) => ({ areaDm2: 8_000 + 25 * n })))
      t.same([context?.meeting?.totals, context?.meeting?.turnout], [wanted, turnout])
    }),
    { numRuns: 40 },
  )
  t.end()
})

import { readFileSync } from 'node:fs'
import { type Instance, mermaid, stateOf, statePath } from '@linli/workflow'
import {
  assertLively,
  given,
  type Story,
  type StoryOptions,
  sample,
} from '@linli/workflow/test-kit'
import t from 'tap'
import { commands, HOUSEHOLDS_MAX } from './commands.ts'
import type { CampaignContext } from './context.ts'
import { machine } from './machine.ts'
import { campaign } from './workflow.ts'

const BUILDING = 'place-building'
const path = ['place-community', BUILDING]
const flat = (n: number) => ({ id: `place-${n}`, kind: 'household', path: [...path, `place-${n}`] })
const flats = [1, 2, 3].map(flat)
const team = ['person-1', 'person-2']
const DATA = {
  ...{ place: BUILDING, title: 'Warm winter', purpose: 'heating', visitors: team },
  households: flats.map(({ id }) => id),
}
const facts = {
  place: { id: BUILDING, kind: 'building', path },
  households: flats,
  visitors: team.map((id) => ({ id })),
}
const announce = (more: object = {}, looked: object = {}) =>
  sample({ ...DATA, ...more }, { facts: { ...facts, ...looked } })
const announced = given(campaign, [['announce', 0, announce()]])
const running = announced.and(['begin', 1])
const context = ({ instance }: Pick<Story, 'instance'>): CampaignContext =>
  instance?.snapshot.context
const visitOf = (story: Story, n: number) => context(story).called[n]?.visit
const state = ({ instance }: Pick<Story, 'instance'>) =>
  instance === undefined ? '' : statePath(stateOf(instance))
const extra = ({ instance }: Pick<Story, 'instance'>) =>
  campaign.summary(instance as Instance).extra
const effects = ({ events }: Pick<Story, 'events'>) => events.at(-1)?.effects ?? []

t.test('a visit for each household, dealt out to the team, with live coverage', (t) => {
  t.match(extra(announced), { households: 3, planned: 3, visitors: 2, endsAt: null })
  t.match(extra(running), { planned: 3, visited: 0, endsAt: '2027-03-15T16:00:00.000Z' })
  t.match(effects(running), [
    { command: 'plan', with: { place: 'place-1', visitor: 'person-1', purpose: 'heating' } },
    { command: 'plan', with: { place: 'place-2', visitor: 'person-2' } },
    { command: 'plan', with: { place: 'place-3', visitor: 'person-1' } },
  ])
  const well = running.and(['visitRecorded', 5, { visit: visitOf(running, 0), found: 'well' }])
  t.match(extra(well), { households: 3, planned: 2, visited: 1, coveredPercent: 33 })
  const again = { visit: visitOf(running, 0), found: 'well' }
  t.match(well.when('visitRecorded', 6, again), { guard: 'isAwaited' }, 'counted once')
  const needs = well.and(['visitRecorded', 6, { visit: visitOf(well, 1), found: 'needs' }])
  const no = needs.and(['visitRecorded', 7, { visit: visitOf(needs, 2), found: 'refused' }])
  t.match(extra(no), { planned: 0, visited: 2, refused: 1, needs: 1, coveredPercent: 100 })
  t.equal(state(no.and(['close', 8, { reason: 'covered' }])), 'closed')
  const open = needs.and(['close', 8, { reason: 'weather' }])
  t.same(
    effects(open).map((effect) => (effect.kind === 'tell' ? effect.instance : effect.kind)),
    [visitOf(needs, 2)],
    'only what was not made is called off',
  )
  const refused = { effect: 'e', command: 'plan', code: 'not-found', instance: visitOf(running, 2) }
  t.match(extra(running.and(['effect.refused', 2, refused])), { planned: 2, cancelled: 1 })
  t.same(no.replayed()?.snapshot.context, context(no))
  t.end()
})

t.test('nobody at home: called on again, three times in all', (t) => {
  const miss = (story: Story, hour: number) =>
    story.and(['visitRecorded', hour, { visit: visitOf(story, 1), found: 'notAtHome' }])
  const once = miss(running, 5)
  t.match(effects(once), [{ command: 'plan', with: { place: 'place-2' } }])
  t.equal(effects(once).length, 1)
  t.match(extra(once), { planned: 3, notAtHome: 0 })
  const thrice = miss(miss(once, 30), 60)
  t.same(effects(thrice), [])
  t.match(extra(thrice), { planned: 2, notAtHome: 1 })
  t.end()
})

t.test('the season begins and ends it', (t) => {
  const on = (date: string, policy = 'default@1'): StoryOptions => {
    const chosen = campaign.policies.get(policy)
    return { start: Date.parse(date), ...(chosen === undefined ? {} : { policy: chosen }) }
  }
  const early = given(campaign, [['announce', 0, announce()]], on('2026-11-14T15:59:00.000Z'))
  t.match(early.when('begin', 0), { refused: 'condition-not-met', guard: 'inSeason' })
  t.equal(state(early.and(['begin', 0.1])), 'running', 'the 15th has begun')
  const over = running.until(24 * 125)
  t.equal(state(over), 'closed')
  t.match(effects(over), [{ command: 'cancel', with: { reason: 'season' } }, {}, {}])
  const silent = on('2026-11-20T00:00:00.000Z', 'jining@1')
  t.match(given(campaign, [['announce', 0, announce()]], silent).when('begin', 1), {
    guard: 'inSeason',
  })
  const endsAt = '2027-01-31T16:00:00.000Z'
  const said = given(
    campaign,
    [
      ['announce', 0, announce({ endsAt })],
      ['begin', 1],
    ],
    silent,
  )
  t.equal(extra(said)?.endsAt, endsAt)
  const both = given(campaign, [
    ['announce', 0, announce({ endsAt })],
    ['begin', 1],
  ])
  t.equal(extra(both)?.endsAt, endsAt, 'the earlier of the two')
  const beyond = announce({ endsAt: '2027-06-01T00:00:00.000Z' })
  const long = given(campaign, [
    ['announce', 0, beyond],
    ['begin', 1],
  ])
  t.equal(extra(long)?.endsAt, '2027-03-15T16:00:00.000Z', 'never beyond the season')
  const qingdao = on('2026-11-15T00:00:00.000Z', 'qingdao@1')
  t.match(given(campaign, [['announce', 0, announce()]], qingdao).when('begin', 1), {
    guard: 'inSeason',
  })
  t.end()
})

t.test('the team, and bad input', (t) => {
  const more = { visitors: ['person-3', 'person-1'] }
  const three = running.and(['enlist', 2, sample(more, { facts: { visitors: [{ id: 'p' }] } })])
  t.equal(extra(three)?.visitors, 3)
  const one = three.and(
    ['dismiss', 3, { visitor: 'person-1' }],
    ['dismiss', 3, { visitor: 'person-2' }],
  )
  t.match(one.when('dismiss', 4, { visitor: 'person-3' }), { guard: 'notTheLast' })
  t.match(one.when('dismiss', 4, { visitor: 'person-9' }), { guard: 'notTheLast' })
  const members = [
    { person: 'person-7', from: '2026-01-01T00:00:00.000Z' },
    { person: 'person-8', from: '2026-01-01T00:00:00.000Z', until: '2026-06-01T00:00:00.000Z' },
  ]
  const byTeam = announce({ team: 'team-1' }, { team: { id: 'team-1', members } })
  const { visitors } = context(given(campaign, [['announce', 0, byTeam]]))
  t.same(visitors, [...team, 'person-7'], 'the members of the day')
  const tried = (data: object, looked: object = {}) =>
    given(campaign).when('announce', 0, announce(data, looked))
  const twice = { households: ['place-1', 'place-1'] }
  t.match(tried(twice, { households: [flat(1), flat(1)] }), { guard: 'householdsOfPlace' })
  const other = { ...flat(1), path: ['place-community', 'place-other', 'place-1'] }
  t.match(tried({ households: ['place-1'] }, { households: [other] }), {
    guard: 'householdsOfPlace',
  })
  t.match(tried({ visitors: undefined }), { issues: [{ path: 'visitors' }] })
  t.match(tried({ households: [] }), { refused: 'invalid' })
  const many = Array.from({ length: HOUSEHOLDS_MAX + 1 }, (_, n) => `place-${n}`)
  t.match(tried({ households: many }), { issues: [{ code: 'too_big' }] })
  t.end()
})

t.test('every path, and the picture', (t) => {
  const first = ({ snapshot }: Instance, found: string) => ({
    ...{ visit: snapshot.context.called[0]?.visit ?? 'visit-x', found },
  })
  const samples = {
    announce: announce(),
    enlist: sample({ visitors: team }, { facts: { visitors: [{ id: 'person-1' }] } }),
    ...{ dismiss: { visitor: 'person-1' }, begin: {} },
    ...{ close: { reason: 'other' }, cancel: { reason: 'mistake' } },
    visitRecorded: (instance: Instance) => ['well', 'notAtHome'].map((f) => first(instance, f)),
  }
  assertLively(t, campaign, { samples, signature: (now: CampaignContext) => now.called[0] })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

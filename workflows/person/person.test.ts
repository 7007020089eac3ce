import { readFileSync } from 'node:fs'
import { type Instance, mermaid } from '@linli/workflow'
import {
  assertLively,
  given,
  HOUR_MS,
  type Line,
  STORY_START,
  type Story,
  sample,
} from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import { machine } from './machine.ts'
import { rolesAt } from './role-term.ts'
import { person } from './workflow.ts'

const row = ({ instance }: Story) => person.summary(instance as Instance)
const home = { id: 'place-flat', path: ['place-community', 'place-flat'] }
const REGISTER: Line = [
  'register',
  0,
  sample(
    { kind: 'staff', name: 'canary-name', phone: '13000000000', place: home.id },
    { facts: { place: home } },
  ),
]
const known = given(person, [REGISTER])
const hour = (n: number) => STORY_START + n * HOUR_MS

t.test('a person is known without a name', (t) => {
  t.same(row(known).title, undefined)
  t.match(row(known), { persons: [known.instance?.stream], place: home.path })
  t.match(row(known).facts, { id: known.instance?.stream, place: 'place-flat', roles: [] })
  t.match(known.events[0]?.data, { name: { $sealed: 'canary-name' } }, 'sealed before it is kept')
  t.notMatch(JSON.stringify(known.instance?.snapshot), /canary/)
  t.match(known.when('register', 1, { kind: 'staff' }), { refused: 'not-in-this-state' })
  t.equal(given(person).when('register', 0, { kind: 'service' }).refused, undefined)
  t.end()
})

t.test('roles begin and end', (t) => {
  const until = new Date(hour(10)).toISOString()
  const granted = known.and(
    ['grant', 1, { role: 'grid-worker', place: 'place-grid', until }],
    ['grant', 2, { role: 'unit-handler', unit: 'organisation-1' }],
  )
  t.same(row(granted).units, ['organisation-1'])
  t.equal(row(granted).extra?.roles, 'grid-worker unit-handler')
  const { roles } = granted.instance?.snapshot.context ?? { roles: [] }
  t.same(
    [0, 1, 9, 10].map((n) => rolesAt(roles, hour(n)).map(({ role }) => role)),
    [[], ['grid-worker'], ['grid-worker', 'unit-handler'], ['unit-handler']],
  )
  const scope = { role: 'unit-handler', unit: 'organisation-1' }
  t.match(granted.when('grant', 3, scope), { guard: 'mayHold' }, 'held already')
  t.match(granted.when('grant', 3, { role: 'unit-handler' }), { guard: 'mayHold' }, 'no unit')
  t.match(granted.when('grant', 3, { role: 'system' }), { refused: 'invalid' })
  t.match(granted.when('revoke', 3, { role: 'steward' }), { guard: 'holds' })
  const revoked = granted.and(['revoke', 3, scope])
  t.same(row(revoked).units, [])
  t.equal(revoked.instance?.snapshot.context.roles.length, 2, 'what was held stays known')
  t.equal(revoked.when('grant', 4, scope).refused, undefined)
  const ended = { ...scope, unit: 'organisation-2' }
  const facts = { unit: { id: 'organisation-2', status: 'ended' } }
  t.match(revoked.when('grant', 4, sample(ended, { facts })), { guard: 'mayHold' })
  t.end()
})

t.test('who judges and who does are never the same account', (t) => {
  const granted = known.and(['grant', 1, { role: 'coordinator' }])
  const refused = granted.when('grant', 2, { role: 'supervisor' })
  t.match(refused, { refused: 'condition-not-met', guard: 'mayHold' })
  const supervisor = known.and(['grant', 1, { role: 'supervisor' }])
  t.match(supervisor.when('grant', 2, { role: 'grid-worker' }), { guard: 'mayHold' })
  const before = granted.and(['revoke', 2, { role: 'coordinator' }])
  t.equal(before.when('grant', 3, { role: 'supervisor' }).refused, undefined)
  t.end()
})

const CHIEF = { role: 'building-chief', place: 'place-b' }
const building = { place: { id: 'place-b', kind: 'building', path: ['place-c', 'place-b'] } }

t.test('a building chief has five duties, or those that are named', (t) => {
  const chief = known.and(['grant', 1, sample(CHIEF, { facts: building })])
  t.equal(row(chief).extra?.duties, 'messenger organiser mediator informant patrol')
  const patrol = known.and([
    'grant',
    1,
    sample({ ...CHIEF, duties: ['patrol'] }, { facts: building }),
  ])
  t.match(row(patrol).extra, { duties: 'patrol', 'duty.patrol': true })
  const nowhere = known.when('grant', 1, { role: 'building-chief' })
  t.match(nowhere, { guard: 'chiefFits' })
  const community = { place: { id: 'place-b', kind: 'community', path: ['place-b'] } }
  t.match(known.when('grant', 1, sample(CHIEF, { facts: community })), { guard: 'chiefFits' })
  t.match(known.when('grant', 1, { role: 'volunteer', duties: ['patrol'] }), { guard: 'chiefFits' })
  t.end()
})

t.test('a seasonal role begins and ends by itself', (t) => {
  const day = (n: number) => new Date(hour(24 * n)).toISOString()
  const season = { role: 'volunteer', from: day(10), until: day(40) }
  const student = known.and(['grant', 0, season])
  const { roles } = student.instance?.snapshot.context ?? { roles: [] }
  t.same(
    [9, 10, 39, 40].map((n) => rolesAt(roles, hour(24 * n)).length),
    [0, 1, 1, 0],
  )
  t.match(student.when('grant', 1, { role: 'volunteer', from: day(30) }), { guard: 'mayHold' })
  t.equal(student.when('grant', 1, { role: 'volunteer', from: day(40) }).refused, undefined)
  t.match(known.when('grant', 1, { ...season, until: day(5) }), { guard: 'termFits' })
  t.match(known.when('grant', 48, { role: 'volunteer', until: day(1) }), { guard: 'termFits' })
  const revoked = student.and(['revoke', 1, { role: 'volunteer' }])
  t.same(rolesAt(revoked.instance?.snapshot.context.roles, hour(300)), [], 'before it began')
  t.end()
})

t.test('skills, groups and consents can be filtered by, and end', (t) => {
  const skilled = known.and(
    ['correct', 1, { skills: ['mediation', 'legal'], groups: ['veteran'] }],
    ['consent', 2, { scope: 'shareContact', on: '2026-11-16' }],
  )
  const found = { skills: 'mediation legal', 'skill.legal': true, 'group.veteran': true }
  t.match(row(skilled).extra, { ...found, 'consent.shareContact': true })
  t.match(row(skilled).facts, {
    skills: ['mediation', 'legal'],
    consents: [{ scope: 'shareContact', on: '2026-11-16', from: hour(2) }],
  })
  const ahead = { scope: 'photos', on: '2027-01-01' }
  t.match(skilled.when('consent', 3, ahead), { guard: 'consentFits' })
  const withdrawn = skilled.and(['withdrawConsent', 4, { scope: 'shareContact' }])
  t.equal(row(withdrawn).extra?.consents, undefined)
  t.match(withdrawn.when('withdrawConsent', 5, { scope: 'shareContact' }), { guard: 'consents' })
  t.match(known.when('correct', 1, { skills: ['legal', 'legal'] }), { refused: 'invalid' })
  t.end()
})

t.test('leaving ends the roles, erasing ends the person', (t) => {
  const left = known.and(['grant', 1, { role: 'volunteer' }], ['leave', 5, { reason: 'moved' }])
  t.match(row(left).facts, { status: 'left', roles: [{ until: hour(5) }] })
  const erased = left.and(['erase', 6])
  t.match(row(erased), { place: [], facts: { status: 'erased' } })
  t.match(erased.when('correct', 7), { refused: 'not-in-this-state' })
  t.same(row({ ...erased, instance: erased.replayed() }), row(erased))
  t.end()
})

t.test('every path, and the picture', (t) => {
  const samples = {
    register: { kind: 'resident' },
    grant: [{ role: 'coordinator' }, { role: 'supervisor' }],
    revoke: [{ role: 'coordinator' }, { role: 'supervisor' }],
    correct: { phone: '13000000001' },
    consent: { scope: 'photos' },
    withdrawConsent: { scope: 'photos' },
    leave: { reason: 'moved' },
    erase: {},
  }
  assertLively(t, person, { samples })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

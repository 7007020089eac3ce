import { readFileSync } from 'node:fs'
import { type Instance, mermaid } from '@linli/workflow'
import {
  assertLively,
  given,
  HOUR_MS,
  type Line,
  STORY_START,
  sample,
} from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import { machine } from './machine.ts'
import { team } from './workflow.ts'

const row = ({ instance }: { instance: Instance | undefined }) => team.summary(instance as Instance)
const place = { id: 'place-c', path: ['place-c'] }
const FORM: Line = [
  'form',
  0,
  sample({ name: 'Mediators', skills: ['mediation'], place: place.id }, { facts: { place } }),
]
const joins = (person: string, more: object = {}, status = 'active') =>
  sample({ person, ...more }, { facts: { person: { id: person, status } } })
const enlist = (person: string, hour = 1): Line => ['enlist', hour, joins(person)]
const iso = (hour: number) => new Date(STORY_START + hour * HOUR_MS).toISOString()
const formed = given(team, [FORM])

t.test('a team is found by its skills, and has members and a leader', (t) => {
  const one = formed.and(enlist('person-1'), ['appoint', 2, { leader: 'person-1' }])
  t.match(row(one), { owner: 'person-1', extra: { 'skill.mediation': true, members: 1 } })
  t.same(row(one).persons, ['person-1'])
  t.match(one.when('enlist', 3, joins('person-1')), { guard: 'mayJoin' }, 'once at a time')
  t.match(one.when('enlist', 3, joins('person-2', {}, 'left')), { guard: 'mayJoin' })
  const backwards = { from: iso(9), until: iso(5) }
  t.match(one.when('enlist', 3, joins('person-2', backwards)), { guard: 'mayJoin' })
  t.match(one.when('appoint', 3, { leader: 'person-2' }), { guard: 'mayLead' })
  const free = one.and(['release', 5, { person: 'person-1', reason: 'moved' }])
  t.match(row(free), { persons: [], facts: { members: [{ from: iso(1), until: iso(5) }] } })
  t.equal(row(free).owner, undefined)
  t.equal(free.when('enlist', 6, joins('person-1')).refused, undefined, 'and again')
  t.match(free.when('release', 6, { person: 'person-1', reason: 'moved' }), { guard: 'isMember' })
  const summer = joins('person-3', { from: iso(100), until: iso(200) })
  const later = free.and(['enlist', 7, summer])
  t.same(row(later).persons, [], 'begins later')
  t.match(later.when('appoint', 8, { leader: 'person-3' }), { guard: 'mayLead' })
  const wider = later.and(['correct', 9, { skills: ['mediation', 'legal'] }])
  t.equal(row(wider).extra?.skills, 'mediation legal')
  const ended = wider.and(['disband', 10, { reason: 'done' }])
  t.match(row(ended).facts, { status: 'ended' })
  t.same(row({ instance: ended.replayed() }), row(ended))
  const gone = { place: { ...place, ended: true } }
  const late = sample({ name: 'x', skills: ['legal'], place: place.id }, { facts: gone })
  t.match(given(team).when('form', 0, late), { guard: 'placeStands' })
  t.end()
})

t.test('a roster gives nobody two posts at one time', (t) => {
  const two = formed.and(enlist('person-1'), enlist('person-2'))
  const line = (person: string, from: string, to: string, post = 'gate', day = 1) => ({
    ...{ person, day, from, to, post },
  })
  const plan = (...roster: object[]) => two.when('plan', 2, { roster })
  const gate = line('person-1', '08:00', '10:00')
  t.match(plan(gate, line('person-1', '09:00', '11:00', 'hall')), { guard: 'rosterFits' })
  t.match(plan(line('person-3', '08:00', '10:00')), { guard: 'rosterFits' }, 'no member')
  t.match(plan(line('person-1', '10:00', '08:00')), { refused: 'invalid' })
  const fits = [
    gate,
    line('person-1', '10:00', '11:00', 'hall'),
    line('person-2', '08:00', '10:00'),
  ]
  const planned = two.and(['plan', 2, { roster: [...fits, { ...gate, day: 2 }] }])
  t.equal(row(planned).extra?.rosterLines, 4)
  const freed = planned.and(['release', 3, { person: 'person-1', reason: 'other' }])
  t.equal(row(freed).extra?.rosterLines, 1, 'who leaves is in no roster')
  t.end()
})

t.test('every path, and the picture', (t) => {
  const person = 'person-1'
  const samples = {
    ...{ form: FORM[2] ?? {}, correct: { name: 'x' }, enlist: joins(person) },
    ...{ release: { person, reason: 'other' }, appoint: { leader: person } },
    ...{ plan: { roster: [] }, disband: { reason: 'done' } },
  }
  assertLively(t, team, { samples })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

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
import { BodyFacts, membersAt } from '../deliberation/standing-body.ts'
import { commands } from './commands.ts'
import { machine } from './machine.ts'
import { body } from './workflow.ts'

const row = ({ instance }: { instance: Instance | undefined }) => body.summary(instance as Instance)
const place = { id: 'place-c', path: ['place-c'] }
const establish = (kind: string, more: object = {}): Line => [
  'establish',
  0,
  sample({ kind, name: 'Council', place: place.id, ...more }, { facts: { place } }),
]
const seat = (person: string, more: object = {}, status = 'active') =>
  sample(
    { person, party: 'residents-representatives', ...more },
    { facts: { person: { id: person, status } } },
  )
const at = (day: number) => STORY_START + day * 24 * HOUR_MS
const iso = (day: number) => new Date(at(day)).toISOString()
const term = { from: iso(1), until: iso(366) }

t.test('the policy gives a kind its quorum, and the parties where it names some', (t) => {
  const joint = given(body, [establish('jointMeeting')])
  t.match(row(joint).facts, {
    quorum: { share: { of: [1, 2], strictly: true } },
    requiredParties: ['resident-units', 'group-representatives', 'assigned-officials'],
    status: 'active',
  })
  t.same(row(given(body, [establish('thinkTank')])).facts?.requiredParties, [])
  const own = { requiredParties: ['police'] }
  t.same(row(given(body, [establish('council', own)])).facts?.requiredParties, ['police'])
  const gone = { place: { ...place, ended: true } }
  const late = sample({ kind: 'council', name: 'x', place: place.id }, { facts: gone })
  t.match(given(body).when('establish', 0, late), { guard: 'placeStands' })
  t.end()
})

t.test('members have a seat for a time, which is the term unless it says otherwise', (t) => {
  const council = given(body, [establish('council', { term })]).and(
    ['seat', 2, seat('person-1', { party: 'party-organisation' })],
    ['seat', 3, seat('person-2', { until: iso(30) })],
  )
  const facts = BodyFacts.parse(row(council).facts)
  t.match(facts.members, [
    { person: 'person-1', party: 'party-organisation', from: iso(1), until: iso(366) },
    { person: 'person-2', until: iso(30) },
  ])
  const sitting = (day: number) => Object.keys(membersAt(facts, at(day)))
  t.same([0, 2, 40, 366].map(sitting), [[], ['person-1', 'person-2'], ['person-1'], []])
  t.match(council.when('seat', 4, seat('person-1')), { guard: 'mayTakeSeat' }, 'one seat each')
  t.match(council.when('seat', 4, seat('person-3', {}, 'left')), { guard: 'mayTakeSeat' })
  const backwards = { from: iso(9), until: iso(5) }
  t.match(council.when('seat', 4, seat('person-3', backwards)), { guard: 'mayTakeSeat' })
  t.match(council.when('seat', 4, seat('person-3', { party: 'friends' })), { refused: 'invalid' })
  const left = council.and(['unseat', 48, { person: 'person-1', reason: 'moved' }])
  t.same(row(left).persons, ['person-2'])
  t.match(left.when('unseat', 49, { person: 'person-1', reason: 'moved' }), { guard: 'hasSeat' })
  const early = { term: { from: iso(300), until: iso(800) } }
  t.match(left.when('renew', 50, early), { guard: 'termFollows' })
  t.match(left.when('renew', 50, { term: { from: iso(9), until: iso(8) } }), { refused: 'invalid' })
  const next = left.and(['renew', 50, { term: { from: iso(366), until: iso(731) } }])
  t.equal(row(next).extra?.termFrom, iso(366))
  t.equal(next.when('seat', 51, seat('person-1')).refused, undefined, 'in the next term again')
  const dissolved = next.and(['dissolve', 52, { reason: 'replaced' }])
  t.match(row(dissolved), { persons: [], facts: { status: 'dissolved' } })
  t.same(row({ instance: dissolved.replayed() }), row(dissolved))
  t.end()
})

t.test('every path, and the picture', (t) => {
  const samples = {
    establish: establish('council')[2] ?? {},
    correct: { requiredParties: ['police'] },
    seat: seat('person-1'),
    unseat: { person: 'person-1', reason: 'other' },
    renew: { term },
    dissolve: { reason: 'done' },
  }
  assertLively(t, body, { samples })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

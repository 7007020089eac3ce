import { readFileSync } from 'node:fs'
import { type Instance, mermaid } from '@linli/workflow'
import { assertLively, given, type Samples, type Story, sample } from '@linli/workflow/test-kit'
import t from 'tap'
import { commands } from './commands.ts'
import { machine, type PlaceFacts } from './machine.ts'
import { place } from './workflow.ts'

const facts = (kind: PlaceFacts['kind'], path: string[], more: Partial<PlaceFacts> = {}) => ({
  id: path.at(-1),
  path,
  kind,
  name: kind,
  ...more,
})
const COMMUNITY = facts('community', ['place-community'])
const ESTATE = facts('estate', ['place-community', 'place-estate'])
const BUILDING = facts('building', [...ESTATE.path, 'place-building'])
const under = (parent: { id: string | undefined }, data: object, more: object = {}) =>
  sample({ parent: parent.id, ...data }, { facts: { parent, ...more } })
const row = ({ instance }: Story) => place.summary(instance as Instance)
const refusal = (data: ReturnType<typeof sample>) => {
  const answer = given(place).when('register', 0, data)
  return answer.refused === undefined ? undefined : answer.guard
}

t.test('a place lies in its parent', (t) => {
  const estate = given(place, [['register', 0, under(COMMUNITY, { kind: 'estate', name: 'East' })]])
  const id = estate.instance?.stream
  t.same(row(estate).place, ['place-community', id])
  t.match(row(estate), {
    title: 'East',
    facts: { id, kind: 'estate', path: ['place-community', id] },
  })
  const community = given(place, [['register', 0, { kind: 'community', name: 'Riverside' }]])
  t.same(row(community).place, [id], 'the story gives every instance the same id')
  const flat = given(place, [
    ['register', 0, under(BUILDING, { kind: 'household', name: '3-2-501', areaM2: 89.35 })],
    ['correct', 1, { areaM2: 90.1 }],
    ['rename', 2, { name: '3-2-502' }],
  ])
  t.match(row(flat), { title: '3-2-502', facts: { areaM2: 90.1 }, extra: { areaM2: 90.1 } })
  const ended = flat.and(['end', 3, { reason: 'divided' }])
  t.match(row(ended).facts, { ended: true })
  t.same(row({ ...ended, instance: ended.replayed() }), row(ended))
  t.end()
})

t.test('a place stands where its kind belongs', (t) => {
  t.equal(refusal(under(ESTATE, { kind: 'household', name: 'x' })), 'standsInParent')
  t.equal(refusal(under(BUILDING, { kind: 'community', name: 'x' })), 'standsInParent')
  t.equal(refusal(sample({ kind: 'estate', name: 'x' })), 'standsInParent')
  const gone = { ...COMMUNITY, ended: true }
  t.equal(refusal(under(gone, { kind: 'estate', name: 'x' })), 'standsInParent')
  t.equal(refusal(under(ESTATE, { kind: 'building', name: '3', floors: 6 })), undefined)
  t.end()
})

t.test('a grid lies over buildings', (t) => {
  const grid = (kind: PlaceFacts['kind'], over: object) => {
    const data = { kind, name: 'Grid 4', buildings: ['place-building'] }
    return under(COMMUNITY, data, { buildings: [over] })
  }
  t.equal(refusal(grid('grid', BUILDING)), undefined)
  t.equal(refusal(grid('grid', ESTATE)), 'standsInParent')
  t.equal(refusal(grid('estate', BUILDING)), 'standsInParent')
  const story = given(place, [['register', 0, grid('grid', BUILDING)]])
  t.same(row(story).links, [{ rel: 'building', id: 'place-building' }])
  const wrong = sample({ buildings: ['place-estate'] }, { facts: { buildings: [ESTATE] } })
  t.match(story.when('correct', 1, wrong), { guard: 'coversBuildings' })
  t.end()
})

const samples: Samples = {
  register: under(COMMUNITY, { kind: 'estate', name: 'East' }),
  rename: { name: 'West' },
  correct: { households: 300 },
  end: { reason: 'mistake' },
}

t.test('every path, and the picture', (t) => {
  assertLively(t, place, { samples })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(mermaid(machine, commands)))
  t.end()
})

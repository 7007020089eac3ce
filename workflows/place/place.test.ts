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

t.test('a household is in one entrance', (t) => {
  const entrance = (name: string) =>
    facts('entrance', [...BUILDING.path, `place-${name}`], { name })
  const door = (name: string, where: string) =>
    under(entrance(where), { kind: 'household', name, areaM2: 89 })
  t.equal(refusal(door('3-2-501', '2单元')), undefined)
  t.equal(refusal(door('3-2-501', '3号楼3单元')), 'inOneEntrance')
  t.equal(refusal(door('３－２－５０１', '3')), 'inOneEntrance', 'full width as well')
  t.equal(refusal(door('501', '3单元')), undefined, 'a number that names no entrance')
  const flat = given(place, [['register', 0, door('3-2-501', '2单元')]])
  const move = (where: string) =>
    sample({ parent: 'place-x' }, { facts: { parent: entrance(where) } })
  t.match(flat.when('move', 1, move('3单元')), { guard: 'inOneEntrance' })
  const estate = sample({ parent: 'place-estate' }, { facts: { parent: ESTATE } })
  t.match(flat.when('move', 1, estate), { guard: 'standsInParent' })
  const moved = flat.and(['rename', 1, { name: '3-3-501' }], ['move', 2, move('3单元')])
  t.same(row(moved).place.slice(0, -1), [...BUILDING.path, 'place-3单元'])
  t.notOk(
    given(place, [['register', 0, { kind: 'community', name: 'x' }]])
      .offered(1)
      .includes('move'),
  )
  t.match(given(place).when('register', 0, { kind: 'household', name: 'x', parent: ['a', 'b'] }), {
    refused: 'invalid',
    issues: [{ path: 'parent' }],
  })
  t.end()
})

const HALL = { kind: 'resource', name: 'Canteen', offer: 'dining', walkMinutes: 6 }
const noon = { days: [1, 2, 3, 4, 5], from: '11:00', to: '13:00' }

t.test('a facility has an offer and opening hours, a building a use', (t) => {
  const partner = { unit: { id: 'organisation-1', status: 'active' } }
  const run = { ...HALL, unit: 'organisation-1', opens: [noon] }
  const canteen = given(place, [['register', 0, under(ESTATE, run, partner)]])
  t.match(row(canteen), {
    units: ['organisation-1'],
    extra: { offer: 'dining', opens: '1,2,3,4,5 11:00-13:00', walkMinutes: 6 },
  })
  const evening = { ...noon, days: [6], from: '17:00', to: '19:00' }
  const longer = canteen.and(['announce', 1, { opens: [noon, evening] }])
  t.equal(row(longer).extra?.opens, '1,2,3,4,5 11:00-13:00; 6 17:00-19:00')
  const gone = { unit: { id: 'organisation-1', status: 'ended' } }
  t.equal(refusal(under(ESTATE, run, gone)), 'unitStands')
  const bad = { ...noon, to: '10:00' }
  t.match(canteen.when('announce', 1, { opens: [bad] }), { refused: 'invalid' })
  const without = { kind: 'resource', name: 'Hall' }
  t.match(given(place).when('register', 0, under(ESTATE, without)), {
    issues: [{ path: 'offer' }],
  })
  t.match(
    given(place).when(
      'register',
      0,
      under(ESTATE, { kind: 'building', name: '1', walkMinutes: 3 }),
    ),
    {
      issues: [{ path: 'opens' }],
    },
  )
  t.match(
    given(place).when('register', 0, under(COMMUNITY, { kind: 'estate', name: '1', use: 'mixed' })),
    {
      issues: [{ path: 'use' }],
    },
  )
  const shops = under(ESTATE, { kind: 'building', name: '9', use: 'commercial' })
  const mall = given(place, [['register', 0, shops]])
  t.equal(row(mall).extra?.use, 'commercial')
  t.match(mall.when('announce', 1, { walkMinutes: 3 }), { guard: 'isResource' })
  t.match(canteen.when('correct', 1, { use: 'mixed' }), { guard: 'coversBuildings' })
  t.equal(row(mall.and(['correct', 1, { use: 'mixed' }])).extra?.use, 'mixed')
  t.end()
})

const samples: Samples = {
  register: [
    under(COMMUNITY, { kind: 'estate', name: 'East' }),
    under(ESTATE, HALL),
    under(BUILDING, { kind: 'household', name: '501' }),
  ],
  announce: { walkMinutes: 4 },
  move: sample({ parent: 'place-b' }, { facts: { parent: BUILDING } }),
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

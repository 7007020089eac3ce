// The register of the sub-district: places from the largest to the smallest, units, and people by
// their roles. Everything is registered on one morning, before the year that the demo tells.

import { type Cue, dayAt, FOUNDED_DAYS, iso, type Scene, some, upTo } from './scene.ts'
import type { Given } from './story.ts'
import {
  ALLIANCE,
  CIRCLE,
  COMMERCIAL,
  CROWDS,
  type Crowd,
  DISTRICTS,
  type District,
  HOUSEHOLDS,
  NEW_ESTATES,
  RESIDENTS,
  SOCIAL,
} from './sub-district.ts'
import { BUILDINGS, HOMES } from './town.ts'

/** The register, each level a minute after the one it lies in. */
export function registryCues(scene: Scene): Cue[] {
  const founded = dayAt(scene, FOUNDED_DAYS, '09:00')
  const at = (minute: number) => founded + minute * 60_000
  const register =
    (minute: number, workflow: string) =>
    ([alias, data]: Entry): Cue => ({
      ...{ at: at(minute), who: 'system', alias, what: `${workflow}.register`, data },
    })
  const place = (minute: number) => register(minute, 'place')
  const homes = homesOf(scene)
  return [
    ...DISTRICTS.map(({ key, name, households }): Entry => {
      return [`#${key}`, { kind: 'community', name, households }]
    }).map(place(0)),
    ...estates().map(place(1)),
    ...buildings(scene).map(place(2)),
    ...entrances(scene).map(place(3)),
    ...homes.map(place(4)),
    ...units().map(register(5, 'organisation')),
    ...ALLIANCE.map((_, index): Cue => {
      return { at: at(6), who: 'system', alias: `@ally-${index + 1}`, what: 'ally' }
    }),
    ...CIRCLE.map(
      (one, index): Entry => [
        `#circle-${index + 1}`,
        {
          ...{ kind: 'resource', name: one.name, parent: '#c4', offer: one.offer },
          ...{ walkMinutes: one.walk, unit: `@circle-unit-${index + 1}` },
          opens: [{ days: [1, 2, 3, 4, 5, 6, 7], from: one.from, to: one.to }],
        },
      ],
    ).map(place(6)),
    ...residents(scene, homes).map(register(7, 'person')),
    ...crowds(scene).map(register(8, 'person')),
    ...grants(scene).map(([alias, data]): Cue => {
      return { at: at(9), who: 'system', alias, what: 'grant', data }
    }),
  ]
}

type Entry = readonly [alias: string, data: Given]

const estates = (): Entry[] => [
  ...NEW_ESTATES.map(
    ({ key, name }): Entry => [`#${key}`, { kind: 'estate', name, parent: '#community' }],
  ),
  ...DISTRICTS.flatMap(({ key, estates }) =>
    estates.map(
      ({ name, households }, index): Entry => [
        `#${key}-e${index + 1}`,
        { kind: 'estate', name, parent: `#${key}`, households },
      ],
    ),
  ),
]

/** The buildings of the new estates, by key: `7` to `40`, as the small estate has 1 to 6. */
export const newBuildings = (scene: Scene): { key: string; estate: string; name: string }[] => {
  const all = NEW_ESTATES.flatMap(({ key, buildings }) =>
    upTo(buildings).map((number) => ({ estate: `#${key}`, name: `${number} 号楼` })),
  ).map((one, index) => ({ ...one, key: `${BUILDINGS.length + 1 + index}` }))
  return [...some(scene, all, 2)]
}

const buildings = (scene: Scene): Entry[] => [
  ...newBuildings(scene).map(
    ({ key, estate, name }): Entry => [
      `#${key}`,
      { kind: 'building', name, parent: estate, floors: FLOORS, use: 'residential' },
    ],
  ),
  ...DISTRICTS.map(
    ({ key }): Entry => [
      `#${key}-b1`,
      { kind: 'building', name: '1 号楼', parent: `#${key}-e1`, floors: 5, use: 'residential' },
    ],
  ),
  ...COMMERCIAL.map(
    (name, index): Entry => [
      `#c2-shop-${index + 1}`,
      { kind: 'building', name, parent: '#c2-e1', use: 'commercial' },
    ],
  ),
]

const FLOORS = 14
const ENTRANCES = 3
const DOORS = ['01', '02'] as const

const entrances = (scene: Scene): Entry[] => [
  ...newBuildings(scene).flatMap(({ key, name }) =>
    upTo(ENTRANCES).map((number): Entry => {
      return [
        `#${key}-${number}`,
        { kind: 'entrance', name: `${name} ${number} 单元`, parent: `#${key}` },
      ]
    }),
  ),
  ...DISTRICTS.flatMap(({ key, entrances }) =>
    upTo(entrances).map(
      (number): Entry => [
        `#${key}-b1-${number}`,
        { kind: 'entrance', name: `1 号楼 ${number} 单元`, parent: `#${key}-b1` },
      ],
    ),
  ),
]

const AREAS_M2 = [76.8, 88.5, 94.1, 103.6, 118.2, 131.4] as const

function homesOf(scene: Scene): Entry[] {
  const own = newBuildings(scene).flatMap(({ key }) =>
    upTo(ENTRANCES).flatMap((entrance) =>
      upTo(FLOORS).flatMap((floor) =>
        DOORS.map((door) => ({ parent: `${key}-${entrance}`, door: `${floor}${door}` })),
      ),
    ),
  )
  return [
    ...some(scene, own.slice(0, HOUSEHOLDS - HOMES.length), 24).map(home),
    ...DISTRICTS.flatMap(householdsOf).map(({ key }, index) => {
      const cut = key.lastIndexOf('-')
      return home({ parent: key.slice(0, cut), door: key.slice(cut + 1) }, index)
    }),
  ]
}

function home({ parent, door }: { parent: string; door: string }, index: number): Entry {
  const name = `${parent}-${door}`.replace(/^c\d-b/, '')
  const areaM2 = AREAS_M2[index % AREAS_M2.length]
  return [`#${parent}-${door}`, { kind: 'household', name, parent: `#${parent}`, areaM2 }]
}

/** The registered homes of a community's first building. */
export const householdsOf = ({ key, entrances }: District): { key: string }[] =>
  upTo(entrances).flatMap((entrance) =>
    upTo(5).flatMap((floor) =>
      DOORS.map((door) => ({ key: `${key}-b1-${entrance}-${floor}${door}` })),
    ),
  )

const units = (): Entry[] => [
  ...ALLIANCE.map((name, index): Entry => {
    return [`@ally-${index + 1}`, { kind: 'partner', name, handles: [], place: '#c2' }]
  }),
  ...SOCIAL.map(([name, skill], index): Entry => {
    return [
      `@social-${index + 1}`,
      { kind: 'social', name, handles: [], place: '#c2', skills: [skill] },
    ]
  }),
  ...CIRCLE.map(({ name }, index): Entry => {
    return [`@circle-unit-${index + 1}`, { kind: 'partner', name, handles: [], place: '#c4' }]
  }),
]

/** People of the first community's register: no word about them but their home. */
function residents(scene: Scene, homes: readonly Entry[]): Entry[] {
  const whole = homes.filter(([alias]) => !alias.startsWith('#c'))
  // Somebody of each home of the small estate is there already.
  const there = HOMES.map(({ key }) => ({ home: `#${key}`, beside: 1 }))
  const all = [...there, ...whole.map(([home]) => ({ home, beside: 0 }))]
  const small = USUAL * HOUSEHOLDS - RESIDENTS
  const own = all.flatMap(({ home, beside }, index) =>
    upTo((index < small ? USUAL - 1 : USUAL) - beside).map((number): Entry => {
      return [`@of-${home.slice(1)}-${number}`, { kind: 'resident', place: home }]
    }),
  )
  const others = DISTRICTS.flatMap(householdsOf).map(({ key }): Entry => {
    return [`@of-${key}`, { kind: 'resident', place: `#${key}` }]
  })
  return [...some(scene, own, 90), ...others]
}

/** Most households are of three people. */
const USUAL = 3

/** The aliases of a crowd. */
export const crowd = (scene: Scene, key: string): string[] => {
  const found = CROWDS.find((one) => one.key === key)
  const count = scene.size === 'whole' ? found?.count : found?.short
  return upTo(count ?? 0).map((number) => `@${key}-${number}`)
}

const SKILLS = [
  ...['eldercare', 'patrol', 'repair', 'teaching', 'firstAid', 'driving'],
  ...['digital', 'environment', 'culture'],
] as const

const crowds = (scene: Scene): Entry[] =>
  CROWDS.flatMap((one) =>
    crowd(scene, one.key).map((alias, index): Entry => [alias, personOf(one, index)]),
  )

function personOf({ key, name, place, groups }: Crowd, index: number): Given {
  return {
    ...{ kind: 'resident', name: `${name} ${index + 1}`, place: `#${place}` },
    skills: [SKILLS[index % SKILLS.length]],
    ...(groups === undefined ? {} : { groups }),
    ...(key === 'party' ? { unit: `@ally-${(index % ALLIANCE.length) + 1}` } : {}),
  }
}

/** The forty building chiefs: those of the small estate, and one resident of each new building. */
export const chiefs = (scene: Scene): { who: string; building: string }[] => [
  ...BUILDINGS.map((building) => ({ who: `@chief-${building}`, building })),
  ...newBuildings(scene)
    .map(({ key }) => ({ who: `@of-${key}-1-101-1`, building: key }))
    .slice(0, scene.size === 'whole' ? undefined : 1),
]

const DUTIES = ['messenger', 'organiser', 'mediator', 'informant', 'patrol'] as const

const grants = (scene: Scene): Entry[] => [
  ...['coordinator', 'supervisor'].flatMap((role) =>
    DISTRICTS.map(({ key }): Entry => [`@${role}`, { role, place: `#${key}` }]),
  ),
  ...DISTRICTS.map(({ key }): Entry => ['@grid-1', { role: 'grid-worker', place: `#${key}` }]),
  ['@duty', { role: 'duty-officer', place: '#c4' }],
  ['@council-1', { role: 'council-member', place: '#c5' }],
  ['@volunteer', { role: 'volunteer', place: '#c2' }],
  ...chiefs(scene)
    .slice(BUILDINGS.length)
    .map(({ who, building }): Entry => {
      return [who, { role: 'building-chief', place: `#${building}`, duties: DUTIES }]
    }),
  ...CROWDS.flatMap(({ key, role, place, endsAgo }) =>
    crowd(scene, key).map((alias): Entry => {
      const until = endsAgo === undefined ? {} : { until: iso(dayAt(scene, endsAgo, '18:00')) }
      return [alias, role === 'resident' ? { role } : { role, place: `#${place}`, ...until }]
    }),
  ),
]

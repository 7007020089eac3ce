// The demo's neighbourhood as data: places, organisations and people by their role. No invented
// names: a resident is called after the home, everybody else after the office held.
import type { Grant } from '@linli/engine'

/** A home, as `building-entrance-door`, and its floor area. */
export type Home = { key: string; building: string; entrance: string; areaM2: number }

const DOORS = ['101', '201', '302', '401', '501'] as const
const AREAS_M2 = [78.4, 89.6, 96.2, 112.8, 128.5] as const

/** The estate's six buildings with two entrances each. */
export const BUILDINGS = ['1', '2', '3', '4', '5', '6'] as const
export const ENTRANCES = BUILDINGS.flatMap((building) => [`${building}-1`, `${building}-2`])

/** Sixty homes, five behind each entrance. */
export const HOMES: readonly Home[] = ENTRANCES.flatMap((entrance) =>
  DOORS.map((door, index) => ({
    key: `${entrance}-${door}`,
    building: entrance.slice(0, 1),
    entrance,
    areaM2: AREAS_M2[index] ?? 90,
  })),
)

/** Voters of a meeting: the owners of the homes in these buildings, with their area. */
export const votersOf = (...buildings: string[]) =>
  HOMES.filter(({ building }) => buildings.includes(building)).map(({ key, areaM2 }) => ({
    person: `@${key}`,
    areaM2,
  }))

/** The homes of these buildings, by key. */
export const homesOf = (...buildings: string[]): string[] =>
  HOMES.filter(({ building }) => buildings.includes(building)).map(({ key }) => key)

/** Three grids over two buildings each. */
export const GRIDS = [
  { key: 'grid-1', name: '一号网格', buildings: ['1', '2'] },
  { key: 'grid-2', name: '二号网格', buildings: ['3', '4'] },
  { key: 'grid-3', name: '三号网格', buildings: ['5', '6'] },
] as const

/** An organisation with the name of its desk. */
type Unit = { key: string; kind: string; name: string; en: string; desk: string; handles: string[] }

/** Units that cases are referred to, partners, and the community's own office. */
export const UNITS: readonly Unit[] = [
  {
    key: 'heating',
    kind: 'heating',
    name: '热力公司',
    en: 'Heating company',
    desk: '调度',
    handles: ['heating'],
  },
  {
    key: 'property',
    kind: 'property',
    name: '物业公司',
    en: 'Property company',
    desk: '客服',
    handles: ['property', 'utilities', 'facilities', 'heating.network'],
  },
  {
    key: 'cleansing',
    kind: 'cleansing',
    name: '清运所',
    en: 'Cleansing office',
    desk: '调度',
    handles: ['environment.waste'],
  },
  {
    key: 'housing',
    kind: 'department',
    name: '住建部门',
    en: 'Housing department',
    desk: '窗口',
    handles: ['building', 'property.upkeep', 'facilities.gate'],
  },
  {
    key: 'urban',
    kind: 'department',
    name: '城管部门',
    en: 'City management',
    desk: '中队',
    handles: ['building.illegal', 'environment', 'facilities.parking'],
  },
  {
    key: 'civil',
    kind: 'department',
    name: '民政部门',
    en: 'Civil affairs',
    desk: '窗口',
    handles: ['care'],
  },
  {
    key: 'power',
    kind: 'unit',
    name: '供电公司',
    en: 'Power company',
    desk: '抢修班',
    handles: ['utilities.power', 'facilities.charging'],
  },
  {
    key: 'partner',
    kind: 'partner',
    name: '共建单位',
    en: 'Partner unit',
    desk: '联络员',
    handles: ['care.elderly'],
  },
  {
    key: 'office',
    kind: 'community',
    name: '社区居委会',
    en: 'Community office',
    desk: '值班室',
    handles: ['neighbours', 'care', 'other'],
  },
]

/** Organisations that are only in the register: one is suspended, one has ended. */
export const REGISTERED: readonly Omit<Unit, 'en' | 'desk'>[] = [
  { key: 'sewing', kind: 'social', name: '公益缝纫社', handles: [] },
  { key: 'clinic', kind: 'partner', name: '共建医院义诊队', handles: [] },
  { key: 'school', kind: 'partner', name: '共建学校', handles: [] },
  { key: 'old-cleaner', kind: 'unit', name: '原保洁承包单位', handles: [] },
  { key: 'delivery', kind: 'partner', name: '送餐配送站', handles: [] },
]

/** Somebody by role. Places and units in `roles` are keys of the town. */
export type Somebody = {
  key: string
  kind: 'staff' | 'resident'
  name: string
  en: string
  roles: readonly Grant[]
  home?: string
  /** May be signed in as with one click. */
  account?: true
}

const chiefOf = (building: string): Somebody => ({
  key: `chief-${building}`,
  kind: 'resident',
  name: `楼长·${building} 号楼`,
  en: `Building chief, building ${building}`,
  roles: [{ role: 'building-chief', place: building }],
  ...(building === '1' ? { account: true as const } : {}),
})

const STAFF: readonly Somebody[] = [
  staff('admin', '系统管理员', 'Administrator', { role: 'administrator' }),
  staff('coordinator', '社区协调员', 'Coordinator', { role: 'coordinator', place: 'community' }),
  ...GRIDS.map(
    ({ key, name, buildings }): Somebody => ({
      key,
      kind: 'staff',
      name: `网格员·${name}`,
      en: `Grid worker, grid ${key.slice(-1)}`,
      roles: buildings.map((place) => ({ role: 'grid-worker', place })),
      account: true,
    }),
  ),
  staff('duty', '党员驿站值守员', 'Duty officer', { role: 'duty-officer', place: 'estate' }),
  staff('volunteer', '青年志愿者', 'Young volunteer', { role: 'volunteer', place: 'community' }),
  staff('steward', '物业管家', 'Property steward', { role: 'steward', place: 'estate' }),
  staff('supervisor', '督办员', 'Supervisor', { role: 'supervisor', place: 'community' }),
  staff('analyst', '数据分析员', 'Analyst', { role: 'analyst' }),
]

function staff(key: string, name: string, en: string, role: Grant): Somebody {
  return { key, kind: 'staff', name, en, roles: [role], account: true }
}

const handlers = UNITS.filter(({ key }) => key !== 'office').map(
  ({ key, name, en, desk }): Somebody => ({
    key: `${key}-desk`,
    kind: 'staff',
    name: `${name} ${desk}`,
    en: `${en}, desk`,
    roles: [{ role: 'unit-handler', unit: key }],
    account: true,
  }),
)

const council = ['1', '2', '3', '4', '5'].map(
  (number): Somebody => ({
    key: `council-${number}`,
    kind: 'resident',
    name: `议事会成员 ${number}`,
    en: `Council member ${number}`,
    roles: [{ role: 'council-member', place: 'community' }],
    ...(number === '1' ? { account: true as const } : {}),
  }),
)

const RESIDENT_ACCOUNTS = new Set(['3-2-501', '1-1-302'])

const residents = HOMES.map(
  ({ key }): Somebody => ({
    key,
    kind: 'resident',
    name: `居民 ${key}`,
    en: `Resident of ${key}`,
    roles: [{ role: 'resident' }],
    home: key,
    ...(RESIDENT_ACCOUNTS.has(key) ? { account: true as const } : {}),
  }),
)

/** Everybody in the demo. */
export const PEOPLE: readonly Somebody[] = [
  ...STAFF,
  ...BUILDINGS.map(chiefOf),
  ...handlers,
  ...council,
  ...residents,
]

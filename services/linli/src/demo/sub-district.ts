// The demo's sub-district as data: four communities beside the first, each with the facts of one
// article, and what the first one has beside its small estate. Roles and offices, no names of people.

/** A community with its estates; households are counts, but for one building that is registered. */
export type District = {
  key: string
  name: string
  households: number
  estates: readonly { name: string; households: number }[]
  /** Entrances of the registered building, five floors of two homes each. */
  entrances: number
}

export const DISTRICTS: readonly District[] = [
  {
    key: 'c2',
    name: '和安社区',
    households: 5260,
    estates: [
      { name: '安泰苑', households: 1320 },
      { name: '安居苑', households: 1180 },
      { name: '安康苑', households: 1060 },
      { name: '安和苑', households: 920 },
      { name: '安顺苑', households: 780 },
    ],
    entrances: 6,
  },
  {
    key: 'c3',
    name: '和顺社区',
    households: 2140,
    estates: [
      { name: '顺和园', households: 1240 },
      { name: '顺景园', households: 900 },
    ],
    entrances: 3,
  },
  {
    key: 'c4',
    name: '和祥社区',
    households: 3310,
    estates: [
      { name: '祥云里', households: 1810 },
      { name: '祥瑞里', households: 1500 },
    ],
    entrances: 3,
  },
  {
    key: 'c5',
    name: '和美社区',
    households: 3680,
    estates: [
      { name: '美林苑', households: 2080 },
      { name: '美华苑', households: 1600 },
    ],
    entrances: 3,
  },
]

/** Commercial buildings of the second community. */
export const COMMERCIAL = ['安泰商厦', '安居商务楼', '安康大厦', '安和广场'] as const

/** The first community beside the demo's estate: with it three estates, 40 buildings. */
export const NEW_ESTATES = [
  { key: 'estate-2', name: '和馨小区', buildings: 17 },
  { key: 'estate-3', name: '和润小区', buildings: 17 },
] as const

/** Its register: 2,870 households and 8,437 people, those of the small estate with them. */
export const HOUSEHOLDS = 2870
export const RESIDENTS = 8437

/** Units of the alliance (row 6). */
export const ALLIANCE = [
  ...['驻区医院', '驻区中学', '驻区小学', '驻区银行', '供水公司', '燃气公司'],
  ...['消防救援站', '派出所', '律师事务所', '邮政支局', '公交公司', '文化馆'],
] as const

/** Social organisations that were raised here, with what they can do (row 7). */
export const SOCIAL = [
  ['夕阳红艺术团', 'culture'],
  ['银龄讲师团', 'teaching'],
  ['老兵志愿服务队', 'patrol'],
  ['和事佬调解社', 'mediation'],
  ['爱心理发屋', 'hairdressing'],
  ['小修小补匠人社', 'repair'],
  ['水电应急互助社', 'plumbing'],
  ['四点半课堂', 'childcare'],
  ['心灵驿站', 'counselling'],
  ['绿色家园环保社', 'environment'],
  ['邻里厨房', 'cooking'],
  ['太极健身队', 'sport'],
  ['法律明白人工作室', 'legal'],
  ['数字助老社', 'digital'],
  ['手语角', 'signLanguage'],
] as const

/** New partner units of the 15-minute circle, with what they offer and minutes on foot (row 27). */
export const CIRCLE = [
  { name: '社区卫生服务站', offer: 'health', walk: 6, from: '08:00', to: '18:00' },
  { name: '惠民早餐店', offer: 'dining', walk: 4, from: '06:00', to: '13:00' },
  { name: '街角书屋', offer: 'culture', walk: 9, from: '09:00', to: '21:00' },
  { name: '便民维修铺', offer: 'repair', walk: 7, from: '08:30', to: '19:00' },
  { name: '乒羽健身馆', offer: 'sport', walk: 12, from: '07:00', to: '22:00' },
  { name: '公益法律咨询室', offer: 'legal', walk: 11, from: '09:00', to: '17:00' },
] as const

/** Six volunteer teams of the third community, and six skill teams of the fifth (rows 20, 32). */
export const TEAMS = [
  { place: 'c3', name: '人民调解队', skill: 'mediation' },
  { place: 'c3', name: '健康义诊队', skill: 'clinic' },
  { place: 'c3', name: '平安巡逻队', skill: 'patrol' },
  { place: 'c3', name: '助老陪护队', skill: 'eldercare' },
  { place: 'c3', name: '环境清洁队', skill: 'environment' },
  { place: 'c3', name: '文化宣传队', skill: 'culture' },
  { place: 'c5', name: '跑腿代办队', skill: 'errands' },
  { place: 'c5', name: '家电维修队', skill: 'repair' },
  { place: 'c5', name: '水电抢修队', skill: 'plumbing' },
  { place: 'c5', name: '理发便民队', skill: 'hairdressing' },
  { place: 'c5', name: '课业辅导队', skill: 'teaching' },
  { place: 'c5', name: '心理关爱队', skill: 'counselling' },
] as const

/** People of a kind: how many, in which community, with which role. */
export type Crowd = {
  key: string
  count: number
  short: number
  name: string
  place: string
  role: string
  groups?: readonly string[]
  /** Days before now at which a seasonal role ends by itself. */
  endsAgo?: number
}

export const CROWDS: readonly Crowd[] = [
  {
    ...{ key: 'party', count: 520, short: 12, name: '党员志愿者', place: 'c2', role: 'volunteer' },
    groups: ['partyVolunteer'],
  },
  {
    ...{ key: 'youth', count: 30, short: 3, name: '青年志愿者', place: 'c2', role: 'volunteer' },
    groups: ['youth'],
  },
  {
    ...{ key: 'watch', count: 163, short: 8, name: '值守党员', place: 'c4', role: 'duty-officer' },
    groups: ['partyVolunteer'],
  },
  {
    ...{ key: 'student', count: 12, short: 2, name: '实践站学生', place: 'c4', role: 'volunteer' },
    ...{ groups: ['student'], endsAgo: 60 },
  },
  { key: 'helper', count: 36, short: 6, name: '服务队队员', place: 'c3', role: 'volunteer' },
  { key: 'skilled', count: 36, short: 6, name: '技能队队员', place: 'c5', role: 'volunteer' },
  { key: 'member', count: 9, short: 9, name: '居民议事员', place: 'c5', role: 'council-member' },
  { key: 'learner', count: 40, short: 3, name: '老年大学学员', place: 'c5', role: 'resident' },
]

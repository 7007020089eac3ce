// What is held in the sub-district: patrols of the building chiefs, the charity sewing room, benefit
// events and free clinics, children's and old people's classes, service of the alliance. Teams first.
import { type Gathering, gatheringCues } from './gathering.ts'
import { chiefs, crowd } from './registry-cues.ts'
import { type Cue, dayAt, FOUNDED_DAYS, type Scene, some, upTo } from './scene.ts'
import { TEAMS } from './sub-district.ts'

const MONTHS = [352, 322, 291, 261, 230, 200, 169, 139, 108, 78, 47, 17] as const

/** Teams, one project, and every activity of the year. */
export const yearOfGatherings = (scene: Scene): Cue[] => [
  ...teamCues(scene),
  ...projectCues(scene),
  ...[
    ...patrols(scene),
    ...sewing(scene),
    ...events(scene),
    ...clinics(scene),
    ...children(scene),
    ...classes(scene),
    ...service(scene),
  ].flatMap((one) => gatheringCues(scene, one)),
]

/** Members of the sewing room: residents of the first new building. */
const sewers = (scene: Scene): string[] => {
  const homes = upTo(14).flatMap((floor) => ['01', '02'].map((door) => `7-1-${floor}${door}`))
  const all = homes.flatMap((home) => [`@of-${home}-1`, `@of-${home}-2`])
  return [...some(scene, all.slice(0, 52), 4)]
}

function teamCues(scene: Scene): Cue[] {
  const at = dayAt(scene, FOUNDED_DAYS - 5, '09:30')
  const teams = [
    { alias: '@sewing-room', name: '公益缝纫社', skill: 'sewing', place: '#community' },
    { alias: '@youth-team', name: '青年入户走访队', skill: 'eldercare', place: '#c2' },
    ...TEAMS.map(({ place, name, skill }, index) => {
      return { alias: `@team-${index + 1}`, name, skill, place: `#${place}` }
    }),
  ]
  const helpers = [...crowd(scene, 'helper'), ...crowd(scene, 'skilled')]
  const size = helpers.length / TEAMS.length
  const joined = [
    ...sewers(scene).map((person) => ({ alias: '@sewing-room', person })),
    ...crowd(scene, 'youth').map((person) => ({ alias: '@youth-team', person })),
    ...helpers.map((person, index) => {
      return { alias: `@team-${Math.floor(index / size) + 1}`, person }
    }),
  ]
  return [
    ...teams.map(({ alias, name, skill, place }): Cue => {
      const data = { name, skills: [skill], place }
      return { at, who: 'coordinator', alias, what: 'team.form', data }
    }),
    ...joined.map(({ alias, person }): Cue => {
      return { at: at + 60_000, who: 'coordinator', alias, what: 'enlist', data: { person } }
    }),
  ]
}

const projectCues = (scene: Scene): Cue[] => [
  {
    ...{
      at: dayAt(scene, 350, '09:40'),
      who: 'coordinator',
      alias: '@good',
      what: 'project.begin',
    },
    data: {
      ...{ title: '善聚·邻里公益项目', place: '#c3' },
      goals: [{ text: '全年惠民活动八场', amount: 8 }],
      tasks: [{ text: '排出全年活动计划', dueOn: '=+20d 18:00' }],
    },
  },
  {
    ...{ at: dayAt(scene, 345, '15:00'), who: 'coordinator', alias: '@good', what: 'finishTask' },
    data: { task: 'task-1', outcome: 'done' },
  },
  ...some(scene, MONTHS.slice(1), 3).map(
    (ago, index): Cue => ({
      ...{ at: dayAt(scene, ago - 3, '16:30'), who: 'coordinator', alias: '@good', what: 'report' },
      data: { percent: Math.min(95, 8 * (index + 1)) },
    }),
  ),
]

/** Every month each chief walks round their building (rows 9 and 10): points for it. */
const patrols = (scene: Scene): Gathering[] =>
  some(scene, MONTHS, 2).map((ago, month) => ({
    ...{ alias: `@patrol-${month + 1}`, kind: 'patrol', title: '楼长月度巡楼' },
    ...{ place: '#community', ago, hours: ['15:00', '17:00'] as const, minutes: 60 },
    // Not everybody comes every month: the ranking of 20 May has something to rank.
    people: chiefs(scene)
      .filter((_, index) => (index * 7 + month * 3) % 11 > index % 4)
      .map(({ who }) => who),
    beneficiaries: 0,
  }))

/** Row 14: a session a month, and the week in which 28 scarves were made, the goal being 25. */
const sewing = (scene: Scene): Gathering[] => [
  ...some(scene, MONTHS, 1).map(
    (ago, month): Gathering => ({
      ...{ alias: `@sewing-${month + 1}`, kind: 'sewing', title: '缝补日:免费缝补改衣' },
      ...{ place: '#estate-2', ago: ago - 1, hours: ['09:00', '11:00'], minutes: 90 },
      ...{
        people: group(sewers(scene), month, 8),
        others: { times: 14 + (month % 5), people: 13 },
      },
      ...{ team: '@sewing-room', made: 16 + (month % 6), goal: { what: '件衣物', amount: 15 } },
      beneficiaries: 14 + (month % 5),
    }),
  ),
  {
    ...{ alias: '@scarves', kind: 'sewing', title: '暖冬围巾周:为独居老人织围巾' },
    ...{ place: '#estate-2', ago: 300, hours: ['09:00', '17:00'], people: sewers(scene) },
    ...{ minutes: 120, team: '@sewing-room', goal: { what: '条围巾', amount: 25 }, made: 28 },
    beneficiaries: 28,
  },
]

const EVENTS = [
  ...['迎新春写春联', '元宵灯谜会', '春季植树', '端午包粽子', '旧物换绿植'],
  ...['中秋邻里宴', '重阳敬老席', '冬至饺子宴'],
] as const

/** Row 18: eight benefit events of one project. */
const events = (scene: Scene): Gathering[] =>
  some(scene, EVENTS, 1).map((title, index) => ({
    ...{ alias: `@benefit-${index + 1}`, kind: 'benefit', title, place: '#c3' },
    ...{ ago: 335 - index * 42, hours: ['09:00', '11:30'] as const, project: '@good' },
    ...{ people: group(crowd(scene, 'helper'), index, 9), minutes: 120 },
    ...{ others: { times: 90 + index * 11, people: 84 + index * 9 }, team: '@team-6' },
    beneficiaries: 90 + index * 11,
  }))

/** Row 20: eight free clinics of the health team. */
const clinics = (scene: Scene): Gathering[] =>
  some(scene, upTo(8), 1).map((number) => ({
    ...{ alias: `@clinic-${number}`, kind: 'clinic', title: `第 ${number} 场义诊`, place: '#c3' },
    ...{ ago: 340 - number * 40, hours: ['08:30', '11:00'] as const, team: '@team-2' },
    ...{ people: group(crowd(scene, 'helper').slice(6, 12), number, 4), minutes: 120 },
    others: { times: 52 + number * 3, people: 47 + number * 3 },
    beneficiaries: 52 + number * 3,
  }))

/** Row 34: more than 5,000 times a child took part in a year, 14,700 and more were reached. */
const children = (scene: Scene): Gathering[] =>
  some(scene, upTo(48), 2).map((week) => ({
    ...{
      alias: `@children-${week}`,
      kind: 'children',
      title: '四点半课堂与周末小课',
      place: '#c5',
    },
    ...{ ago: 350 - week * 7, hours: ['16:30', '18:00'] as const, team: '@team-11' },
    ...{ people: group(crowd(scene, 'skilled'), week, 2), minutes: 90 },
    ...{ others: { times: 98 + (week % 13), people: 61 }, beneficiaries: 300 + (week % 17) },
  }))

/** Row 29: learners of the old people's university serve, and later spend what they served. */
const classes = (scene: Scene): Gathering[] =>
  some(scene, MONTHS, 3).map((ago, month) => ({
    ...{ alias: `@learners-${month + 1}`, kind: 'elderly', title: '学员服务日:一老助一老' },
    ...{ place: '#c5', ago: ago - 2, hours: ['08:30', '10:30'] as const, minutes: 80 },
    ...{ people: group(crowd(scene, 'learner'), month, 20), beneficiaries: 30 + month },
  }))

/** Row 6: volunteers who registered twice serve where they live, a group a fortnight. */
const service = (scene: Scene): Gathering[] =>
  some(scene, upTo(26), 2).map((number) => ({
    ...{ alias: `@service-${number}`, kind: 'cleaning', title: '双报到志愿服务日', place: '#c2' },
    ...{ ago: 361 - number * 13, hours: ['14:00', '16:00'] as const, minutes: 110 },
    ...{ people: group(crowd(scene, 'party'), number, 20), beneficiaries: 120 + number },
  }))

/** Some of the people, others each time. */
function group(people: readonly string[], time: number, size: number): string[] {
  const count = Math.min(size, people.length)
  const first = (time * size) % Math.max(people.length, 1)
  return [...people, ...people].slice(first, first + count)
}

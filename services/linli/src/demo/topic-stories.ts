// Topics that were deliberated: what gathers, meets, is voted on, published and carried out, and
// the ways in which a topic comes to nothing.
import {
  asks,
  done,
  GOOD,
  heard,
  type Line,
  of,
  present,
  type Story,
  THREE,
  votes,
} from './story.ts'
import { homesOf, votersOf } from './town.ts'

/** The parties of a joint meeting on a major dispute (domain.md §2, row 30). */
const JOINT = ['partner-units', 'group-representatives', 'functional-department']

const propose = (
  title: string,
  kind: { rule: string; parties?: readonly string[] },
  category: string,
): Line => [
  '+0m',
  'coordinator',
  'propose',
  { title, rule: kind.rule, category, place: '#estate', requiredParties: kind.parties ?? [] },
]

const OWNERS = { rule: 'common-parts', parties: THREE }
const ORDINARY = { rule: 'ordinary', parties: THREE }
const COMMITTEE = { rule: 'committee' }

const COUNCIL = ['1', '2', '3', '4', '5'].map((number) => ({ person: `@council-${number}` }))

/** Members of the council vote by show of hands. */
const hands = (choices: readonly ('yes' | 'no' | 'abstain')[]): Line[] =>
  choices.map((openChoice, index) => [
    '+1m',
    'coordinator',
    'vote',
    { person: `@council-${index + 1}`, way: 'hand', openChoice },
  ])

/** A case is heard, verified and brought to the story's topic. */
const joins = (alias: string, topic: string, home: string): Line[] => [
  ...heard(home).map((line) => of(alias, line)),
  ['+20m', 'coordinator', `${alias}>deliberate`, { topic: `@${topic}` }],
]

const meeting = (when: string, homes: string[], place = '社区议事厅'): Line => [
  '+1d 09:00',
  'coordinator',
  'schedule',
  { at: `=${when}`, place, electorate: votersOf(...homes) },
]

export const topicStories: readonly Story[] = [
  {
    // Gathers three appeals, misses a required party, meets again, passes, and tells all three.
    name: 'gate',
    begin: { ago: 262, at: '09:30' },
    lines: [
      propose('小区东门改造方案', OWNERS, 'facilities.gate.renovation'),
      of(
        'gate-a',
        asks('1-1-401', 'facilities.gate.renovation', '东门太窄,救护车、消防车进不来。'),
      ),
      of(
        'gate-b',
        asks('2-1-302', 'facilities.gate.renovation', '东门没有坡道,轮椅和童车过不去。'),
      ),
      of(
        'gate-c',
        asks('3-1-501', 'facilities.gate.renovation', '东门门禁常年损坏,外人随便进出。'),
      ),
      ['+2h', 'coordinator', 'accept'],
      ...joins('gate-a', 'gate', '1-1-401'),
      ...joins('gate-b', 'gate', '2-1-302'),
      ...joins('gate-c', 'gate', '3-1-501'),
      meeting('+16d 19:00', ['1', '2', '3']),
      ['+16d 18:50', 'coordinator', 'signIn', { party: 'party-organisation' }],
      ...present('gate', ['residents-representatives']),
      [
        '+30m',
        'coordinator',
        'postpone',
        { until: '=+5d 09:00', reason: '职能部门未到场,三方不齐,不能开会,改期并重新通知。' },
      ],
      [
        '+5d 10:00',
        'coordinator',
        'schedule',
        {
          at: '=+16d 19:00',
          place: '社区议事厅',
          electorate: votersOf('1', '2', '3'),
        },
      ],
      ['+16d 18:50', 'coordinator', 'signIn', { party: 'party-organisation' }],
      ...present('gate', ['residents-representatives', 'functional-department']),
      ['+10m', 'coordinator', 'openMeeting'],
      ['+40m', 'coordinator', 'openVote'],
      ...votes('gate', 'yes', homesOf('1', '2').slice(0, 18)),
      ...votes('gate', 'no', homesOf('3').slice(0, 4)),
      ...votes('gate', 'abstain', homesOf('3').slice(4, 6)),
      ['+16d 10:00', 'coordinator', 'count', {}],
      [
        '+1d 10:00',
        'coordinator',
        'publish',
        {
          resolution:
            '同意拓宽东门并增设坡道和人脸门禁,费用由公共收益列支,住建部门指导、物业实施。',
          units: [
            { unit: '@property', lead: true, kind: 'general' },
            { unit: '@housing', lead: false, kind: 'general' },
          ],
          tasks: [{ title: '东门施工期间临时通行方案', due: '=+20d 18:00', unit: '@property' }],
        },
      ],
      ...['gate-a', 'gate-b', 'gate-c'].flatMap((alias): Line[] => [
        ['+20m', 'property', `${alias}/property>accept`],
        ['+10m', 'housing', `${alias}/housing>accept`],
      ]),
      ['+3w 10:00', 'housing', 'gate-a/housing>answer', done('方案已审查。')],
      ['+10m', 'housing', 'gate-b/housing>answer', done('坡道坡度符合无障碍规范。')],
      ['+10m', 'housing', 'gate-c/housing>answer', done('门禁点位已备案。')],
      ['+1w 14:00', 'property', 'gate-a/property>answer', done('东门拓宽完成,可通行消防车。')],
      ['+10m', 'property', 'gate-b/property>answer', done('坡道完工,两侧加扶手。')],
      ['+10m', 'property', 'gate-c/property>answer', done('人脸门禁启用。')],
      ['+1w 10:00', 'coordinator', 'gate-a>followUp', GOOD],
      ['+10m', 'coordinator', 'gate-b>followUp', GOOD],
      ['+10m', 'coordinator', 'gate-c>followUp', GOOD],
      ['+4d 10:00', 'property', 'gate>taskDone', { task: 'task-1', outcome: 'done' }],
    ],
  },
  {
    // A committee matter: a canteen, with meals carried to those who cannot walk.
    name: 'canteen',
    begin: { ago: 218, at: '14:00' },
    lines: [
      propose('老年食堂与送餐上门', COMMITTEE, 'care.elderly.canteen'),
      of(
        'canteen-a',
        asks('2-2-401', 'care.elderly.canteen', '老两口做饭困难,希望社区办老年食堂。'),
      ),
      of('canteen-b', asks('6-1-101', 'care.elderly.canteen', '老人卧床,去不了食堂,能不能送餐。')),
      ['+1h', 'coordinator', 'accept'],
      ...joins('canteen-a', 'canteen', '2-2-401'),
      ...joins('canteen-b', 'canteen', '6-1-101'),
      [
        '+1d 09:00',
        'coordinator',
        'schedule',
        {
          at: '=+5d 15:00',
          place: '青年汇智团活动室',
          electorate: COUNCIL,
        },
      ],
      ['+5d 15:00', 'coordinator', 'openMeeting'],
      ['+20m', 'coordinator', 'openVote'],
      ...hands(['yes', 'yes', 'yes', 'yes', 'no']),
      ['+5m', 'coordinator', 'closeVote'],
      ['+5m', 'coordinator', 'count', {}],
      [
        '+1d 10:00',
        'coordinator',
        'publish',
        {
          resolution: '利用社区闲置用房开办老年食堂,民政部门补贴,共建单位为行动不便老人送餐。',
          units: [
            { unit: '@civil', lead: true, kind: 'general' },
            { unit: '@partner', lead: false, kind: 'general' },
          ],
          tasks: [
            { title: '食堂用房修缮', due: '=+25d 18:00', unit: '@office', person: '@coordinator' },
            { title: '送餐志愿者排班', due: '=+20d 18:00', unit: '@partner' },
          ],
        },
      ],
      ...['canteen-a', 'canteen-b'].flatMap((alias): Line[] => [
        ['+1h', 'civil', `${alias}/civil>accept`],
        ['+5m', 'partner', `${alias}/partner>accept`],
        ['+1d 10:00', 'partner', `${alias}/partner>answer`, done('已登记送餐需求,安排志愿者。')],
        ['+20m', 'civil', `${alias}/civil>answer`, done('补贴已批复,食堂下月开餐。')],
        ['+1d 10:00', 'coordinator', `${alias}>followUp`, GOOD],
      ]),
      [
        '+3d 10:00',
        'coordinator',
        'referTask',
        {
          task: 'task-2',
          unit: '@partner',
          category: 'care.elderly.canteen',
        },
      ],
      ['+1h', 'partner', 'canteen/partner>accept'],
      [
        '+3d 10:00',
        'partner',
        'canteen/partner>answer',
        done('十二名志愿者轮班,每日送餐二十三份。'),
      ],
      ['+1h', 'coordinator', 'taskDone', { task: 'task-2', outcome: 'done' }],
      ['+5d 10:00', 'coordinator', 'taskDone', { task: 'task-1', outcome: 'done' }],
    ],
  },
  {
    // Too few take part: called again, resolved, an objection heard; being carried out now.
    name: 'charging',
    begin: { ago: 80, at: '10:00' },
    lines: [
      propose('地面车棚增设充电桩', OWNERS, 'facilities.charging.piles'),
      of(
        'charging-a',
        asks('4-1-302', 'facilities.charging.piles', '电动车没地方充电,希望装充电桩。'),
      ),
      ['+1h', 'coordinator', 'accept'],
      ...joins('charging-a', 'charging', '4-1-302'),
      meeting('+16d 19:00', ['4', '5']),
      ['+16d 18:50', 'coordinator', 'signIn', { party: 'party-organisation' }],
      ...present('charging', ['residents-representatives', 'functional-department']),
      ['+10m', 'coordinator', 'openMeeting'],
      ['+30m', 'coordinator', 'openVote'],
      ...votes('charging', 'yes', homesOf('4').slice(0, 6)),
      ['+16d 10:00', 'coordinator', 'count', {}],
      ['+1d 10:00', 'coordinator', 'callAgain', { at: '=+16d 19:00', place: '车棚现场' }],
      ['+16d 18:50', 'coordinator', 'signIn', { party: 'party-organisation' }],
      ...present('charging', ['residents-representatives', 'functional-department']),
      ['+10m', 'coordinator', 'openMeeting'],
      ['+30m', 'coordinator', 'openVote'],
      ...votes('charging', 'yes', homesOf('4', '5').slice(0, 15)),
      ...votes('charging', 'no', homesOf('5').slice(8, 10)),
      ['+16d 10:00', 'coordinator', 'count', {}],
      [
        '+1d 10:00',
        'coordinator',
        'publish',
        {
          resolution: '同意在车棚安装充电桩十二个,由供电公司接电、物业管理,电价公示。',
          units: [{ unit: '@power', lead: true, kind: 'general' }],
          tasks: [{ title: '充电桩电价公示', due: '=+60d 18:00', unit: '@property' }],
        },
      ],
      [
        '+1d 20:00',
        '5-2-501',
        'object',
        { person: '@5-2-501', reason: '担心离窗户太近,有火灾隐患。' },
      ],
      [
        '+1d 10:00',
        'coordinator',
        'dismiss',
        { objection: '@charging.object', reason: '消防验收距离十二米,符合规范,已向提出人说明。' },
      ],
      ['+1h', 'power', 'charging-a/power>accept'],
      [
        '+1h',
        'power',
        'charging-a/power>askExtension',
        { amount: 10, unit: 'working days', reason: 'parts' },
      ],
      ['+30m', 'coordinator', 'charging-a/power>agreeExtension'],
    ],
  },
  {
    // Carried out at once: nothing is left for a unit to do.
    name: 'fitness',
    begin: { ago: 145, at: '15:20' },
    lines: [
      propose('健身器材更新与选址', COMMITTEE, 'facilities.fitness.equipment'),
      of('fitness-a', asks('5-1-401', 'facilities.fitness.equipment', '漫步机断了脚踏,伤过人。')),
      ['+30m', 'coordinator', 'accept'],
      ...joins('fitness-a', 'fitness', '5-1-401'),
      [
        '+1d 09:00',
        'coordinator',
        'schedule',
        {
          at: '=+4d 15:00',
          place: '小区广场',
          electorate: COUNCIL,
        },
      ],
      ['+4d 15:00', 'coordinator', 'openMeeting'],
      ['+20m', 'coordinator', 'openVote'],
      ...hands(['yes', 'yes', 'yes', 'abstain', 'yes']),
      ['+5m', 'coordinator', 'closeVote'],
      ['+5m', 'coordinator', 'count', {}],
      [
        '+1d 10:00',
        'coordinator',
        'publish',
        { resolution: '损坏器材当日拆除,体彩器材六件已到货,装在广场南侧。', units: [] },
      ],
      ['+2d 10:00', 'coordinator', 'fitness-a>followUp', GOOD],
    ],
  },
  {
    // Voted down: the case goes back to the grid and is settled another way.
    name: 'parking',
    begin: { ago: 205, at: '09:00' },
    lines: [
      propose(
        '绿地改建停车位(重大事项联席会)',
        { rule: 'ordinary', parties: JOINT },
        'facilities.parking.spaces',
      ),
      of(
        'parking-a',
        asks('6-2-201', 'facilities.parking.spaces', '晚上回来没车位,能否把绿地改车位。'),
      ),
      ['+1h', 'coordinator', 'accept'],
      ...joins('parking-a', 'parking', '6-2-201'),
      meeting('+16d 19:00', ['6']),
      ['+16d 18:50', 'coordinator', 'signIn', { party: 'partner-units' }],
      ...present('parking', ['group-representatives', 'functional-department']),
      ['+5m', 'coordinator', 'openMeeting'],
      ['+30m', 'coordinator', 'openVote'],
      ...votes('parking', 'no', homesOf('6').slice(0, 6)),
      ...votes('parking', 'yes', homesOf('6').slice(6, 8)),
      ['+16d 10:00', 'coordinator', 'count', {}],
      ['+1h', 'grid-3', 'parking-a>solve', { answer: '与共建学校协商,夜间开放操场停车四十个。' }],
      ['+1w 10:00', 'grid-3', 'parking-a>followUp', GOOD],
    ],
  },
  {
    name: 'square-dance',
    begin: { ago: 172, at: '10:00' },
    lines: [
      propose('广场舞音量公约', COMMITTEE, 'neighbours.dispute.common'),
      ['+1w 10:00', 'coordinator', 'decline', { reason: '已有街道统一公约,直接执行即可。' }],
    ],
  },
  {
    name: 'sculpture',
    begin: { ago: 155, at: '10:00' },
    lines: [
      propose('小区雕塑征集', ORDINARY, 'other.other.other'),
      ['+1h', 'coordinator', 'accept'],
      ['+5w 10:00', 'coordinator', 'cancel', { reason: '征集期内无居民响应。' }],
    ],
  },
  {
    name: 'lift-adverts',
    begin: { ago: 137, at: '10:00' },
    lines: [
      propose('电梯广告收益用途', ORDINARY, 'property.service.fee'),
      ['+1h', 'coordinator', 'accept'],
      meeting('+16d 19:00', ['5']),
      ['+16d 18:50', 'coordinator', 'signIn', { party: 'party-organisation' }],
      ...present('lift-adverts', ['residents-representatives', 'functional-department']),
      ['+5m', 'coordinator', 'openMeeting'],
      ['+10m', 'coordinator', 'openVote'],
      ...votes('lift-adverts', 'yes', homesOf('5').slice(0, 3)),
      ['+16d 10:00', 'coordinator', 'count', {}],
      [
        '+2d 10:00',
        'coordinator',
        'drop',
        { reason: '参加人数不足,改由业主委员会筹备组另行提出。' },
      ],
    ],
  },
]

// What runs when the demo ends: cases at every stage, some with time left, some yellow, some red.
import {
  asks,
  type ClockNow,
  degrees,
  done,
  GOOD,
  gridOf,
  heard,
  of,
  present,
  type Story,
  THREE,
  to,
  votes,
  writes,
} from './story.ts'
import { homesOf, votersOf } from './town.ts'

const now = (clock: string, is: ClockNow['is'], since = 0): { now: ClockNow } => ({
  now: { clock, is, since },
})
const inSeason = (clock: string, is: ClockNow['is'], since: number) => ({
  now: { clock, is, since, of: 'referral' as const },
  season: true as const,
})

const fresh: readonly Story[] = [
  {
    name: 'now-bin',
    begin: now('contact', 'running'),
    lines: [asks('1-1-302', 'environment.waste.litter', '一单元门口垃圾桶满了没人收,苍蝇很多。')],
  },
  {
    name: 'now-lamp',
    begin: now('contact', 'yellow'),
    lines: [
      asks('4-2-501', 'property.upkeep.lighting', '小区南路两盏路灯不亮,老人晚上出门不方便。'),
    ],
  },
  {
    name: 'now-dog',
    begin: now('contact', 'red'),
    lines: [asks('2-2-101', 'neighbours.dispute.pets', '有人在草坪遛大型犬不牵绳,孩子害怕。')],
  },
  {
    name: 'now-noise',
    begin: now('verify', 'yellow'),
    lines: [
      asks('6-1-501', 'environment.noise.neighbour', '隔壁午休时间装修电钻响。'),
      ['+20m', 'grid-3', 'contact', { by: 'phone' }],
    ],
  },
  {
    name: 'now-urgent',
    begin: now('verify', 'running'),
    lines: [
      asks('3-2-302', 'building.safety.falling', '三号楼二单元雨棚玻璃裂了,怕掉下来。', {
        urgent: true,
      }),
      ['+10m', 'grid-2', 'contact', { by: 'visit', note: '已拉警戒带。' }],
    ],
  },
  {
    name: 'now-stairs',
    begin: now('decide', 'running', 2),
    lines: [
      asks('5-1-201', 'property.service.cleaning', '楼道有人乱贴小广告,请清理。'),
      ...heard('5-1-201'),
    ],
  },
  {
    name: 'now-fence',
    begin: now('decide', 'red', 2),
    lines: [
      asks('2-1-501', 'environment.green.care', '花坛围栏倒了,露出铁钉。'),
      ...heard('2-1-501'),
      ['+30m', 'coordinator', 'assign', { person: '@grid-1' }],
    ],
  },
]

const withUnits: readonly Story[] = [
  {
    name: 'now-drain',
    begin: now('handle', 'running', 3),
    lines: [
      asks('6-2-302', 'utilities.water.drain', '六号楼后面雨水口又堵了,污水漫到人行道。'),
      ...heard('6-2-302'),
      ['+20m', 'grid-3', 'refer', { ...to('property'), note: '上次清掏过的同一处。' }],
      ['+1h', 'property', 'accept'],
      ['+30m', 'property', 'begin'],
    ],
  },
  {
    name: 'now-intercom',
    begin: now('handle', 'yellow', 3),
    lines: [
      asks('3-1-201', 'property.upkeep.lighting', '单元对讲门禁失灵,门关不上。'),
      ...heard('3-1-201'),
      ['+20m', 'grid-2', 'refer', to('property')],
      ['+40m', 'property', 'accept'],
    ],
  },
  {
    // Reported twice: the second is merged into the first, whose unit is late.
    name: 'now-station',
    begin: now('handle', 'red', 3),
    lines: [
      asks('1-2-401', 'environment.waste.station', '垃圾站这几天又提前到六点转运,声音很大。'),
      ...heard('1-2-401'),
      ['+20m', 'grid-1', 'refer', to('cleansing', 'property')],
      ['+1h', 'property', 'accept'],
      ['+20m', 'property', 'answer', done('冲洗排班正常,转运时间请清运所答复。')],
      of('now-station-b', asks('1-1-201', 'environment.waste.station', '早上六点垃圾车又来了。')),
      ['+30m', 'coordinator', 'now-station-b>contact', { by: 'phone' }],
      ['+10m', 'coordinator', 'now-station-b>merge', { original: '@now-station' }],
      ['+1d 15:00', 'coordinator', 'urge'],
    ],
  },
  {
    name: 'now-waiting-unit',
    begin: { now: { clock: 'sendBack', of: 'referral', since: 3, is: 'running' } },
    lines: [
      asks('4-1-401', 'building.illegal.structure', '楼顶有人加盖彩钢房。'),
      ...heard('4-1-401'),
      ['+20m', 'grid-2', 'refer', to('urban')],
    ],
  },
  {
    name: 'now-supervised',
    begin: now('handle', 'running', 3),
    lines: [
      asks('5-2-201', 'property.upkeep.lift', '电梯一个月停了三次,每次都说修好了。'),
      ...heard('5-2-201'),
      ['+20m', 'coordinator', 'refer', to('property', 'housing')],
      ['+30m', 'property', 'accept'],
      ['+1h', 'supervisor', 'supervise', { reason: 'quality', note: '反复故障,挂牌督办。' }],
    ],
  },
  {
    name: 'now-question',
    begin: now('resident', 'running', 4),
    lines: [
      asks('6-1-401', 'property.service.fee', '停车费多收了。'),
      ...heard('6-1-401'),
      ['+10m', 'grid-3', 'take'],
      ['+10m', 'grid-3', 'askResident', { question: '请问车牌号和缴费月份?方便拍一下收据吗?' }],
    ],
  },
  {
    name: 'now-suspended',
    begin: now('handle', 'running', 3),
    lines: [
      asks('2-2-302', 'property.upkeep.roof', '外墙保温层脱落,阳台漏风。'),
      ...heard('2-2-302'),
      ['+20m', 'grid-1', 'refer', to('property')],
      ['+1h', 'property', 'accept'],
      ['+30m', 'coordinator', 'suspend', { reason: 'weather', until: '=+25d 09:00' }],
    ],
  },
]

const afterwards: readonly Story[] = [
  {
    name: 'now-call-back',
    begin: now('followUp', 'running', 4),
    lines: [
      asks('3-1-401', 'property.service.cleaning', '地下车库积灰,排风不开。'),
      ...heard('3-1-401'),
      ['+20m', 'grid-2', 'note', { text: '物业已派人到场。', public: true }],
      ['+3h', 'grid-2', 'solve', { answer: '已协调物业开启排风并冲洗地面。' }],
    ],
  },
  {
    name: 'now-call-back-late',
    begin: now('followUp', 'yellow', 3),
    lines: [
      asks('4-2-401', 'environment.green.care', '楼前冬青两年没修剪,挡住一楼窗户。'),
      ...heard('4-2-401'),
      ['+5h', 'chief-4', 'solve', { answer: '楼长组织志愿者修剪完成。' }],
      ['+30m', 'coordinator', 'followUp', { solved: 'noAnswer' }],
    ],
  },
  {
    name: 'now-unhappy',
    begin: now('close', 'running', 4),
    lines: [
      asks('1-2-302', 'neighbours.dispute.common', '邻居把电动车推上楼。'),
      ...heard('1-2-302'),
      ['+2h', 'grid-1', 'solve', { answer: '已劝离并登记。' }],
      [
        '+1h',
        'coordinator',
        'followUp',
        { solved: 'no', satisfied: 'no', note: '晚上又推上来了。' },
      ],
    ],
  },
  {
    // Two stewards: the property steward has signed, the staff not yet.
    name: 'now-two-stewards',
    begin: now('close', 'running', 7),
    lines: [
      asks('5-2-302', 'facilities.fitness.equipment', '儿童滑梯松动,螺丝外露。'),
      ...heard('5-2-302'),
      ['+20m', 'coordinator', 'coOwn', { steward: '@steward' }],
      ['+10m', 'coordinator', 'refer', to('property')],
      ['+30m', 'property', 'accept'],
      ['+3h', 'property', 'answer', done('已紧固并更换护套,设置安全提示。')],
      ['+1h', 'coordinator', 'followUp', { solved: 'yes', satisfied: 'yes' }],
      ['+20m', 'steward', 'sign'],
    ],
  },
  {
    name: 'now-closed',
    begin: { ago: 4, at: '09:10' },
    lines: [
      asks('2-1-101', 'utilities.power.outage', '楼道总闸跳了,整个单元都没电。'),
      ['+8m', 'grid-1', 'contact', { by: 'phone' }],
      ['+5m', 'grid-1', 'verify', { urgent: true }],
      ['+5m', 'grid-1', 'refer', to('power')],
      ['+5m', 'power', 'accept'],
      ['+70m', 'power', 'answer', done('抢修班到场,更换总闸,十点五十分恢复供电。')],
      ['+3h', 'grid-1', 'followUp', GOOD],
    ],
  },
  {
    name: 'now-reopened',
    begin: { ago: 9, at: '10:20' },
    lines: [
      asks('3-2-401', 'environment.waste.litter', '装修垃圾堆在楼下。'),
      ...heard('3-2-401'),
      ['+1h', 'grid-2', 'solve', { answer: '业主已清走。' }],
      ['+20h', 'grid-2', 'followUp', GOOD],
      ['+5d 19:30', '3-2-401', 'reopen', { reason: '又堆了两车。' }],
    ],
  },
]

const topics: readonly Story[] = [
  {
    // The ballot is open: half the homes have voted.
    name: 'now-vote',
    begin: { ago: 26, at: '10:00' },
    lines: [
      topic('楼道加装扶手与折叠座椅', 'common-parts', 'care.elderly.alone'),
      of(
        'now-handrail',
        asks('1-2-201', 'care.elderly.alone', '六楼老人上楼歇不了脚,希望装折叠座椅。'),
      ),
      ['+1h', 'coordinator', 'accept'],
      ...heard('1-2-201').map((line) => of('now-handrail', line)),
      ['+20m', 'coordinator', 'now-handrail>deliberate', { topic: '@now-vote' }],
      [
        '+1h',
        'coordinator',
        'schedule',
        {
          at: '=+16d 19:00',
          place: '社区议事厅',
          electorate: votersOf('1', '2'),
        },
      ],
      ['+16d 18:50', 'coordinator', 'signIn', { party: 'party-organisation' }],
      ...present('now-vote', ['residents-representatives', 'functional-department']),
      ['+10m', 'coordinator', 'openMeeting'],
      ['+20m', 'coordinator', 'openVote'],
      ...votes('now-vote', 'yes', homesOf('1').slice(0, 7)),
      ...votes('now-vote', 'no', homesOf('2').slice(0, 2)),
      ['+1d 20:10', '2-2-101', 'vote', { person: '@2-2-101', way: 'link', openChoice: 'yes' }],
    ],
  },
  {
    name: 'now-notice',
    begin: { ago: 9, at: '15:00' },
    lines: [
      topic('东侧围墙改为绿篱', 'common-parts', 'environment.green.care'),
      ['+1h', 'coordinator', 'accept'],
      [
        '+2d 10:00',
        'coordinator',
        'schedule',
        {
          at: '=+16d 19:00',
          place: '社区议事厅',
          electorate: votersOf('3'),
        },
      ],
    ],
  },
  {
    name: 'now-gathering',
    begin: { ago: 7, at: '09:00' },
    lines: [
      topic('增设电动汽车充电车位', 'common-parts', 'facilities.charging.piles'),
      of('now-car', asks('4-1-501', 'facilities.charging.piles', '买了新能源车,车位旁没法充电。')),
      ['+1h', 'coordinator', 'accept'],
      ...heard('4-1-501').map((line) => of('now-car', line)),
      ['+20m', 'coordinator', 'now-car>deliberate', { topic: '@now-gathering' }],
    ],
  },
  {
    name: 'now-proposed',
    begin: { now: { clock: 'accept', of: 'deliberation', since: 0, is: 'running' } },
    lines: [
      [
        '+0m',
        'council-1',
        'propose',
        {
          title: '周末跳蚤市场',
          rule: 'committee',
          place: '#estate',
          requiredParties: [],
          category: 'other.other.other',
        },
      ],
    ],
  },
]

const heating: readonly Story[] = [
  {
    name: 'now-cold-call',
    begin: inSeason('contactUser', 'red', 3),
    lines: [
      asks('6-1-201', 'heating.indoor.cold', '小孩房间只有十六度,晚上更低。'),
      ...heard('6-1-201'),
      ['+10m', gridOf('6-1-201'), 'refer', to('heating')],
    ],
  },
  {
    name: 'now-cold-appointed',
    begin: inSeason('answer', 'running', 3),
    lines: [
      asks('3-1-302', 'heating.indoor.cold', '暖气片一半热一半凉。'),
      ...heard('3-1-302'),
      ['+10m', 'grid-2', 'refer', to('heating')],
      ['+20m', 'heating', 'accept'],
      ['+10m', 'heating', 'appoint', { at: '=+3d 10:00', contacted: 'phone' }],
    ],
  },
  {
    name: 'now-cold-repair',
    begin: inSeason('repair', 'running', 6),
    lines: [
      writes(
        { who: 'duty', channel: 'desk', home: '5-2-401' },
        'heating.indoor.cold',
        '居民到驿站反映:室温长期十六度多,要求测温退费。',
      ),
      ...heard('5-2-401'),
      ['+10m', 'grid-3', 'refer', to('heating')],
      ['+20m', 'heating', 'accept'],
      ['+10m', 'heating', 'appoint', { at: '=+2h', contacted: 'phone' }],
      ['+2h', 'heating', 'measure', degrees(16.3, 'airlocked')],
    ],
  },
]

function topic(title: string, rule: string, category: string): Story['lines'][number] {
  const requiredParties = THREE
  const given = { title, rule, category, place: '#estate', requiredParties }
  return ['+0m', 'coordinator', 'propose', given]
}

/** Stories that end while their clocks run. */
export const presentStories: readonly Story[] = [
  ...fresh,
  ...withUnits,
  ...afterwards,
  ...topics,
  ...heating,
]

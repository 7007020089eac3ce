// What the offices and neighbours of the sub-district did one by one: errands to higher offices,
// the mediation beside the garbage station, neighbours' help, a joint meeting, the council that
// decides. Told in the language of the stories.
import type { Line, Story } from './story.ts'

const RECEIPT = (number: number) => `DB-${String(number).padStart(4, '0')}`

type Papers = readonly { kind: string; count: number }[]

/** An errand from the consent to the papers that go back (row 12). */
const errand = (
  number: number,
  given: { ago: number; kind: string; home: string; papers: Papers; granted?: false },
): Story => ({
  name: `@errand-${number}`,
  begin: { ago: given.ago, at: '09:40' },
  lines: [
    [
      ...(['+0m', 'duty', 'errand.request'] as const),
      {
        ...{ kind: given.kind, place: `#${given.home}`, channel: 'desk' },
        ...{ resident: `@${given.home}`, text: '材料看不懂,腿脚不便,请社区帮忙代办。' },
      },
    ],
    ['+15m', 'duty', 'consent', { way: 'signature', speaker: 'self' }],
    ['+10m', 'duty', 'takePapers', { papers: given.papers, receipt: RECEIPT(number) }],
    ['+1w 10:00', 'coordinator', 'submit', { office: '@civil', reference: `SL-${4100 + number}` }],
    [
      ...(['+8d 11:00', 'coordinator', 'decide'] as const),
      given.granted === false
        ? { outcome: 'refused', reason: 'overTheLimit', kept: [] }
        : { outcome: 'granted', kept: [] },
    ],
    ['+1w 15:00', 'duty', 'returnPapers', { papers: given.papers, signedBy: 'self' }],
  ],
})

const IDENTITY: Papers = [
  { kind: 'identityCard', count: 1 },
  { kind: 'householdBook', count: 1 },
]
const INCOME: Papers = [
  ...IDENTITY,
  { kind: 'application', count: 1 },
  { kind: 'incomeProof', count: 2 },
]
const RELIEF: Papers = [
  { kind: 'application', count: 1 },
  { kind: 'identityCard', count: 1 },
]
const FAMILY: Papers = [
  { kind: 'identityCard', count: 2 },
  { kind: 'marriageCertificate', count: 1 },
]

const ERRANDS = [
  { ago: 330, kind: 'elderAid', home: '1-2-201', papers: IDENTITY },
  { ago: 292, kind: 'minimumIncome', home: '2-1-101', papers: INCOME },
  { ago: 251, kind: 'relief', home: '3-1-201', papers: RELIEF },
  { ago: 216, kind: 'familyPlanning', home: '4-1-302', papers: FAMILY },
  { ago: 183, kind: 'elderAid', home: '5-2-401', papers: IDENTITY },
  { ago: 141, kind: 'minimumIncome', home: '6-1-302', papers: INCOME, granted: false as const },
  { ago: 96, kind: 'relief', home: '1-1-201', papers: RELIEF },
  { ago: 58, kind: 'elderAid', home: '2-2-302', papers: IDENTITY },
  { ago: 40, kind: 'familyPlanning', home: '5-1-201', papers: FAMILY },
] as const

/** Noise and smell of a garbage station: what the offices agreed, and the check (row 26). */
const garbage: Story = {
  name: '@garbage',
  begin: { ago: 208, at: '09:30' },
  lines: [
    [
      '+0m',
      'coordinator',
      'mediation.request',
      {
        ...{ place: '#c4-b1', matter: 'smell' },
        text: '垃圾中转站紧邻一号楼,清早转运噪声大、异味重,居民要求搬离。',
        persons: [
          { person: '@of-c4-b1-1-101', side: 'complains' },
          { person: '@of-c4-b1-1-201', side: 'complains' },
        ],
        units: [
          { unit: '@cleansing', side: 'answers' },
          { unit: '@property', side: 'answers' },
        ],
      },
    ],
    ['+1h', 'coordinator', 'accept'],
    ['+2h', 'coordinator', 'arrange', { at: '=+6d 15:00', room: '和祥社区议事厅' }],
    [
      '+6d 16:30',
      'coordinator',
      'talk',
      {
        at: '=+0d 15:00',
        attended: ['@of-c4-b1-1-101', '@of-c4-b1-1-201', '@cleansing', '@property'],
        record: '各方到站点实地查看,认可错峰转运和每次冲洗的办法。',
      },
    ],
    [
      '+30m',
      'coordinator',
      'agree',
      {
        measures: [
          {
            ...{ kind: 'time', what: '转运时间改到七点半以后', owner: '@cleansing' },
            ...{ due: '=+5d 18:00', timeOfDay: '07:30' },
          },
          {
            ...{ kind: 'cleaning', what: '每次转运后冲洗地面', owner: '@property' },
            due: '=+5d 18:00',
          },
        ],
      },
    ],
    ['+3d 09:00', 'coordinator', 'carryOut', { measure: 'measure-1' }],
    ['+1h', 'coordinator', 'carryOut', { measure: 'measure-2' }],
    ['+14d 10:00', 'coordinator', 'check', { kept: 'all' }],
  ],
}

/** Spare fever medicine goes from one neighbour to another, no office between (row 33). */
const aid = (number: number, ago: number): Story => {
  const [giver, taker] = [`@of-c5-b1-1-${number}01`, `@of-c5-b1-2-${number}02`]
  const [offer, need] = [`@offer-${number}`, `@need-${number}`]
  const what = { kind: 'feverMedicine', amount: 1, countedIn: 'boxes' }
  return {
    name: offer,
    begin: { ago, at: '18:30' },
    lines: [
      [
        ...(['+0m', giver, `${offer}>mutual-aid.post`] as const),
        {
          ...{ ...what, side: 'offer', place: '#c5-b1-1' },
          bestBefore: '2099-12-31',
        },
      ],
      [
        ...(['+20m', taker, `${need}>mutual-aid.post`] as const),
        { ...what, side: 'need', place: '#c5-b1-2' },
      ],
      ['+5m', taker, `${need}>propose`, { other: offer }],
      ['+3m', giver, `${offer}>agree`, { consent: true, phone: `0000-${number}01` }],
      ['+2m', taker, `${need}>agree`, { consent: true, phone: `0000-${number}02` }],
      ['+40m', giver, `${offer}>handOver`, { amount: 1 }],
    ],
  }
}

const MEMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const

/** A standing body of the sub-district with its members. */
const body = (
  name: string,
  given: { kind: string; title: string; place: string; seats: readonly Seat[] },
): Story => ({
  name,
  begin: { ago: 370, at: '09:00' },
  lines: [
    [
      ...(['+0m', 'coordinator', 'body.establish'] as const),
      {
        ...{ kind: given.kind, name: given.title, place: given.place },
        term: { from: '=+0d 00:00', until: '=+1095d 00:00' },
      },
    ],
    ...given.seats.map(
      ([person, party]): Line => ['+1m', 'coordinator', 'seat', { person, party }],
    ),
  ],
})

type Seat = readonly [person: string, party: string]

const COUNCIL = MEMBERS.map((number): Seat => [`@member-${number}`, 'residents-representatives'])
const JOINT: readonly Seat[] = [
  ['@member-1', 'resident-units'],
  ['@member-2', 'group-representatives'],
  ['@member-3', 'group-representatives'],
  ['@member-4', 'assigned-officials'],
  ['@member-5', 'assigned-officials'],
]
const THINK_TANK: readonly Seat[] = [
  ['@party-1', 'party-organisation'],
  ['@party-2', 'party-organisation'],
  ['@of-c2-b1-1-101', 'residents-representatives'],
  ['@of-c2-b1-2-101', 'residents-representatives'],
  ['@youth-1', 'partner-units'],
  ['@youth-2', 'partner-units'],
]

const bodies: readonly Story[] = [
  body('@think-tank', {
    ...{ kind: 'thinkTank', title: '青年汇智团', place: '#c2', seats: THINK_TANK },
  }),
  body('@council', { kind: 'council', title: '居民议事会', place: '#c5', seats: COUNCIL }),
  body('@joint', {
    ...{ kind: 'jointMeeting', title: '重大矛盾纠纷联席会', place: '#c5', seats: JOINT },
  }),
]

/** A topic of a body: proposed, met, voted by show of hands, resolved, done. */
const topic = (
  name: string,
  given: {
    ago: number
    title: string
    category: string
    body: string
    seats: readonly Seat[]
    against: number
    resolution: string
  },
): Story => ({
  name,
  begin: { ago: given.ago, at: '09:20' },
  lines: [
    [
      ...(['+0m', 'coordinator', 'deliberation.propose'] as const),
      {
        ...{ title: given.title, rule: 'committee', category: given.category },
        ...{ place: '#c5', body: given.body },
      },
    ],
    ['+1h', 'coordinator', 'accept'],
    [
      ...(['+1d 09:00', 'coordinator', 'schedule'] as const),
      {
        ...{ at: '=+16d 19:00', place: '和美社区议事厅' },
        body: given.body,
      },
    ],
    ['+16d 18:50', 'coordinator', 'note', { text: '会场已备好。' }],
    ...given.seats.map(
      ([person, party]): Line => ['+1m', 'coordinator', 'signIn', { party, person }],
    ),
    ['+15m', 'coordinator', 'openMeeting'],
    ['+40m', 'coordinator', 'openVote'],
    ...given.seats.map(([person], index): Line => {
      const openChoice = index < given.against ? 'no' : 'yes'
      return ['+1m', 'coordinator', 'vote', { person, way: 'hand', openChoice }]
    }),
    ['+5m', 'coordinator', 'closeVote'],
    ['+10m', 'coordinator', 'count', {}],
    ['+1d 10:00', 'coordinator', 'publish', { resolution: given.resolution, units: [], tasks: [] }],
  ],
})

const topics: readonly Story[] = [
  topic('@topic-fitness', {
    ...{
      ago: 240,
      title: '小广场健身器材更新',
      category: 'facilities.fitness.equipment',
      against: 1,
    },
    ...{ body: '@council', seats: COUNCIL },
    resolution: '同意更新健身器材六件,费用从社区微基金列支,物业负责日常维护。',
  }),
  topic('@topic-noise', {
    ...{
      ago: 120,
      title: '广场舞噪声纠纷联席协商',
      category: 'neighbours.dispute.common',
      against: 0,
    },
    ...{ body: '@joint', seats: JOINT },
    resolution: '每晚八点半结束,音量不超过约定值,由楼栋代表每周检查一次。',
  }),
]

/** All of them. */
export const officeStories: readonly Story[] = [
  ...bodies,
  ...ERRANDS.map((given, index) => errand(index + 1, given)),
  garbage,
  ...[1, 2, 3, 4].map((number) => aid(number, 320 - number * 60)),
  ...topics,
]

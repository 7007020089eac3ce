// At home and on the stairs: what the property company and the grid mend, two stewards, redo,
// supervision, and the ways in which a case does not run to its end.
import { asks, done, GOOD, heard, of, type Story, to, writes } from './story.ts'

export const homeStories: readonly Story[] = [
  {
    name: 'solar-heater',
    begin: { ago: 233, at: '10:05' },
    lines: [
      writes(
        { who: 'duty', channel: 'desk', home: '2-1-401' },
        'utilities.power.solar',
        '楼顶太阳能热水器上下水管冻裂,用不上热水,独居老人自己修不了。',
      ),
      ...heard('2-1-401'),
      ['+30m', 'grid-1', 'refer', to('property')],
      ['+1h', 'property', 'accept'],
      ['+1w 09:00', 'property', 'begin'],
      ['+1w 16:00', 'property', 'answer', done('更换上下水管并加保温,试水正常,未收材料费。')],
      ['+1w 10:00', 'grid-1', 'followUp', GOOD],
    ],
  },
  {
    name: 'storm-drain',
    begin: { ago: 150, at: '08:45' },
    lines: [
      writes(
        { who: 'chief-5', channel: 'chief', home: '5-1-101' },
        'utilities.water.drain',
        '楼长巡查:五号楼前雨水口被落叶和建筑垃圾堵死,一下雨就积水。',
      ),
      ...heard('5-1-101'),
      ['+20m', 'grid-3', 'refer', to('property', 'urban')],
      ['+1h', 'property', 'accept'],
      ['+30m', 'urban', 'accept'],
      ['+1w 10:00', 'property', 'answer', done('清掏雨水口四处,装运淤泥两车。')],
      ['+2h', 'urban', 'answer', done('疏通市政接入井,并已通知施工方不得倾倒。')],
      ['+1w 11:00', 'chief-5', 'followUp', GOOD],
    ],
  },
  {
    // Two stewards own it together: a joint visit, and both signatures under the closing.
    name: 'roof-leak',
    begin: { ago: 128, at: '09:30' },
    lines: [
      asks('1-1-501', 'property.upkeep.roof', '顶楼卧室屋顶渗水,墙皮掉了一大片,连下两天雨更严重。'),
      ...heard('1-1-501'),
      ['+20m', 'coordinator', 'coOwn', { steward: '@steward' }],
      ['+10m', 'coordinator', 'refer', to('property', 'housing')],
      ['+2h', 'property', 'accept'],
      ['+30m', 'housing', 'accept'],
      [
        '+2w 10:00',
        'property',
        'askExtension',
        { amount: 8, unit: 'working days', reason: 'weather' },
      ],
      ['+2h', 'coordinator', 'roof-leak/property>agreeExtension'],
      ['+1w 15:00', 'housing', 'answer', done('现场鉴定为防水层老化,符合应急维修条件。')],
      ['+4w 16:00', 'property', 'answer', done('更换防水层四十平方米,闭水试验两天无渗漏。')],
      ['+1w 10:00', 'coordinator', 'followUp', { solved: 'yes', satisfied: 'yes' }],
      ['+20m', 'steward', 'sign'],
      ['+30m', 'coordinator', 'sign'],
      ['+10m', 'coordinator', 'close'],
    ],
  },
  {
    // Unhappy twice: supervised by rule, released by the supervisor, closed.
    name: 'dark-stairs',
    begin: { ago: 96, at: '17:05' },
    lines: [
      asks(
        '3-1-302',
        'property.upkeep.lighting',
        '三号楼一单元三层到五层的灯都不亮,报修两次没人来。',
      ),
      ...heard('3-1-302'),
      ['+1w 09:00', 'grid-2', 'refer', to('property')],
      ['+1h', 'property', 'accept'],
      ['+1w 11:00', 'property', 'answer', done('已更换灯泡。')],
      [
        '+1w 09:30',
        'coordinator',
        'followUp',
        { solved: 'no', satisfied: 'no', note: '四层还是不亮。' },
      ],
      ['+20m', 'coordinator', 'redo', { to: 'referral', note: '请逐层检查。' }],
      ['+1h', 'property', 'accept'],
      ['+1w 11:00', 'property', 'answer', done('已检查线路。')],
      ['+1w 09:30', 'coordinator', 'followUp', { solved: 'no', satisfied: 'no' }],
      ['+15m', 'coordinator', 'redo', { to: 'referral', note: '请更换整层线路。' }],
      ['+1h', 'property', 'accept'],
      ['+2w 16:00', 'property', 'answer', done('重新敷设三至五层线路,改为声控灯,逐层验收。')],
      ['+1w 10:00', 'coordinator', 'followUp', { solved: 'yes', satisfied: 'yes' }],
      ['+1h', 'supervisor', 'release', { finding: 'remedied', note: '现场核查,三层全部正常。' }],
      ['+10m', 'coordinator', 'close'],
    ],
  },
  {
    name: 'lift-stopped',
    begin: { ago: 84, at: '18:10' },
    lines: [
      asks('5-1-501', 'property.upkeep.lift', '五号楼电梯停在三楼不动,楼上有坐轮椅的老人。', {
        urgent: true,
      }),
      ['+10m', 'grid-3', 'contact', { by: 'phone' }],
      ['+5m', 'grid-3', 'verify', { urgent: true }],
      ['+5m', 'grid-3', 'refer', to('property')],
      ['+5m', 'property', 'accept'],
      ['+95m', 'property', 'answer', done('维保单位到场更换门机皮带,十九时五十分恢复运行。')],
      ['+1d 09:30', 'grid-3', 'followUp', GOOD],
    ],
  },
  {
    // A wrong address at first: sent back by the last unit, so the grid sends it on.
    name: 'sewage',
    begin: { ago: 61, at: '09:05' },
    lines: [
      asks('6-2-101', 'utilities.water.sewer', '一楼卫生间返水,污水从地漏冒出来,味道很大。'),
      ...heard('6-2-101'),
      ['+10m', 'grid-3', 'refer', to('urban')],
      [
        '+2h',
        'urban',
        'sendBack',
        { reason: 'otherUnitFirst', note: '堵点在楼内立管,应先由物业疏通。' },
      ],
      ['+20m', 'grid-3', 'refer', to('property')],
      ['+30m', 'property', 'accept'],
      ['+1w 10:30', 'property', 'answer', done('疏通主立管,清出抹布和油块,已消毒。')],
      ['+1w 09:40', 'grid-3', 'followUp', GOOD],
    ],
  },
  {
    // Nobody answers the follow-up: after the third try the case closes, counted apart.
    name: 'nobody-answers',
    begin: { ago: 110, at: '14:20' },
    lines: [
      asks('2-2-501', 'property.service.cleaning', '楼道一周没有打扫,扶手上全是灰。'),
      ...heard('2-2-501'),
      ['+30m', 'grid-1', 'refer', to('property')],
      ['+1h', 'property', 'accept'],
      ['+1w 10:00', 'property', 'answer', done('已安排专人保洁,每周三次,公示在单元门口。')],
      ['+1w 10:00', 'coordinator', 'followUp', { solved: 'noAnswer' }],
      ['+4h', 'coordinator', 'followUp', { solved: 'noAnswer' }],
      ['+1w 10:00', 'coordinator', 'followUp', { solved: 'noAnswer' }],
    ],
  },
  {
    // The steward disagrees; the coordinator closes with a reason on record.
    name: 'fee-dispute',
    begin: { ago: 140, at: '10:50' },
    lines: [
      asks('4-2-201', 'property.service.fee', '物业费涨价没有公示,要求公开收支明细。'),
      ...heard('4-2-201'),
      ['+1h', 'coordinator', 'coOwn', { steward: '@steward' }],
      ['+10m', 'coordinator', 'refer', to('property')],
      ['+2h', 'property', 'accept'],
      ['+3w 15:00', 'property', 'answer', done('已在公示栏公开上年度收支,并恢复原收费标准。')],
      ['+1w 09:30', 'coordinator', 'followUp', { solved: 'yes', satisfied: 'yes' }],
      ['+1h', 'coordinator', 'sign'],
      [
        '+1w 10:00',
        'coordinator',
        'close',
        { override: 'disagrees', note: '管家认为应由总部答复,居民已认可结果。' },
      ],
    ],
  },
  {
    name: 'gas-smell',
    begin: { ago: 52, at: '19:40' },
    lines: [
      asks('1-2-201', 'utilities.gas.smell', '楼道里有燃气味,越往上越重。', { urgent: true }),
      [
        '+3m',
        'grid-1',
        'contact',
        { by: 'phone', note: '已请住户开窗、关阀、勿动电器,通知燃气抢修。' },
      ],
      ['+4m', 'grid-1', 'verify', { urgent: true }],
      ['+50m', 'grid-1', 'solve', { answer: '燃气抢修到场,二楼灶具软管老化已更换,检测合格。' }],
      ['+1d 10:00', 'grid-1', 'followUp', GOOD],
    ],
  },
  {
    // The original is withdrawn, and the oldest of the merged takes its place.
    name: 'noise-upstairs',
    begin: { ago: 74, at: '21:10' },
    lines: [
      asks('3-2-201', 'environment.noise.neighbour', '楼上半夜拖家具,睡不好。'),
      of('noise-next', asks('3-2-101', 'environment.noise.neighbour', '三楼夜里一直有响动。')),
      ['+14h', 'grid-2', 'contact', { by: 'phone' }],
      ['+10m', 'grid-2', 'verify', {}],
      ['+5m', 'coordinator', 'noise-next>merge', { original: '@noise-upstairs' }],
      ['+2h', '3-2-201', 'withdraw', { reason: 'settled', note: '邻居已经上门道歉。' }],
      ['+1h', 'grid-2', 'noise-next>contact', { by: 'phone' }],
      ['+20m', 'grid-2', 'noise-next>verify', {}],
      [
        '+1h',
        'grid-2',
        'noise-next>solve',
        { answer: '网格员和楼长上门调解,楼上铺了地垫,约定晚十点后不搬动。' },
      ],
      ['+1w 10:00', 'grid-2', 'noise-next>followUp', GOOD],
    ],
  },
  {
    // Settled while the unit was at it: its referral is withdrawn with the case.
    name: 'settled-meanwhile',
    begin: { ago: 36, at: '09:50' },
    lines: [
      asks('1-1-201', 'property.upkeep.lighting', '楼道感应灯不亮。'),
      ...heard('1-1-201'),
      ['+20m', 'grid-1', 'refer', to('property')],
      ['+1h', 'property', 'accept'],
      ['+3h', '1-1-201', 'withdraw', { reason: 'settled', note: '灯又亮了,是接触不良。' }],
    ],
  },
  {
    name: 'not-public',
    begin: { ago: 118, at: '11:30' },
    lines: [
      asks('6-1-201', 'other.other.other', '和装修公司的合同纠纷,要求社区出面退款。'),
      ['+1h', 'coordinator', 'contact', { by: 'phone' }],
      [
        '+30m',
        'coordinator',
        'reject',
        { rule: 'otherProcedure', reason: '属于民事合同纠纷,已告知可申请人民调解或向法院起诉。' },
      ],
    ],
  },
  {
    name: 'already-in-court',
    begin: { ago: 66, at: '15:00' },
    lines: [
      asks(
        '2-2-302',
        'neighbours.dispute.common',
        '对门占用公共走道放鞋柜,已经起诉,请社区先拆除。',
      ),
      ...heard('2-2-302'),
      [
        '+1h',
        'coordinator',
        'reject',
        { rule: 'inCourt', reason: '法院已受理,待判决后依判决处理。' },
      ],
    ],
  },
]

// Outside the door: waste, illegal building, parking, greenery, noise from a site.
import { asks, done, GOOD, heard, type Story, to, writes } from './story.ts'

export const streetStories: readonly Story[] = [
  {
    // Two units, one case: the transfer moves to 07:30, the ground is rinsed after each one. A
    // supervisor watches, and releases it with a finding before it may close.
    name: 'garbage-station',
    begin: { ago: 188, at: '09:10' },
    lines: [
      writes(
        { who: 'chief-1', channel: 'chief', home: '1-1-101' },
        'environment.waste.station',
        '一号楼旁垃圾站每天清晨五点多转运,噪声大、气味重,一楼住户不敢开窗。',
      ),
      ...heard('1-1-101'),
      ['+30m', 'coordinator', 'refer', to('cleansing', 'property')],
      ['+2h', 'cleansing', 'accept'],
      ['+20m', 'property', 'accept'],
      [
        '+1w 10:00',
        'supervisor',
        'supervise',
        { reason: 'importance', note: '多户联名,列入重点。' },
      ],
      ['+1w 15:00', 'cleansing', 'answer', done('转运时间调整为早上七点半,车辆加装密闭篷布。')],
      ['+30m', 'property', 'answer', done('每次转运后由物业冲洗地面并喷洒除臭剂,已排班。')],
      ['+2w 10:00', 'coordinator', 'followUp', { solved: 'yes', satisfied: 'yes' }],
      [
        '+1h',
        'supervisor',
        'release',
        { finding: 'remedied', note: '连续三天七点半到场核查,属实。' },
      ],
      ['+20m', 'coordinator', 'close'],
    ],
  },
  {
    // Three limits on one case: stop, penalise, demolish.
    name: 'illegal-structure',
    begin: { ago: 104, at: '08:55' },
    lines: [
      writes(
        { who: 'grid-2', channel: 'grid', home: '4-1-101' },
        'building.illegal.structure',
        '巡查发现一楼住户在公共绿地上搭建阳光房,正在焊接骨架。',
      ),
      ['+5m', 'grid-2', 'contact', { by: 'visit' }],
      ['+10m', 'grid-2', 'verify', { urgent: false }],
      ['+10m', 'coordinator', 'refer', to('urban')],
      ['+30m', 'urban', 'accept'],
      ['+1h', 'urban', 'illegal-structure>stopWork'],
      ['+4w 10:00', 'urban', 'illegal-structure>penalise'],
      [
        '+30m',
        'urban',
        'askExtension',
        { amount: 10, unit: 'working days', reason: 'complicated' },
      ],
      ['+30m', 'coordinator', 'illegal-structure/urban>agreeExtension'],
      ['+6w 10:00', 'urban', 'illegal-structure>demolish'],
      ['+2h', 'urban', 'answer', done('当事人配合,已拆除并恢复绿地。')],
      ['+1w 09:30', 'coordinator', 'followUp', GOOD],
    ],
  },
  {
    // Overdue: the handle clock runs out, the mark comes by itself, a supervisor releases it.
    name: 'fire-lane',
    begin: { ago: 90, at: '20:15' },
    lines: [
      asks('5-2-501', 'facilities.parking.blocked', '消防通道晚上停满车,救护车上次就进不来。'),
      ['+13h late 2h', 'grid-3', 'contact', { by: 'phone', note: '出勤途中电话联系,回站补录。' }],
      ['+20m', 'grid-3', 'verify', {}],
      ['+30m', 'grid-3', 'refer', to('urban', 'property')],
      ['+1h', 'property', 'accept'],
      ['+1w 10:00', 'property', 'answer', done('已重新划线,夜间安排保安巡查。')],
      ['+3w 09:00', 'grid-3', 'urge'],
      ['+4w 10:00', 'urban', 'accept'],
      ['+1w 16:00', 'urban', 'answer', done('联合夜查三次,拖移长期占道车辆四台,安装禁停桩。')],
      ['+1w 10:00', 'coordinator', 'followUp', { solved: 'yes', satisfied: 'yes' }],
      [
        '+2h',
        'supervisor',
        'release',
        { finding: 'responsible', note: '城管中队受理迟延,已约谈。' },
      ],
      ['+15m', 'coordinator', 'close'],
    ],
  },
  {
    // Closed too early: reopened inside the limit, and done again.
    name: 'dangling-wires',
    begin: { ago: 78, at: '18:30' },
    lines: [
      asks('2-1-201', 'facilities.charging.wires', '二号楼有人从三楼拉线下来给电动车充电,很危险。'),
      ['+15h late 3h', 'grid-1', 'contact', { by: 'visit', note: '现场无网络,补录。' }],
      ['+10m', 'grid-1', 'verify', {}],
      ['+1h', 'grid-1', 'solve', { answer: '已劝住户收线,发放充电安全告知书。' }],
      ['+1w 10:00', 'coordinator', 'followUp', GOOD],
      ['+6d 20:30', '2-1-201', 'reopen', { reason: '没过几天又拉上了。' }],
      ['+1w 09:00', 'grid-1', 'refer', to('property')],
      ['+40m', 'property', 'accept'],
      ['+2w 15:00', 'property', 'answer', done('在车棚增设临时插座,逐户签承诺书,飞线已拆除。')],
      ['+1w 10:30', 'coordinator', 'followUp', GOOD],
    ],
  },
  {
    // The right to send back had lapsed: the coordinator agreed to it all the same.
    name: 'old-tree',
    begin: { ago: 160, at: '10:15' },
    lines: [
      asks('6-1-302', 'environment.green.care', '楼前大杨树枯枝,刮风怕砸到孩子。'),
      ...heard('6-1-302'),
      ['+20m', 'grid-3', 'refer', to('housing')],
      ['+3w 10:00', 'coordinator', 'old-tree/housing>agreeSendBack'],
      ['+20m', 'housing', 'sendBack', { reason: 'notOurDuty', note: '小区内树木由物业养护。' }],
      ['+20m', 'coordinator', 'refer', to('property')],
      ['+30m', 'property', 'accept'],
      ['+5w 14:00', 'property', 'answer', done('请专业队伍修剪枯枝两处,并加固树干。')],
      ['+1w 10:00', 'coordinator', 'followUp', { solved: 'yes', satisfied: 'yes' }],
      ['+1h', 'supervisor', 'release', { finding: 'justified', note: '归属不清所致,非故意拖延。' }],
      ['+10m', 'coordinator', 'close'],
    ],
  },
  {
    name: 'site-noise',
    begin: { ago: 58, at: '22:40' },
    lines: [
      asks('6-2-401', 'environment.noise.site', '小区北侧工地夜里十点半还在打桩。'),
      ['+10h', 'grid-3', 'contact', { by: 'phone' }],
      ['+5m', 'grid-3', 'askResident', { question: '请问是哪几天、几点到几点?方便提供录音吗?' }],
      [
        '+26h',
        '6-2-401',
        'residentAnswered',
        { answer: '周一到周三晚上十点到十二点,录音已发网格员。' },
      ],
      ['+1h', 'grid-3', 'verify', { note: '录音与居民所述一致。' }],
      ['+10m', 'grid-3', 'refer', to('urban')],
      ['+50m', 'urban', 'accept'],
      ['+2w 10:00', 'urban', 'answer', done('已责令夜间停工并立案,工地公示作业时间。')],
      ['+1w 10:00', 'coordinator', 'followUp', GOOD],
    ],
  },
]

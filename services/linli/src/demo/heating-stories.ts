// Heating, in season: measured and repaired flats, a leak, an outage reported three times, visits.
import { asks, degrees, done, GOOD, gridOf, heard, of, type Story, to, writes } from './story.ts'

const good = (who = 'coordinator') => [who, 'followUp', GOOD] as const

export const heatingStories: readonly Story[] = [
  {
    // The whole way: one unit sends back, the other repairs late, an unhappy follow-up, a redo.
    name: 'cold-flat',
    begin: { season: 0.22, at: '08:50' },
    lines: [
      asks(
        '3-2-501',
        'heating.indoor.cold',
        '供暖一周了,家里主卧只有十五六度,老人孩子晚上都得开电暖气,请热力公司上门测温。',
      ),
      ...heard('3-2-501'),
      [
        '+30m',
        'grid-2',
        'refer',
        { ...to('heating', 'property'), note: '白天家里有人,请先打电话。' },
      ],
      ['+20m', 'heating', 'accept'],
      ['+15m', 'heating', 'appoint', { at: '=+1d 10:00', contacted: 'phone' }],
      [
        '+1d 09:00',
        'property',
        'sendBack',
        { reason: 'notOurDuty', note: '户内系统由热力公司直管。' },
      ],
      ['+75m', 'heating', 'measure', degrees(15.5, 'airlocked')],
      ['+1d 16:30', 'heating', 'measure', degrees(18.6)],
      [
        '+1w 10:00',
        'coordinator',
        'followUp',
        { solved: 'no', satisfied: 'no', note: '夜里又降到十七度。' },
      ],
      [
        '+30m',
        'coordinator',
        'redo',
        { to: 'referral', units: [{ unit: '@heating', lead: true }] },
      ],
      ['+20m', 'heating', 'accept'],
      ['+10m', 'heating', 'appoint', { at: '=+5h', contacted: 'phone' }],
      ['+5h', 'heating', 'measure', degrees(19.2)],
      ['+1w 10:00', ...good()],
    ],
  },
  {
    name: 'warm-enough',
    begin: { season: 0.05, at: '09:40' },
    lines: [
      writes(
        { who: 'duty', channel: 'desk', home: '1-2-302' },
        'heating.indoor.cold',
        '居民到红帆驿站反映:刚开始供暖,感觉屋里不热,想测一次温。',
      ),
      ...heard('1-2-302'),
      ['+20m', 'grid-1', 'refer', to('heating')],
      ['+25m', 'heating', 'accept'],
      ['+5m', 'heating', 'appoint', { at: '=+4h', contacted: 'phone' }],
      ['+4h', 'heating', 'measure', degrees(19.4)],
      ['+1w 09:30', ...good()],
    ],
  },
  {
    name: 'refused-entry',
    begin: { season: 0.34, at: '10:10' },
    lines: [
      asks('5-2-401', 'heating.indoor.cold', '家里暖气片上热下凉,室温不够。'),
      ...heard('5-2-401'),
      ['+20m', 'grid-3', 'refer', to('heating')],
      ['+30m', 'heating', 'accept'],
      ['+20m', 'heating', 'appoint', { at: '=+1d 14:00', contacted: 'phone' }],
      [
        '+1d 14:10',
        'heating',
        'recordRefusal',
        { withoutReason: true, note: '约定时间上门,住户拒绝测温,未说明原因,测温员已告知后果。' },
      ],
      ['+1w 10:00', 'coordinator', 'followUp', { solved: 'yes', satisfied: 'yes', close: true }],
    ],
  },
  {
    name: 'radiator-leak',
    begin: { season: 0.41, at: '14:05' },
    lines: [
      writes(
        { who: 'chief-4', channel: 'chief', home: '4-1-201' },
        'heating.network.leak',
        '楼长报:二楼暖气片接口漏水,水已经流到楼道,需要马上关阀。',
      ),
      ['+5m', 'grid-2', 'contact', { by: 'visit', note: '网格员已到现场,协助关了入户阀。' }],
      ['+5m', 'grid-2', 'verify', { urgent: true }],
      ['+3m', 'grid-2', 'refer', { units: [{ unit: '@heating', lead: true, kind: 'general' }] }],
      ['+4m', 'heating', 'accept'],
      ['+40m', 'heating', 'begin'],
      ['+50m', 'heating', 'answer', done('一小时内到场,更换接口并试压,已恢复供暖。')],
      ['+1d 10:00', ...good()],
    ],
  },
  {
    // Three reports of one outage: two are merged into the first and closed with it.
    name: 'outage',
    begin: { season: 0.55, at: '08:40' },
    lines: [
      asks('2-1-101', 'heating.network.outage', '二号楼一单元从早上六点起整个单元暖气都不热。'),
      of('outage-b', asks('2-1-302', 'heating.network.outage', '暖气全凉了,是不是停暖了?')),
      of('outage-c', asks('2-1-501', 'heating.network.outage', '我们单元停暖,家里有坐月子的。')),
      ['+20m', 'grid-1', 'contact', { by: 'phone' }],
      ['+10m', 'grid-1', 'verify', {}],
      ['+5m', 'coordinator', 'outage-b>merge', { original: '@outage' }],
      ['+2m', 'coordinator', 'outage-c>merge', { original: '@outage' }],
      ['+5m', 'grid-1', 'refer', { units: [{ unit: '@heating', lead: true, kind: 'general' }] }],
      ['+10m', 'heating', 'accept'],
      ['+6h', 'heating', 'answer', done('单元热力入口过滤器堵塞,已清洗,十五时恢复供热。')],
      ['+1d 09:30', ...good()],
    ],
  },
  {
    // The parties disagree: a statutory test overturns the answer.
    name: 'uneven',
    begin: { season: 0.63, at: '11:00' },
    lines: [
      asks('1-2-501', 'heating.indoor.uneven', '客厅还行,北卧室一直只有十六度左右,冷热不均。'),
      ...heard('1-2-501'),
      ['+15m', 'grid-1', 'refer', to('heating')],
      ['+25m', 'heating', 'accept'],
      ['+20m', 'heating', 'appoint', { at: '=+1d 09:00', contacted: 'phone' }],
      ['+1d 09:05', 'heating', 'measure', degrees(18.1)],
      [
        '+2d 15:00',
        'coordinator',
        'uneven/heating>statutoryTest',
        { tester: '法定检测机构', ...degrees(16.4, 'blocked') },
      ],
      ['+20h', 'heating', 'measure', degrees(18.9)],
      ['+1w 10:30', ...good()],
    ],
  },
  {
    // A dispute over money: an incomplete answer is returned, more time is asked for and agreed.
    name: 'refund-dispute',
    begin: { season: 0.7, at: '15:10' },
    lines: [
      writes(
        { who: 'coordinator', channel: 'phone', home: '6-1-401' },
        'heating.fee.refund',
        '居民来电:去年测温不达标,退费一直没有到账,要求说明。',
      ),
      ...heard('6-1-401'),
      [
        '+1w 09:00',
        'grid-3',
        'refer',
        { units: [{ unit: '@heating', lead: true, kind: 'general' }] },
      ],
      ['+3h', 'heating', 'accept'],
      [
        '+2w 10:00',
        'heating',
        'answer',
        { outcome: 'unsolved', answer: '正在核对。', factual: 'yes' },
      ],
      [
        '+3h',
        'coordinator',
        'refund-dispute/heating>returnAnswer',
        { reason: 'incomplete', note: '请写明核对结果和退费日期。' },
      ],
      ['+1h', 'heating', 'askExtension', { amount: 3, unit: 'working days', reason: 'otherUnit' }],
      ['+30m', 'coordinator', 'refund-dispute/heating>agreeExtension'],
      [
        '+3w 14:00',
        'heating',
        'answer',
        done('已按测温记录核定退费,打入原缴费账户,并电话告知住户。'),
      ],
      ['+1w 10:00', ...good()],
    ],
  },
  {
    // Found on the heating-season visits (入户), mended on the spot.
    name: 'visit-valve',
    begin: { season: 0.12, at: '10:30' },
    lines: [
      writes(
        { who: 'grid-1', channel: 'visit', home: '2-2-201' },
        'heating.indoor.cold',
        '青年志愿者入户走访时发现:卧室阀门未开到位,住户不会调节。',
      ),
      ['+2m', 'grid-1', 'contact', { by: 'visit' }],
      ['+3m', 'grid-1', 'verify', {}],
      [
        '+10m',
        'grid-1',
        'solve',
        { answer: '当场打开阀门并排气,教会住户调节,一小时后复测温度上升。' },
      ],
      ['+1w 15:00', ...good('grid-1')],
    ],
  },
  {
    // Nobody at home for a fortnight: suspended, and gone on by itself when that is over.
    name: 'away-from-home',
    begin: { season: 0.48, at: '09:15' },
    lines: [
      asks('5-1-302', 'heating.indoor.cold', '室温一直上不去,但是这两周我在外地,回来后再测。'),
      ...heard('5-1-302'),
      ['+20m', 'grid-3', 'refer', to('heating')],
      ['+30m', 'heating', 'accept'],
      ['+1h', 'coordinator', 'suspend', { reason: 'access', until: '=+12d 08:30' }],
      ['+12d 09:30', 'heating', 'appoint', { at: '=+5h', contacted: 'phone' }],
      ['+5h', 'heating', 'measure', degrees(17.2, 'airlocked')],
      ['+19h', 'heating', 'measure', degrees(18.4)],
      ['+1w 10:00', ...good()],
    ],
  },
  {
    // The grid worker had no network: the contact was entered hours after it happened.
    name: 'late-contact',
    begin: { season: 0.8, at: '16:20' },
    lines: [
      asks('4-2-302', 'heating.indoor.cold', '暖气时热时不热,请来看看。'),
      [
        '+17h late 9h',
        gridOf('4-2-302'),
        'contact',
        { by: 'visit', note: '地下室无信号,回站后补录。' },
      ],
      ['+10h', gridOf('4-2-302'), 'verify', {}],
      ['+1w 09:00', gridOf('4-2-302'), 'refer', to('heating')],
      ['+30m', 'heating', 'accept'],
      ['+20m', 'heating', 'appoint', { at: '=+3h', contacted: 'phone' }],
      ['+3h', 'heating', 'measure', degrees(18.3)],
      ['+1w 10:00', ...good()],
    ],
  },
]

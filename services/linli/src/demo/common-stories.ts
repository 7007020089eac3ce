// Care and neighbours, what other offices handled, and cases that were merged and parted again.
import { asks, done, GOOD, heard, of, type Story, to, writes } from './story.ts'

export const commonStories: readonly Story[] = [
  {
    name: 'living-alone',
    begin: { ago: 199, at: '10:00' },
    lines: [
      writes(
        { who: 'grid-1', channel: 'visit', home: '1-2-101' },
        'care.elderly.alone',
        '入户走访:独居老人腿脚不便,家中无扶手,希望有人定期上门看看。',
      ),
      ['+5m', 'grid-1', 'contact', { by: 'visit' }],
      ['+5m', 'grid-1', 'verify', {}],
      ['+1h', 'grid-1', 'refer', to('civil', 'partner')],
      ['+3h', 'civil', 'accept'],
      ['+20m', 'partner', 'accept'],
      ['+2w 10:00', 'civil', 'answer', done('纳入适老化改造,安装扶手和应急呼叫器。')],
      ['+3h', 'partner', 'answer', done('志愿者每周二上门,已列入走访名单。')],
      ['+1w 10:00', 'grid-1', 'followUp', GOOD],
    ],
  },
  {
    name: 'minimum-income',
    begin: { ago: 167, at: '09:25' },
    lines: [
      writes(
        { who: 'duty', channel: 'desk', home: '4-2-101' },
        'care.relief.income',
        '居民咨询低保和临时救助,材料看不懂,希望社区帮助申请。',
      ),
      ...heard('4-2-101'),
      ['+20m', 'coordinator', 'refer', to('civil')],
      ['+1h', 'civil', 'accept'],
      ['+4w 10:00', 'civil', 'answer', done('材料齐全,已受理并公示,临时救助先行发放。')],
      ['+1w 10:00', 'duty', 'followUp', GOOD],
    ],
  },
  {
    // Thought to be the same at first, then parted again.
    name: 'corridor-goods',
    begin: { ago: 29, at: '10:40' },
    lines: [
      asks('5-2-101', 'neighbours.dispute.common', '一楼楼道堆满纸箱和旧家电。'),
      of(
        'corridor-bikes',
        asks('5-2-302', 'neighbours.dispute.common', '三楼楼道停着三辆自行车。'),
      ),
      ...heard('5-2-101'),
      ['+10m', 'grid-3', 'corridor-bikes>contact', { by: 'phone' }],
      ['+10m', 'coordinator', 'corridor-bikes>merge', { original: '@corridor-goods' }],
      ['+1w 09:00', 'coordinator', 'corridor-bikes>unmerge'],
      ['+30m', 'grid-3', 'corridor-bikes>verify', {}],
      ['+20m', 'grid-3', 'solve', { answer: '当场清理,住户签订公共空间承诺书。' }],
      ['+1h', 'grid-3', 'corridor-bikes>solve', { answer: '车主已移至车棚。' }],
      ['+1w 10:00', 'grid-3', 'followUp', GOOD],
      ['+5m', 'grid-3', 'corridor-bikes>followUp', GOOD],
    ],
  },
  {
    // Handled by the city's hotline: the community only keeps the record.
    name: 'hotline-bus',
    begin: { ago: 132, at: '09:00' },
    lines: [
      [
        '+0m',
        'coordinator',
        'adopt',
        {
          source: 'city-hotline',
          key: 'demo-1',
          category: 'transport.bus.stop',
          channel: 'hotline',
          place: '#estate',
          complaint: '公交站牌',
          text: '市热线转来:小区门口公交站牌被树遮挡,看不清班次。由市公交集团办理。',
        },
      ],
      [
        '+6d 15:00',
        'system',
        'answerOutside',
        { text: '已修剪树枝并更换站牌。', meaning: 'solved' },
      ],
      ['+1h', 'system', 'archive'],
    ],
  },
  {
    name: 'hotline-bus-again',
    begin: { ago: 130, at: '16:00' },
    lines: [
      [
        '+0m',
        'coordinator',
        'adopt',
        {
          source: 'city-hotline',
          key: 'demo-2',
          category: 'transport.bus.stop',
          channel: 'hotline',
          place: '#estate',
          complaint: '公交站牌',
          text: '市热线转来:同一站牌看不清,重复反映。',
        },
      ],
      ['+1d 10:00', 'coordinator', 'merge', { external: 'city-hotline:demo-1' }],
    ],
  },
  {
    name: 'hotline-sewer',
    begin: { ago: 6, at: '11:00' },
    lines: [
      [
        '+0m',
        'coordinator',
        'adopt',
        {
          source: 'city-hotline',
          key: 'demo-3',
          category: 'utilities.water.sewer',
          channel: 'hotline',
          place: '#estate',
          unit: '@urban',
          complaint: '污水外溢',
          text: '市热线转来:小区东门外污水井外溢,由市政疏通办理,社区知悉。',
        },
      ],
    ],
  },
]

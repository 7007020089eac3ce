// What happens to the records themselves: somebody moves away, a contract ends, a partner rests,
// a temporary building goes, and a resident has their personal data erased.
import { asks, done, GOOD, heard, type Story, to } from './story.ts'

export const recordStories: readonly Story[] = [
  {
    name: 'contract-ended',
    begin: { ago: 300 },
    lines: [
      ['+0m', 'admin', 'old-cleaner>suspend', { reason: 'review' }],
      ['+20d 10:00', 'admin', 'old-cleaner>end', { reason: 'contract' }],
    ],
  },
  {
    name: 'clinic-rests',
    begin: { ago: 45 },
    lines: [['+0m', 'admin', 'clinic>suspend', { reason: 'request' }]],
  },
  {
    name: 'barracks-gone',
    begin: { ago: 200 },
    lines: [['+0m', 'admin', '#barracks>end', { reason: 'demolished' }]],
  },
  {
    name: 'moved-away',
    begin: { ago: 120 },
    lines: [['+0m', 'coordinator', '6-1-101>leave', { reason: 'moved' }]],
  },
  {
    // Erased at the end of the story: the case stays, its words cannot be read any more.
    name: 'erased-reporter',
    begin: { ago: 210 },
    lines: [
      asks(
        '6-2-501',
        'property.upkeep.lighting',
        '六号楼二单元五楼楼道灯坏了一周,晚上老人上下楼看不清,请尽快换灯。',
      ),
      ...heard('6-2-501'),
      ['+1w 09:10', 'grid-3', 'refer', to('property')],
      ['+2h', 'property', 'accept'],
      ['+1w 15:00', 'property', 'answer', done('已更换五楼声控灯并检查整个单元的线路。')],
      ['+1w 10:00', 'coordinator', 'followUp', GOOD],
      ['+60d 10:00', 'admin', '6-2-501>erase'],
    ],
  },
]

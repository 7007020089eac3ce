// The forty-three urgent worries that the second community solved in a year (row 5), by category.
import { householdsOf } from './registry-cues.ts'
import { type Cue, dayAt, type Scene, some, turn } from './scene.ts'
import { DISTRICTS } from './sub-district.ts'

const WORRIES = [
  [
    'utilities.power.solar',
    8,
    '楼顶太阳能热水器漏水,用不上热水。',
    '更换真空管和上下水管,试水正常。',
  ],
  ['utilities.water.drain', 9, '楼前雨水口堵塞,一下雨就积水。', '清掏雨水口并装运淤泥,排水通畅。'],
  ['property.upkeep.lighting', 8, '楼道灯不亮,老人上下楼看不清。', '更换声控灯,逐层验收。'],
  ['utilities.water.sewer', 6, '卫生间返水,污水从地漏冒出来。', '疏通主立管并消毒。'],
  ['property.upkeep.roof', 5, '顶楼屋面渗水,墙皮脱落。', '修补防水层,闭水试验无渗漏。'],
  ['property.service.cleaning', 4, '楼道杂物堆放,多日无人清扫。', '当场清理,恢复每日清扫。'],
  ['care.elderly.alone', 3, '独居老人行动不便,希望有人上门。', '列入走访名单,每两周上门。'],
] as const

const WORRIES_COUNT = 43
const MINUTE_MS = 60_000

/** Each is reported, heard, solved and found good; two on every day that has any. */
export function worryCues(scene: Scene): Cue[] {
  const homes = DISTRICTS.filter(({ key }) => key === 'c2').flatMap(householdsOf)
  const all = WORRIES.flatMap(([category, count, text, answer]) =>
    Array.from({ length: count }, () => ({ category, text, answer })),
  ).slice(0, WORRIES_COUNT)
  return some(scene, all, 3).flatMap(({ category, text, answer }, index) => {
    const alias = `@worry-${index + 1}`
    const [home] = [homes[(index * 7) % homes.length]?.key]
    const ago = 355 - Math.floor(((index * 19) % all.length) / 2) * 16
    const at = dayAt(scene, ago, '09:20')
    const cue = (after: number, what: string, data: Cue['data'] = {}): Cue => ({
      ...{ at: at + after * MINUTE_MS, who: 'coordinator', alias, what, data },
    })
    const channel = turn(['desk', 'phone', 'grid'], index)
    return [
      cue(0, 'appeal.report', {
        place: `#${home}`,
        channel,
        category,
        text,
        reporter: `@of-${home}`,
      }),
      cue(15, 'contact', { by: 'phone' }),
      cue(45, 'verify'),
      cue(5 * 60, 'solve', { answer }),
      cue(7 * 60, 'followUp', { solved: 'yes', satisfied: 'yes', close: true }),
    ]
  })
}

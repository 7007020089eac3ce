// The lists of the fourth community: wishes, resources, and thirty-five matches of the two that were
// followed to their end (rows 23 and 24).
import { householdsOf } from './registry-cues.ts'
import { type Cue, dayAt, type Scene, some, turn, upTo } from './scene.ts'
import { DISTRICTS } from './sub-district.ts'

const KINDS = [
  ['goods', '爱心物资', '想要一辆旧轮椅,方便下楼晒太阳。'],
  ['repair', '小修小补工时', '水龙头漏水,老人自己修不了。'],
  ['medical', '上门义诊', '行动不便,希望有人上门量血压。'],
  ['study', '课业辅导', '孩子放学没人辅导功课。'],
  ['company', '陪伴聊天', '白天一个人在家,想有人说说话。'],
  ['meals', '助餐送餐', '不能做饭,希望中午送一顿热饭。'],
  ['work', '就近就业信息', '想在附近找一份保洁的活。'],
] as const

const ITEMS = 35
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** A resource of each kind; five wishes of each, matched, delivered, and asked after. */
export function listCues(scene: Scene): Cue[] {
  const homes = DISTRICTS.filter(({ key }) => key === 'c4').flatMap(householdsOf)
  const resources = KINDS.map(
    ([kind, title], index): Cue => ({
      ...{ at: dayAt(scene, 352, '09:10'), who: 'coordinator', alias: `@resource-${index + 1}` },
      what: 'resource.register',
      data: {
        ...{ kind, title, amount: 40, countedIn: 'items', comesBack: false, place: '#c4' },
        unit: `@circle-unit-${(index % 6) + 1}`,
      },
    }),
  )
  const items = some(scene, upTo(ITEMS), 3).flatMap((number) => {
    const [kind, , text] = turn(KINDS, number - 1)
    const home = homes[number % homes.length]?.key
    return itemCues(dayAt(scene, 350 - Math.ceil(number / 2) * 18, '09:30'), {
      ...{ number, kind, text, home: home ?? '', resource: ((number - 1) % KINDS.length) + 1 },
    })
  })
  return [...resources, ...items]
}

type Item = { number: number; kind: string; text: string; home: string; resource: number }

function itemCues(at: number, { number, kind, text, home, resource }: Item): Cue[] {
  const [wish, alias] = [`@wish-${number}`, `@assistance-${number}`]
  const own = { who: 'coordinator', alias }
  const satisfied = number % 12 === 0 ? 'partly' : 'yes'
  return [
    {
      ...{ at, who: 'coordinator', alias: wish, what: 'wish.make' },
      data: { kind, place: `#${home}`, channel: 'visit', text, resident: `@of-${home}` },
    },
    {
      ...{ ...own, at: at + DAY_MS, what: 'assistance.match' },
      data: { wish, resource: `@resource-${resource}`, amount: 1, place: '#c4' },
    },
    { ...own, at: at + DAY_MS + 20 * MINUTE_MS, what: 'take' },
    { ...own, at: at + 3 * DAY_MS, what: 'deliver' },
    {
      ...{ ...own, at: at + 4 * DAY_MS, what: 'followUp' },
      data: { satisfied, asked: number % 3 === 0 ? 'visit' : 'phone' },
    },
  ]
}

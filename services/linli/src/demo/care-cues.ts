// Visits of the sub-district: a building in the heating season, household by household, by thirty
// young volunteers (row 1), and regular visits to elderly people who live alone (row 19).
import { crowd, householdsOf } from './registry-cues.ts'
import { agoOf, type Cue, dayAt, iso, type Scene, some, upTo } from './scene.ts'
import { DISTRICTS } from './sub-district.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The campaign of the winter, and the plans of the year. */
export const careCues = (scene: Scene): Cue[] => [
  ...campaignCues(scene),
  ...some(scene, upTo(20), 2).flatMap((number) => planCues(scene, number)),
]

const homesIn = (key: string): string[] =>
  DISTRICTS.filter((one) => one.key === key)
    .flatMap(householdsOf)
    .map((one) => one.key)

/** Sixty households; thirty of them a day, each volunteer at one door. */
function campaignCues(scene: Scene): Cue[] {
  const alias = '@winter'
  const ago = agoOf(scene, '01-10', 20)
  const homes = some(scene, homesIn('c2'), 6)
  const youth = crowd(scene, 'youth')
  const cue = (at: number, what: string, data: Cue['data'] = {}): Cue => ({
    ...{ at, who: 'coordinator', alias, what, data },
  })
  const doors = homes.map((home, index) => {
    const at = dayAt(scene, ago - 1 - Math.floor(index / youth.length), '14:30')
    return { home, at, who: youth[index % youth.length] ?? '', found: foundAt(index) }
  })
  return [
    cue(dayAt(scene, ago + 2, '09:00'), 'campaign.announce', {
      ...{ place: '#c2-b1', title: '供暖季入户走访', purpose: 'heating', team: '@youth-team' },
      households: homes.map((home) => `#${home}`),
      endsAt: iso(dayAt(scene, ago - 10, '18:00')),
    }),
    cue(dayAt(scene, ago, '09:00'), 'begin'),
    ...doors.map(({ home, at, who, found }): Cue => {
      return { at, who, alias: `visit:${alias}:#${home}`, what: 'record', data: found }
    }),
    ...doors
      .filter(({ found }) => 'appeal' in found)
      .flatMap(({ home, at }) => raisedCues(`visit:${alias}:#${home}.appeal`, at)),
    cue(dayAt(scene, ago - 9, '17:00'), 'close', { reason: 'covered' }),
  ]
}

/** Most flats are warm; in some it is cold, at a few doors nobody is in. */
function foundAt(index: number): Record<string, unknown> {
  if (index % 13 === 7) return { found: 'notAtHome' }
  const measurement = {
    ...{ room: index % 2 === 0 ? 'bedroom' : 'living', instrument: 'CW-0402' },
    ...{ signedByMeasurer: true, signedByUser: true },
  }
  if (index % 10 === 3) {
    return {
      ...{ found: 'well', people: 2, measurement: { ...measurement, celsius: 16.4 } },
      appeal: { category: 'heating.indoor.cold', text: '入户走访:卧室偏凉,暖气片只热一半。' },
    }
  }
  return {
    ...{ found: 'well', people: 1 + (index % 4) },
    measurement: { ...measurement, celsius: 19 + (index % 5) * 0.6 },
  }
}

/** What was raised at the door is heard and mended on the spot. */
function raisedCues(alias: string, at: number): Cue[] {
  const own = { who: 'coordinator', alias }
  return [
    { ...own, at: at + 30 * MINUTE_MS, what: 'contact', data: { by: 'visit' } },
    { ...own, at: at + 40 * MINUTE_MS, what: 'verify', data: {} },
    {
      ...{ ...own, at: at + DAY_MS, what: 'solve' },
      data: { answer: '维修工放气并清洗过滤网,复测二十度以上。' },
    },
    {
      ...{ ...own, at: at + DAY_MS + 60 * MINUTE_MS, what: 'followUp' },
      data: { solved: 'yes', satisfied: 'yes', close: true },
    },
  ]
}

const EVERY_DAYS = 14
const VISITS = 24

/** Somebody is visited every fortnight; now and then a visit is missed and made the next day. */
function planCues(scene: Scene, number: number): Cue[] {
  const alias = `@care-${number}`
  const home = homesIn('c3')[number - 1] ?? ''
  const first = 342 - (number % 4)
  const helpers = crowd(scene, 'helper')
  const visitor = helpers[number % helpers.length] ?? ''
  return [
    {
      ...{ at: dayAt(scene, first + 3, '10:00'), who: 'coordinator', alias },
      what: 'visit-plan.begin',
      data: {
        ...{ place: `#${home}`, person: `@of-${home}`, reason: 'livesAlone', visitor },
        ...{ everyDays: EVERY_DAYS, firstAt: iso(dayAt(scene, first, '11:00')) },
      },
    },
    ...upTo(scene.size === 'whole' ? VISITS : 3).map((visit): Cue => {
      const isLate = (visit + number) % 17 === 0
      const day = first - EVERY_DAYS * (visit - 1) - (isLate ? 1 : 0)
      return {
        ...{
          at: dayAt(scene, day, '10:50') - visit * MINUTE_MS,
          who: visitor,
          alias: `visit:${alias}:${visit}`,
        },
        ...{ what: 'record', data: { found: 'well', people: 1 } },
      }
    }),
  ]
}

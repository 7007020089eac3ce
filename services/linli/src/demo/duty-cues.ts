// Row 25 of the sub-district: sixteen groups of party members keep four stations, each group once a
// fortnight; rosters of a quarter, signing in and out, the accounts that count it. Now and then
// somebody does not come.
import { crowd } from './registry-cues.ts'
import { type Cue, dayAt, iso, type Scene, upTo } from './scene.ts'

const GROUPS = 16
const STATIONS = ['#c4-e1', '#c4-e2', '#c4-b1', '#c4'] as const
const QUARTERS = [364, 273, 182, 91] as const
const QUARTER_DAYS = 91
const MINUTE_MS = 60_000

/** Rosters of the past year; the last one runs on. */
export function dutyCues(scene: Scene): Cue[] {
  const isWhole = scene.size === 'whole'
  const quarters = isWhole ? QUARTERS : QUARTERS.slice(-1)
  return quarters.flatMap((begin) =>
    upTo(isWhole ? GROUPS : 2).flatMap((group) => rosterCues(scene, { group, begin })),
  )
}

type Roster = { group: number; begin: number }

/** Every other week, groups side by side: one half in the morning, the other in the evening. */
function rosterCues(scene: Scene, { group, begin }: Roster): Cue[] {
  const alias = `@duty-${group}-${begin}`
  const place = STATIONS[group % STATIONS.length]
  const [from, to] = group % 2 === 0 ? (['09:00', '11:00'] as const) : (['18:30', '20:30'] as const)
  const days = upTo(6).map((shift) => begin - 14 * (shift - 1) - 1 - (group > 8 ? 7 : 0))
  const people = membersOf(scene, group)
  const drawn = dayAt(scene, begin + 6, '10:00')
  const shiftCue = (day: number, index: number): Cue => ({
    ...{ at: drawn + (index + 1) * MINUTE_MS, who: 'coordinator', alias, what: 'addShift' },
    data: {
      place,
      ...{ from: iso(dayAt(scene, day, from)), to: iso(dayAt(scene, day, to)) },
      persons: pairOf(people, index),
    },
  })
  return [
    {
      ...{ at: drawn, who: 'coordinator', alias, what: 'duty.drawUp' },
      data: {
        ...{ place: '#c4', group: `第 ${group} 组`, kind: 'station' },
        from: iso(dayAt(scene, begin, '00:00')),
        to: iso(dayAt(scene, begin - QUARTER_DAYS, '23:30')),
      },
    },
    ...days.map(shiftCue),
    { at: drawn + 30 * MINUTE_MS, who: 'coordinator', alias, what: 'publish' },
    ...days.flatMap((day, index) => {
      const [early, late] = [dayAt(scene, day, from), dayAt(scene, day, to)]
      const shift = `shift-${index + 1}`
      return pairOf(people, index).flatMap((who, second): Cue[] => {
        if (isAbsent(group, index, second)) return []
        const own = { who, alias, data: { shift } }
        return [
          { ...own, at: early - 5 * MINUTE_MS, what: 'signIn' },
          { ...own, at: late, what: 'signOut' },
        ]
      })
    }),
  ]
}

/** The people of a group: ten, and one more in the first three. */
function membersOf(scene: Scene, group: number): string[] {
  const all = crowd(scene, 'watch')
  return all.filter((_, index) => index % (scene.size === 'whole' ? GROUPS : 2) === group - 1)
}

const pairOf = (people: readonly string[], shift: number): string[] =>
  [0, 1].map((second) => people[(2 * shift + second) % people.length] ?? '')

/** One in twenty-five. */
const isAbsent = (group: number, shift: number, second: number): boolean =>
  second === 1 && (group * 5 + shift * 3) % 12 === 0

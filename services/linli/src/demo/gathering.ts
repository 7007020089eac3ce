// An activity of the sub-district in one row, and the cues that it comes to: planned, begun, signed
// in, served, made, summed up.
import { type Cue, dayAt, iso, type Scene } from './scene.ts'

/** An activity as a row. `people` came and, for `minutes`, served; `others` came unknown. */
export type Gathering = {
  alias: string
  kind: string
  title: string
  place: string
  ago: number
  hours: readonly [from: string, to: string]
  people: readonly string[]
  minutes?: number
  others?: { times: number; people: number }
  team?: string
  project?: string
  goal?: { what: string; amount: number }
  made?: number
  beneficiaries: number
  venue?: string
}

const MINUTE_MS = 60_000
const PLANNED_DAYS = 6
const AT_ONCE = 50

/** The cues of an activity. */
export function gatheringCues(scene: Scene, of: Gathering): Cue[] {
  const { alias, ago, hours, people, minutes, made, others } = of
  const [from, to] = hours.map((time) => dayAt(scene, ago, time)) as [number, number]
  const cue = (at: number, what: string, data: Cue['data'] = {}): Cue => ({
    ...{ at, who: 'coordinator', alias, what, data },
  })
  return [
    cue(dayAt(scene, ago + PLANNED_DAYS, '10:20'), 'activity.plan', planOf(of, from, to)),
    cue(from - MINUTE_MS, 'begin'),
    ...chunks(people).map((group, index) => {
      const unknown = index === 0 && others !== undefined ? { others } : {}
      return cue(from + 10 * MINUTE_MS, 'signIn', { people: group, ...unknown })
    }),
    ...(people.length === 0 && others !== undefined
      ? [cue(from + 10 * MINUTE_MS, 'signIn', { others })]
      : []),
    ...(minutes === undefined
      ? []
      : people.map((person) => cue(to + MINUTE_MS, 'serve', { person, minutes }))),
    ...(made === undefined ? [] : [cue(to + 2 * MINUTE_MS, 'produce', { amount: made })]),
    cue(to + 20 * MINUTE_MS, 'finish', { beneficiaries: of.beneficiaries }),
  ]
}

function planOf(of: Gathering, from: number, to: number): Cue['data'] {
  const { kind, title, place, team, project, goal, venue } = of
  return {
    ...{ kind, title, place, startsAt: iso(from), endsAt: iso(to) },
    ...(team === undefined ? {} : { team }),
    ...(project === undefined ? {} : { project }),
    ...(goal === undefined ? {} : { goal }),
    ...(venue === undefined ? {} : { venue }),
  }
}

const chunks = (people: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(people.length / AT_ONCE) }, (_, index) =>
    people.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  )

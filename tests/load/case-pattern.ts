// Whole lives of cases, as a community's own engine wrote them, cut into pieces: what differs from
// one case to the next (instants, ids, place, units, category) is a slot. A read model can so be
// filled with a million cases whose events are those that commands give, without a million commands.
import { type Caller, freshId, HistoryRun } from '@linli/engine'
import type { Community } from '@linli/runtime'
import { type Event, isRefusal } from '@linli/workflow'
import { ALONE, ANSWER, GOOD_FOLLOW_UP, phoneOf, referTo, reportOf } from './case-script.ts'
import { officeOf } from './neighbourhood.ts'

/** A text of a slot: an instant (ms after the case began), or what an id of the pattern becomes. */
type Slot = { afterMs: number } | { category: true } | { id: string }

/** An event of a pattern: its pieces stand between its slots. */
export type PatternEvent = {
  afterMs: number
  stream: string
  type: string
  pieces: readonly string[]
  slots: readonly Slot[]
}

/** The life of one case and of what it opened; ids are those of the case it was taken from. */
export type CasePattern = {
  lifeMs: number
  events: readonly PatternEvent[]
  opened: readonly Opened[]
}

/** A referral, whose id follows from the event that opened it and the unit. */
type Opened = { referral: string; event: string; unit: string }

/** Where the patterns are played: one path of places, two units, one category. */
export type PatternScene = { path: readonly string[]; units: readonly [string, string] }

/** Plays each kind of case once, from the instant on, and cuts what was written into pieces. */
export async function playPatterns(
  community: Community,
  scene: PatternScene,
  from: number,
): Promise<CasePattern[]> {
  const patterns: CasePattern[] = []
  for (const [place, lines] of KINDS.entries()) {
    const begin = from + place * KIND_MS
    const before = await community.store.head()
    const { engine, claimed } = community
    const run = new HistoryRun({ engine, claimed, recordedAt: 'own' })
    await play({ run, community, scene }, lines, begin)
    await run.until(begin + KIND_MS - 1)
    run.end()
    patterns.push(await patternOf(community, before))
  }
  return patterns
}

const HOUR = 3_600_000
/** By then the longest of them is archived. */
const KIND_MS = 90 * 24 * HOUR
const PAGE = 1_000

/** Hours since the one before, who, and what; `unit` 1 is the second unit. */
type Line = { hours: number; command: string; data?: object; unit?: 0 | 1 }

const alone = (hours: number): Line[] =>
  ALONE.map(({ command, data }) => ({ hours, command, data }))

const referred = (hours: number): Line[] => [
  { hours: 1, command: 'verify' },
  { hours, command: 'refer', unit: 0 },
  { hours, command: 'accept', unit: 0 },
  { hours: 4 * hours, command: 'answer', data: ANSWER, unit: 0 },
  { hours, command: 'followUp', data: GOOD_FOLLOW_UP },
]

const SENT_BACK: Line[] = [
  { hours: 2, command: 'verify' },
  { hours: 3, command: 'refer', unit: 0 },
  { hours: 5, command: 'sendBack', data: { reason: 'notOurDuty' }, unit: 0 },
  { hours: 4, command: 'refer', unit: 1 },
  { hours: 6, command: 'accept', unit: 1 },
  { hours: 60, command: 'answer', data: ANSWER, unit: 1 },
  { hours: 20, command: 'followUp', data: GOOD_FOLLOW_UP },
]

/** Quick and slow ones; the slowest pass their limits. */
const KINDS: readonly Line[][] = [alone(3), referred(6), referred(30), SENT_BACK, referred(60)]

type Playing = { run: HistoryRun; community: Community; scene: PatternScene }

async function play(playing: Playing, lines: readonly Line[], begin: number): Promise<void> {
  const { run, community, scene } = playing
  const place = scene.path.at(-1) ?? ''
  const office = officeOf(scene.path[0] ?? '')
  const give = async (
    asked: { workflow: string; command: string; instance?: string },
    how: {
      caller: Caller
      data: unknown
      at: number
    },
  ) => {
    const answer = await run.give({ ...asked, ...how, key: freshId() })
    if (isRefusal(answer)) throw new Error(`${asked.command}: ${JSON.stringify(answer)}`)
    return answer.instance
  }
  const report = { caller: office.coordinator, data: reportOf(place, phoneOf(1)), at: begin }
  const appeal = await give({ workflow: 'appeal', command: 'report' }, report)
  let at = begin
  for (const { hours, command, data, unit } of lines) {
    at += hours * HOUR
    const named = scene.units[unit ?? 0]
    if (unit === undefined || command === 'refer') {
      const caller = GRID.has(command) ? office.gridWorker : office.coordinator
      const asked = { workflow: 'appeal', command, instance: appeal }
      if (command === 'followUp' && (await isSupervised(community, appeal))) {
        const caller: Caller = { id: 'supervisor', grants: [{ role: 'supervisor' }] }
        await give({ ...asked, command: 'release' }, { caller, data: { finding: 'remedied' }, at })
      }
      await give(asked, { caller, data: data ?? (unit === undefined ? {} : referTo(named)), at })
    } else {
      const caller: Caller = { id: 'handler', grants: [{ role: 'unit-handler', unit: named }] }
      const instance = await referralOf(community, appeal)
      await give({ workflow: 'referral', command, instance }, { caller, data: data ?? {}, at })
    }
  }
}

const GRID: ReadonlySet<string> = new Set(['verify', 'contact', 'note', 'solve'])

/** What is late is supervised, and is closed only when it was released. */
async function isSupervised({ engine }: Community, appeal: string): Promise<boolean> {
  const instance = await engine.instances.get(appeal)
  return instance?.workflow.summary(instance).supervised === true
}

async function referralOf({ engine }: Community, appeal: string): Promise<string> {
  const instance = await engine.instances.get(appeal)
  const links = instance?.workflow.summary(instance).links ?? []
  const referral = links.findLast(({ rel }) => rel === 'referral')
  if (referral === undefined) throw new Error(`${appeal} was not referred`)
  return referral.id
}

async function patternOf({ store }: Community, before: number): Promise<CasePattern> {
  const { events } = await store.readAll({ after: before, limit: PAGE })
  const cases = events.filter(({ stream }) => /^(appeal|referral)-/.test(stream))
  // What the log holds was written by the engine.
  const parsed = cases.map(({ text }) => JSON.parse(text) as Event)
  const times = parsed.map(({ at }) => Date.parse(at))
  const [first = 0] = times
  return {
    lifeMs: (times.at(-1) ?? 0) - first,
    events: cases.map(({ stream, type, text }, place) => ({
      afterMs: (times[place] ?? 0) - first,
      stream,
      type,
      ...cut(text, first),
    })),
    opened: parsed.flatMap(({ id, effects = [] }) =>
      effects.flatMap((effect) =>
        effect.kind === 'open' && effect.workflow === 'referral'
          ? [{ referral: String(effect.instance), event: id, unit: String(effect.with.unit) }]
          : [],
      ),
    ),
  }
}

/** What differs from case to case: an id, an instant, and the category of the pattern. */
const ID = '(?:[a-z]+(?:-[a-z]+)*-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const INSTANT = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`
const SLOT = new RegExp(`(${ID}|${INSTANT}|property[.]upkeep[.]lighting)`)

const SEALED = /"\$sealed":"[^"]*"/g

function cut(text: string, first: number): Pick<PatternEvent, 'pieces' | 'slots'> {
  // No row of a list is made of what is sealed, and it is most of the bytes.
  const parts = text.replace(SEALED, '"$sealed":"-"').split(SLOT)
  return {
    pieces: parts.filter((_, place) => place % 2 === 0),
    slots: parts
      .filter((_, place) => place % 2 === 1)
      .map((found): Slot => {
        if (found.endsWith('Z')) return { afterMs: Date.parse(found) - first }
        return found.includes('.') ? { category: true } : { id: found }
      }),
  }
}

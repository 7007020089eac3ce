// The same history under another city's limits: the path taken is kept, every clock is counted
// again by the other policy and calendar, and what would have warned or ended otherwise is told.
import {
  applyClock,
  type Clock,
  type ClockAction,
  type ClockRecord,
  type ClockScene,
  type Clocks,
  clockRecords,
  type Event,
  type Policy,
  type WorkingTime,
} from '@linli/workflow'
import type { ChosenLimits } from './chosen-limits.ts'

/** How one round of a clock ended, or would have. Times are epoch ms; absent: it never did. */
export type Outcome = { dueAt?: number; warned: boolean; expired: boolean }

/** A round of a clock, as it was and as it would have been. */
export type ClockComparison = {
  stream: string
  clock: string
  round: number
  startedAt: number
  endedAt?: number
  was: Outcome
  wouldBe: Outcome
  /** The other policy names no such limit. */
  unlimited?: true
}

/** By which rules to count again, and up to when clocks that still run are judged. */
export type OtherRules = { policy: Policy; calendar: WorkingTime; until: number }

/** An event that changed clocks, and the limits the machine would choose by the other policy. */
export type JudgedEvent = { event: Event; limits: ChosenLimits }

type Round = { real: Clock; other: Clock | undefined; endedAt?: number }

/** Compares every clock of one stream's events, in order. */
export function compareClocks(
  events: readonly JudgedEvent[],
  rules: OtherRules,
): ClockComparison[] {
  const rounds = new Map<string, Round>()
  let real: Clocks = {}
  let other: Clocks = {}
  for (const { event, limits } of events) {
    const at = Date.parse(event.at)
    const scene = { at, policy: rules.policy, calendar: rules.calendar }
    for (const record of event.clocks ?? []) {
      real = applyClock(real, record, at)
      other = countAgain(other, { record, event, at, chosen: limits.get(record.clock) }, scene)
      keep(rounds, { record, at, real, other })
    }
  }
  const [first] = events
  return [...rounds.values()].map((round) => compare(first?.event.stream ?? '', round, rules.until))
}

/** What a stored record did, done again to the other clocks. */
function countAgain(
  clocks: Clocks,
  of: { record: ClockRecord; event: Event; at: number; chosen: string | undefined },
  scene: ClockScene,
): Clocks {
  const action = of.record.is === 'started' ? startOf(of, scene.policy) : changeOf(of)
  if (action === undefined) {
    if (of.record.is !== 'started') return clocks
    const { [of.record.clock]: _unlimited, ...rest } = clocks
    return rest
  }
  let next = clocks
  for (const record of clockRecords(clocks, action, scene)) next = applyClock(next, record, of.at)
  return next
}

/** The limit the machine would choose; else the one that was, or what the clock is called. */
function startOf(
  { record, chosen }: { record: ClockRecord; chosen: string | undefined },
  policy: Policy,
): ClockAction | undefined {
  const { clock, dueAt = '' } = record
  if (record.limit === UNTIL) return { type: 'startClock', clock, until: Date.parse(dueAt) }
  const named = [chosen, record.limit, clock]
  const limit = named.find((name) => name !== undefined && policy.limits[name] !== undefined)
  return limit === undefined ? undefined : { type: 'startClock', clock, limit }
}

/** What a clock that was started with a given end says instead of a limit's name. */
const UNTIL = 'until'

function changeOf({
  record,
  event,
}: {
  record: ClockRecord
  event: Event
}): ClockAction | undefined {
  const { clock } = record
  switch (record.is) {
    case 'paused':
      return { type: 'pauseClock', clock }
    case 'resumed':
      return { type: 'resumeClock', clock }
    case 'stopped':
      return { type: 'stopClock', clock }
    case 'extended': {
      const { amount, unit } = event.data
      if (typeof amount !== 'number' || !isUnit(unit)) return undefined
      return { type: 'extendClock', clock, by: { amount, unit } }
    }
    case 'started':
    case 'warned':
    case 'expired':
    case 'withdrawn':
    case 'rescheduled':
      return undefined
  }
}

const UNITS = ['minutes', 'hours', 'days', 'working hours', 'working days'] as const
const isUnit = (unit: unknown): unit is (typeof UNITS)[number] => UNITS.some((one) => one === unit)

function keep(
  rounds: Map<string, Round>,
  seen: { record: ClockRecord; at: number; real: Clocks; other: Clocks },
): void {
  const { record, at } = seen
  const now = seen.real[record.clock]
  if (now === undefined) return
  const ended = record.is === 'stopped' ? { endedAt: at } : {}
  const name = `${record.clock}:${record.round}`
  rounds.set(name, { real: now, other: seen.other[record.clock], ...ended })
}

function compare(stream: string, round: Round, until: number): ClockComparison {
  const { real, other, endedAt } = round
  const judgedAt = endedAt ?? until
  return {
    stream,
    clock: real.clock,
    round: real.round,
    startedAt: real.startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    was: outcomeOf(real, judgedAt),
    wouldBe: outcomeOf(other, judgedAt),
    ...(other === undefined ? { unlimited: true as const } : {}),
  }
}

/** A clock that stands paused, or was stopped while it did, is judged by what it had left. */
function outcomeOf(clock: Clock | undefined, at: number): Outcome {
  if (clock === undefined) return { warned: false, expired: false }
  if (clock.left !== undefined) {
    return { dueAt: clock.dueAt, warned: clock.warned, expired: clock.left < 0 }
  }
  return {
    dueAt: clock.dueAt,
    warned: clock.warnAt !== undefined && at >= clock.warnAt,
    expired: at > clock.dueAt,
  }
}

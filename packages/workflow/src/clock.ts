// Named clocks of an instance: what the core keeps beside the machine. A clock is changed only
// by applying stored records, so folding gives what stepping gave. Pure; the calendar is lent.
import type { ClockRecord } from './event.ts'
import type { Limit, LimitUnit, Policy } from './policy.ts'

/** An instant a limit ends; `certain` is false where a year's calendar is not yet published. */
export type Due = { at: number; certain: boolean }

/** What the core asks of a calendar. Epoch milliseconds throughout. */
export type WorkingTime = {
  after(from: number, limit: Limit): Due
  before(from: number, limit: Limit): Due
  between(from: number, to: number, unit: LimitUnit): number
  plus(from: number, ms: number, unit: LimitUnit): Due
}

/** A clock as folded. `left` (ms of its unit's own time) stands while it is paused. */
export type Clock = {
  clock: string
  status: 'running' | 'warned' | 'expired' | 'paused' | 'stopped'
  round: number
  generation: number
  limit: string
  unit: LimitUnit
  startedAt: number
  /** Where the present count began, and what was left then (undefined: the whole limit). */
  countedFrom: number
  countedLeft?: number
  warnAt?: number
  dueAt: number
  left?: number
  warned: boolean
  expired: boolean
  late: boolean
  pauses: number
  certain: boolean
}

/** The clocks of an instance by name. */
export type Clocks = Readonly<Record<string, Clock>>

/** The worst of the running clocks: what a case's card shows. */
export type Card = 'none' | 'yellow' | 'red'

/** The card of an instance: red when a running clock has expired, yellow when one has warned. */
export function cardOf(clocks: Clocks): Card {
  let card: Card = 'none'
  for (const clock of Object.values(clocks)) {
    if (clock.status === 'expired') return 'red'
    if (clock.status === 'warned') card = 'yellow'
  }
  return card
}

/** True while the clock counts, whether or not it has warned or run out. */
export function isCounting(clock: Clock | undefined): clock is Clock {
  return clock?.status === 'running' || clock?.status === 'warned' || clock?.status === 'expired'
}

/** Applies one stored record. `at` is the event's own time in epoch milliseconds. */
export function applyClock(clocks: Clocks, record: ClockRecord, at: number): Clocks {
  const before = clocks[record.clock]
  return { ...clocks, [record.clock]: changed(before, record, at) }
}

function changed(before: Clock | undefined, record: ClockRecord, at: number): Clock {
  if (record.is === 'started') return started(record, at)
  if (before === undefined) throw new Error(`clock ${record.clock} changed before it started`)
  const clock = { ...before, generation: record.generation }
  switch (record.is) {
    case 'paused':
      return { ...clock, status: 'paused', left: record.left ?? 0, pauses: clock.pauses + 1 }
    case 'resumed':
    case 'extended':
    case 'rescheduled':
      return clock.status === 'paused' && record.is !== 'resumed'
        ? { ...clock, left: record.left ?? 0 }
        : running(clock, record, at)
    case 'warned':
      return { ...clock, status: 'warned', warned: true }
    case 'expired':
      return { ...clock, status: 'expired', expired: true }
    case 'withdrawn':
      return { ...clock, status: 'running', warned: record.late === true, expired: false }
    case 'stopped':
      return { ...clock, status: 'stopped', late: record.late === true }
  }
}

function started(record: ClockRecord, at: number): Clock {
  return {
    clock: record.clock,
    status: 'running',
    round: record.round,
    generation: record.generation,
    limit: record.limit ?? record.clock,
    unit: (record.unit as LimitUnit | undefined) ?? 'hours',
    startedAt: at,
    countedFrom: at,
    ...due(record),
    warned: false,
    expired: false,
    late: false,
    pauses: 0,
    certain: record.certain !== false,
  }
}

function running(clock: Clock, record: ClockRecord, at: number): Clock {
  const { left: _left, warnAt: _warnAt, ...rest } = clock
  const counted = record.left === undefined ? {} : { countedFrom: at, countedLeft: record.left }
  const next = { ...rest, ...counted, ...due(record), certain: record.certain !== false }
  const expired = clock.expired && record.is === 'resumed'
  return { ...next, status: expired ? 'expired' : 'running', expired, warned: false }
}

function due(record: ClockRecord): { dueAt: number; warnAt?: number } {
  const dueAt = Date.parse(record.dueAt ?? '')
  return record.warnAt === undefined ? { dueAt } : { dueAt, warnAt: Date.parse(record.warnAt) }
}

/** What a machine's action asks of a clock; `step` alone turns it into records. */
export type ClockAction =
  | { type: 'startClock'; clock: string; limit?: string; until?: number }
  | { type: 'pauseClock' | 'resumeClock' | 'stopClock'; clock: string }
  | { type: 'extendClock'; clock: string; by: Limit }
  | { type: 'pauseClocks' | 'resumeClocks' | 'stopClocks'; except?: readonly string[] }

/** Where clocks are changed: at which instant, by which policy and calendar. */
export type ClockScene = {
  at: number
  policy: Policy
  calendar: WorkingTime
  /** The clock whose own turn this event is: what it just did is not taken back. */
  turned?: string
}

/** The records that an action leads to; none where it changes nothing. */
export function clockRecords(
  clocks: Clocks,
  action: ClockAction,
  scene: ClockScene,
): ClockRecord[] {
  switch (action.type) {
    case 'startClock':
      return [start(clocks[action.clock], action, scene)]
    case 'pauseClock':
    case 'resumeClock':
    case 'stopClock':
      return change(clocks[action.clock], VERBS[action.type], scene)
    case 'extendClock':
      return extend(clocks[action.clock], action.by, scene)
    case 'pauseClocks':
    case 'resumeClocks':
    case 'stopClocks':
      return Object.values(clocks)
        .filter((clock) => !action.except?.includes(clock.clock))
        .flatMap((clock) => change(clock, VERBS[action.type], scene))
  }
}

const VERBS = {
  pauseClock: 'pause',
  pauseClocks: 'pause',
  resumeClock: 'resume',
  resumeClocks: 'resume',
  stopClock: 'stop',
  stopClocks: 'stop',
} as const

/** What a clock with a given end says instead of a limit, so that no calendar moves it. */
const UNTIL = 'until'

function start(
  before: Clock | undefined,
  action: Extract<ClockAction, { type: 'startClock' }>,
  scene: ClockScene,
): ClockRecord {
  const base = {
    clock: action.clock,
    is: 'started' as const,
    round: (before?.round ?? 0) + 1,
    generation: (before?.generation ?? 0) + 1,
  }
  if (action.until !== undefined) {
    return { ...base, limit: UNTIL, unit: 'hours', dueAt: iso(action.until) }
  }
  const name = action.limit ?? action.clock
  const limit = scene.policy.limits[name]
  if (limit === undefined) {
    throw new Error(`policy ${scene.policy.id} names no limit ${name}`)
  }
  const end = scene.calendar.after(scene.at, limit)
  const { warnAt, ...rest } = dates(end, name, scene)
  const warns = warnAt !== undefined && warnAt !== iso(scene.at)
  return { ...base, limit: name, unit: limit.unit, ...(warns ? { warnAt } : {}), ...rest }
}

/** The dates of a count that goes on: one already inside its warning warns at once. */
function dates(
  end: Due,
  limitName: string,
  scene: ClockScene,
): Pick<ClockRecord, 'warnAt' | 'dueAt' | 'certain'> {
  const warn = scene.policy.limits[limitName]?.warn
  const warnAt = warn === undefined ? undefined : scene.calendar.before(end.at, warn).at
  const warns = warnAt !== undefined && end.at > scene.at
  return {
    ...(warns ? { warnAt: iso(Math.max(warnAt, scene.at)) } : {}),
    dueAt: iso(end.at),
    ...(end.certain ? {} : { certain: false as const }),
  }
}

function change(
  clock: Clock | undefined,
  verb: 'pause' | 'resume' | 'stop',
  scene: ClockScene,
): ClockRecord[] {
  if (clock === undefined || clock.status === 'stopped') return []
  if (verb === 'resume') return clock.status === 'paused' ? [resume(clock, scene)] : []
  const withdrawn = scene.turned === clock.clock ? [] : withdraw(clock, scene.at)
  const base = { clock: clock.clock, round: clock.round, generation: clock.generation + 1 }
  if (verb === 'stop') {
    const late = clock.status !== 'paused' && scene.at > clock.dueAt
    return [...withdrawn, { ...base, is: 'stopped', ...(late ? { late } : {}) }]
  }
  if (!isCounting(clock)) return []
  const left = scene.calendar.between(scene.at, clock.dueAt, clock.unit)
  return [...withdrawn, { ...base, is: 'paused', left }]
}

/** An expiry or warning recorded meanwhile is taken back when the claimed time was in time. */
function withdraw(clock: Clock, at: number): ClockRecord[] {
  const expiryFalls = clock.status === 'expired' && at <= clock.dueAt
  const warningFalls = clock.status === 'warned' && clock.warnAt !== undefined && at <= clock.warnAt
  if (!expiryFalls && !warningFalls) return []
  const warned = clock.warned && clock.warnAt !== undefined && at > clock.warnAt
  return [
    {
      clock: clock.clock,
      is: 'withdrawn',
      round: clock.round,
      generation: clock.generation,
      ...(warned ? { late: true } : {}),
    },
  ]
}

function resume(clock: Clock, scene: ClockScene): ClockRecord {
  const left = clock.left ?? 0
  const end = scene.calendar.plus(scene.at, left, clock.unit)
  return {
    clock: clock.clock,
    is: 'resumed',
    round: clock.round,
    generation: clock.generation + 1,
    left,
    ...dates(end, clock.limit, scene),
  }
}

function extend(clock: Clock | undefined, by: Limit, scene: ClockScene): ClockRecord[] {
  if (clock === undefined || clock.status === 'stopped') return []
  const base = {
    clock: clock.clock,
    is: 'extended' as const,
    round: clock.round,
    generation: clock.generation + 1,
  }
  if (clock.status === 'paused') {
    const end = scene.calendar.after(scene.at, by).at
    const more = scene.calendar.between(scene.at, end, clock.unit)
    return [{ ...base, left: (clock.left ?? 0) + more }]
  }
  const end = scene.calendar.after(clock.dueAt, by)
  const left = scene.calendar.between(scene.at, end.at, clock.unit)
  return [{ ...base, left, ...dates(end, clock.limit, scene) }]
}

/** The record that a changed calendar leads to; undefined when the clock ends as before. */
export function reschedule(clock: Clock, scene: ClockScene): ClockRecord | undefined {
  const limit = scene.policy.limits[clock.limit]
  if (!isCounting(clock) || limit === undefined) return undefined
  const end =
    clock.countedLeft === undefined
      ? scene.calendar.after(clock.countedFrom, limit)
      : scene.calendar.plus(clock.countedFrom, clock.countedLeft, clock.unit)
  if (end.at === clock.dueAt && end.certain === clock.certain) return undefined
  return {
    clock: clock.clock,
    is: 'rescheduled',
    round: clock.round,
    generation: clock.generation + 1,
    ...dates(end, clock.limit, scene),
  }
}

/** An instant (epoch ms, an integer) as stored; `Date` formats each day once. */
export function iso(ms: number): string {
  const day = Math.floor(ms / DAY_MS)
  const known = days.get(day)
  const date = known ?? new Date(day * DAY_MS).toISOString().slice(0, 11)
  if (known === undefined) {
    if (days.size >= DAYS_KEPT) days.clear()
    days.set(day, date)
  }
  const rest = ms - day * DAY_MS
  const hour = Math.floor(rest / 3_600_000)
  const minute = Math.floor(rest / 60_000) % 60
  const second = Math.floor(rest / 1_000) % 60
  const milli = Math.floor(rest) % 1_000
  const thousandth = milli < 10 ? `00${milli}` : milli < 100 ? `0${milli}` : milli
  return `${date}${TWO[hour]}:${TWO[minute]}:${TWO[second]}.${thousandth}Z`
}

const DAY_MS = 86_400_000
const DAYS_KEPT = 4_096
const days = new Map<number, string>()
const TWO = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))

// Named clocks of an instance: what the core keeps beside the machine. A clock is changed only
// by applying stored records, so folding gives what stepping gave. Pure; the calendar is lent.
import type { ClockRecord } from './event.ts'
import { instantOf, iso } from './instant.ts'
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
  const after = { ...clocks }
  after[record.clock] = changed(clocks[record.clock], record, at)
  return after
}

/** The clock that a record makes of the one before. */
export function changed(before: Clock | undefined, record: ClockRecord, at: number): Clock {
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
  const clock: Clock = {
    clock: record.clock,
    status: 'running',
    round: record.round,
    generation: record.generation,
    limit: record.limit ?? record.clock,
    unit: (record.unit as LimitUnit | undefined) ?? 'hours',
    startedAt: at,
    countedFrom: at,
    dueAt: instantOf(record.dueAt ?? ''),
    warned: false,
    expired: false,
    late: false,
    pauses: 0,
    certain: record.certain !== false,
  }
  if (record.warnAt !== undefined) clock.warnAt = instantOf(record.warnAt)
  return clock
}

function running(clock: Clock, record: ClockRecord, at: number): Clock {
  const { left: _left, warnAt: _warnAt, ...rest } = clock
  const counted = record.left === undefined ? {} : { countedFrom: at, countedLeft: record.left }
  const next = { ...rest, ...counted, ...due(record), certain: record.certain !== false }
  const expired = clock.expired && record.is === 'resumed'
  return { ...next, status: expired ? 'expired' : 'running', expired, warned: false }
}

function due(record: ClockRecord): { dueAt: number; warnAt?: number } {
  const dueAt = instantOf(record.dueAt ?? '')
  return record.warnAt === undefined ? { dueAt } : { dueAt, warnAt: instantOf(record.warnAt) }
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
      return changeAll(clocks, action, scene)
  }
}

function changeAll(
  clocks: Clocks,
  action: { type: keyof typeof VERBS; except?: readonly string[] },
  scene: ClockScene,
): ClockRecord[] {
  const records: ClockRecord[] = []
  for (const clock of Object.values(clocks)) {
    if (clock.status === 'stopped' || action.except?.includes(clock.clock)) continue
    records.push(...change(clock, VERBS[action.type], scene))
  }
  return records
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
const NO_LIMIT: Limit & { warn?: Limit } = { amount: 0, unit: 'hours' }

function start(
  before: Clock | undefined,
  action: Extract<ClockAction, { type: 'startClock' }>,
  scene: ClockScene,
): ClockRecord {
  const name = action.limit ?? action.clock
  const limit = action.until === undefined ? scene.policy.limits[name] : NO_LIMIT
  if (limit === undefined) {
    throw new Error(`policy ${scene.policy.id} names no limit ${name}`)
  }
  const record: ClockRecord = {
    clock: action.clock,
    is: 'started',
    round: (before?.round ?? 0) + 1,
    generation: (before?.generation ?? 0) + 1,
    limit: action.until === undefined ? name : UNTIL,
    unit: limit.unit,
  }
  if (action.until !== undefined) {
    record.dueAt = iso(action.until)
    return record
  }
  const end = scene.calendar.after(scene.at, limit)
  const warnAt = warningOf(end, limit, scene)
  // A limit no longer than its warning begins without one.
  return dated(record, end, warnAt === iso(scene.at) ? undefined : warnAt)
}

/** When such a count warns: one already inside its warning at once, one that ended never. */
function warningOf(
  end: Due,
  limit: { warn?: Limit | undefined } | undefined,
  scene: ClockScene,
): string | undefined {
  if (limit?.warn === undefined) return undefined
  const warnAt = scene.calendar.before(end.at, limit.warn).at
  return end.at > scene.at ? iso(Math.max(warnAt, scene.at)) : undefined
}

/** Writes the dates of a count into its record, in the order in which they are stored. */
function dated(record: ClockRecord, end: Due, warnAt: string | undefined): ClockRecord {
  if (warnAt !== undefined) record.warnAt = warnAt
  record.dueAt = iso(end.at)
  if (!end.certain) record.certain = false
  return record
}

/** The dates of a count that goes on under the limit it has. */
const redated = (
  record: ClockRecord,
  end: Due,
  under: { limit: string; scene: ClockScene },
): ClockRecord =>
  dated(record, end, warningOf(end, under.scene.policy.limits[under.limit], under.scene))

function change(
  clock: Clock | undefined,
  verb: 'pause' | 'resume' | 'stop',
  scene: ClockScene,
): ClockRecord[] {
  if (clock === undefined || clock.status === 'stopped') return []
  if (verb === 'resume') return clock.status === 'paused' ? [resume(clock, scene)] : []
  const records = scene.turned === clock.clock ? [] : withdraw(clock, scene.at)
  const base = { clock: clock.clock, round: clock.round, generation: clock.generation + 1 }
  if (verb === 'stop') {
    const record: ClockRecord = { ...base, is: 'stopped' }
    if (clock.status !== 'paused' && scene.at > clock.dueAt) record.late = true
    records.push(record)
    return records
  }
  if (!isCounting(clock)) return []
  const left = scene.calendar.between(scene.at, clock.dueAt, clock.unit)
  records.push({ ...base, is: 'paused', left })
  return records
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
  return redated({ ...anew(clock, 'resumed'), left }, end, { limit: clock.limit, scene })
}

const anew = (clock: Clock, is: ClockRecord['is']): ClockRecord => ({
  clock: clock.clock,
  is,
  round: clock.round,
  generation: clock.generation + 1,
})

function extend(clock: Clock | undefined, by: Limit, scene: ClockScene): ClockRecord[] {
  if (clock === undefined || clock.status === 'stopped') return []
  const base = anew(clock, 'extended')
  if (clock.status === 'paused') {
    const end = scene.calendar.after(scene.at, by).at
    const more = scene.calendar.between(scene.at, end, clock.unit)
    return [{ ...base, left: (clock.left ?? 0) + more }]
  }
  const end = scene.calendar.after(clock.dueAt, by)
  const left = scene.calendar.between(scene.at, end.at, clock.unit)
  return [redated({ ...base, left }, end, { limit: clock.limit, scene })]
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
  return redated(anew(clock, 'rescheduled'), end, { limit: clock.limit, scene })
}

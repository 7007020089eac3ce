// The columns of the one table that serves every workflow, and how an instance fills them.
// Pure: imports the core, no store and no SQL but the columns' names.
import {
  type Clock,
  cardOf,
  hasEnded,
  type Instance,
  isCounting,
  type StateMeta,
  type StateValue,
  type Summary,
  stateOf,
  statePath,
} from '@linli/workflow'
import { readableJson } from './readable-json.ts'

/** The end of an interval that still holds, and the due time of what has none. */
export const OPEN = Number.MAX_SAFE_INTEGER

/** What may differ between two intervals of an instance; a change of any begins a new one. */
export const VARYING = [
  'state',
  'ended',
  'category',
  'channel',
  'place',
  'units',
  'persons',
  'leadUnit',
  'owner',
  'supervised',
  'card',
  'dueAt',
  'warnAt',
  'responsible',
  'enteredAt',
  'closedAt',
  'handleDueAt',
  'title',
  'counted',
  'met',
  'rest',
] as const

/** A value as SQLite keeps it. */
export type Cell = string | number | null

/** Gives each measure a bit of the columns `counted` and `met`. */
export type MeasureBits = (name: string) => number

/** The cells of VARYING for an instance as it stands. */
export function cellsOf(instance: Instance, bitOf: MeasureBits): Cell[] {
  const summary = instance.workflow.summary(instance)
  const state = pathOfState(stateOf(instance))
  const ended = hasEnded(instance)
  const { dueAt, warnAt } = nextEnd(instance)
  const measured = measuredIn(summary, bitOf)
  return [
    state,
    ended ? 1 : 0,
    summary.category ?? null,
    summary.channel ?? null,
    pathOf(summary.place),
    pathOf(summary.units),
    pathOf(summary.persons),
    summary.leadUnit ?? null,
    summary.owner ?? null,
    summary.supervised === true ? 1 : 0,
    cardOf(instance.clocks),
    dueAt,
    warnAt,
    ended ? null : (responsibleFor(instance, state) ?? null),
    instance.enteredAt,
    closedAt(instance, summary, ended),
    figure(summary, 'handleDueAt'),
    summary.title ?? null,
    measured.counted,
    measured.met,
    restOf(summary),
  ]
}

/** `statePath` without a list for each level: most states have one region only. */
function pathOfState(value: StateValue): string {
  if (typeof value === 'string') return value
  let path: string | undefined
  for (const name in value) {
    const inner = value[name]
    if (path !== undefined || inner === undefined) return statePath(value)
    const rest = pathOfState(inner)
    path = rest === '' ? name : `${name}.${rest}`
  }
  return path ?? ''
}

/** Ids as `/a/b/`, so that one of them is found by `instr(column, '/a/')`. */
export function pathOf(ids: readonly string[]): string {
  return ids.length === 0 ? '' : `/${ids.join('/')}/`
}

/** The ids of such a text. */
export function idsIn(path: string): string[] {
  return path === '' ? [] : path.slice(1, -1).split('/')
}

/** What of the summary no list filters by. */
export type Rest = Pick<Summary, 'links' | 'extra'> & { measures?: Record<string, number> }

/** When a clock turns next, and into what; undefined for one that will not by itself. */
export function nextTurn(clock: Clock): { at: number; turn: 'warned' | 'expired' } | undefined {
  if (clock.status === 'running' && clock.warnAt !== undefined && clock.warnAt < clock.dueAt) {
    return { at: clock.warnAt, turn: 'warned' }
  }
  if (clock.status === 'running' || clock.status === 'warned') {
    return { at: clock.dueAt, turn: 'expired' }
  }
  return undefined
}

function nextEnd(instance: Instance): { dueAt: number; warnAt: number | null } {
  let first: Clock | undefined
  for (const name in instance.clocks) {
    const clock = instance.clocks[name]
    if (isCounting(clock) && clock.dueAt < (first?.dueAt ?? OPEN)) first = clock
  }
  return { dueAt: first?.dueAt ?? OPEN, warnAt: first?.warnAt ?? null }
}

function measuredIn(summary: Summary, bitOf: MeasureBits): { counted: number; met: number } {
  let counted = 0
  let met = 0
  for (const name in summary.measures) {
    const value = summary.measures[name]
    if (value === undefined || value === null) continue
    // Sums, not bit operators: those end at 32 bits, and there are 52.
    const weight = 2 ** bitOf(name)
    counted += weight
    if (value === true || Number(value) > 0) met += weight
  }
  return { counted, met }
}

/** A state may count as closed before it is final: the summary then says when, as a measure. */
function closedAt(instance: Instance, summary: Summary, ended: boolean): number | null {
  return figure(summary, 'closedAt') ?? (ended ? instance.enteredAt : null)
}

function figure(summary: Summary, name: string): number | null {
  const value = summary.measures?.[name]
  return typeof value === 'number' ? value : null
}

/** What is null or zero is left out: half of the bytes of a row, and rows are many. */
function restOf(summary: Summary): string {
  const rest: Rest = {}
  if (summary.links !== undefined && summary.links.length > 0) rest.links = summary.links
  const extra = withoutNulls(summary.extra)
  if (extra !== undefined) rest.extra = extra
  for (const name in summary.measures) {
    const value = summary.measures[name]
    if (typeof value !== 'number' || value === 0) continue
    rest.measures ??= {}
    rest.measures[name] = value
  }
  return rest.links || rest.extra || rest.measures ? readableJson(rest) : ''
}

function withoutNulls(values: Summary['extra']): Summary['extra'] {
  let kept: Record<string, string | number | boolean> | undefined
  for (const name in values) {
    const value = values[name]
    if (value === undefined || value === null) continue
    kept ??= {}
    kept[name] = value
  }
  return kept
}

const responsible = new WeakMap<object, Map<string, string | undefined>>()

/** The role that the deepest state of the path names, or its nearest ancestor. */
function responsibleFor(instance: Instance, state: string): string | undefined {
  const machine = instance.snapshot.machine
  let known = responsible.get(machine)
  if (known === undefined) {
    known = new Map()
    responsible.set(machine, known)
  }
  if (known.has(state)) return known.get(state)
  const metas = Object.entries(instance.snapshot.getMeta() as Record<string, StateMeta | undefined>)
  metas.sort(([a], [b]) => b.length - a.length)
  const role = metas.find(([, meta]) => meta?.responsible !== undefined)?.[1]?.responsible
  known.set(state, role)
  return role
}

// From the actions of a macrostep to the records and effects of an event. A closed union: an
// action with another name is a mistake of the workflow and throws.
import {
  type Clock,
  type ClockAction,
  type ClockScene,
  type Clocks,
  changed,
  clockRecords,
} from './clock.ts'
import type { ClockRecord, Effect } from './event.ts'
import type { CollectedAction } from './transition.ts'

/** An effect before it has its id. */
export type PlainEffect = Effect extends infer One
  ? One extends Effect
    ? Omit<One, 'id'>
    : never
  : never

/** The clocks and effects that a macrostep led to. `clocks` is copied before its first change. */
export type Outcome = {
  clocks: Record<string, Clock>
  isCopied: boolean
  records: ClockRecord[]
  effects: PlainEffect[]
}

/** Reads collected actions in order; clocks change as they are read. */
export function outcome(
  actions: readonly CollectedAction[],
  before: Clocks,
  scene: ClockScene,
): Outcome {
  const result: Outcome = { clocks: before, isCopied: false, records: [], effects: [] }
  for (const { type, params } of actions) {
    if (EFFECTS.has(type)) addEffects(result.effects, type, params)
    else if (!CLOCK_ACTIONS.has(type)) {
      changeClocks(result, builtInAction({ type, params }, scene.at), scene)
    } else if (Array.isArray(params)) {
      for (const one of params) changeClocks(result, clockAction(type, one), scene)
    } else changeClocks(result, clockAction(type, params), scene)
  }
  return result
}

/** Applies a clock action to an outcome that is being made. */
export function changeClocks(
  result: Outcome,
  action: ClockAction | undefined,
  scene: ClockScene,
): void {
  if (action === undefined) return
  for (const record of clockRecords(result.clocks, action, scene)) {
    result.records.push(record)
    if (!result.isCopied) {
      result.clocks = { ...result.clocks }
      result.isCopied = true
    }
    result.clocks[record.clock] = changed(result.clocks[record.clock], record, scene.at)
  }
}

const EFFECTS = new Set(['open', 'tell', 'notify', 'send'])
const CLOCK_ACTIONS = new Set([
  'startClock',
  'pauseClock',
  'resumeClock',
  'stopClock',
  'extendClock',
  'pauseClocks',
  'resumeClocks',
  'stopClocks',
])

function addEffects(effects: PlainEffect[], kind: string, params: unknown): void {
  if (Array.isArray(params)) {
    for (const one of params) effects.push({ kind, ...one } as PlainEffect)
  } else effects.push({ kind, ...(params as object) } as PlainEffect)
}

const clockAction = (type: string, params: unknown): ClockAction =>
  ({ type, ...(params as object | undefined) }) as ClockAction

/** Plain delays (`after`) go the way of clocks; a `raise` without delay already happened. */
function builtInAction(action: CollectedAction, at: number): ClockAction | undefined {
  if (action.type === 'xstate.raise') {
    const raised = action.params as { event: { type: string }; delay?: number }
    if (raised.delay === undefined) return undefined
    if (!raised.event.type.startsWith('xstate.after.')) {
      throw new Error(`a raise of ${raised.event.type} with a delay: start a clock instead`)
    }
    return { type: 'startClock', clock: raised.event.type, until: at + raised.delay }
  }
  if (action.type === 'xstate.cancel') {
    const cancelled = action.params as { sendId?: string } | string
    const id = typeof cancelled === 'string' ? cancelled : (cancelled.sendId ?? '')
    return { type: 'stopClock', clock: id }
  }
  throw new Error(`a machine used the unknown action ${action.type}`)
}

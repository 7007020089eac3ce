// From the actions of a macrostep to the records and effects of an event. A closed union: an
// action with another name is a mistake of the workflow and throws.
import {
  applyClock,
  type ClockAction,
  type ClockScene,
  type Clocks,
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

/** The clocks and effects that a macrostep led to. */
export type Outcome = { clocks: Clocks; records: ClockRecord[]; effects: PlainEffect[] }

/** Reads collected actions in order; clocks change as they are read. */
export function outcome(
  actions: readonly CollectedAction[],
  before: Clocks,
  scene: ClockScene,
): Outcome {
  const result: Outcome = { clocks: before, records: [], effects: [] }
  for (const action of actions) {
    const effects = effectsOf(action)
    if (effects !== undefined) result.effects.push(...effects)
    else changeClocks(result, clockActionOf(action, scene.at), scene)
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
    result.clocks = applyClock(result.clocks, record, scene.at)
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

function effectsOf(action: CollectedAction): PlainEffect[] | undefined {
  if (!EFFECTS.has(action.type)) return undefined
  const params = Array.isArray(action.params) ? action.params : [action.params]
  return params.map((one) => ({ kind: action.type, ...one }) as PlainEffect)
}

/** Plain delays (`after`) go the way of clocks; a `raise` without delay already happened. */
function clockActionOf(action: CollectedAction, at: number): ClockAction | undefined {
  if (CLOCK_ACTIONS.has(action.type)) {
    return { type: action.type, ...(action.params as object | undefined) } as ClockAction
  }
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

// Folds stored events into an instance, and proves on the way that each reaches the state it
// says. Needs no other stream and no calendar: an event carries its facts and its instants.
import { type Clock, type Clocks, changed } from './clock.ts'
import { NO_CLOCKS, type Workflow } from './definition.ts'
import type { ClockRecord, Event } from './event.ts'
import { type Instance, sameState, statePath } from './instance.ts'
import { instantOf } from './instant.ts'
import { migrated } from './migrate.ts'
import { clockEventType, following } from './step.ts'
import { initialSnapshot, type Transitioned, transition } from './transition.ts'

/** Stored events that do not fold to what they say: reported, never silently accepted. */
export class FoldFault extends Error {
  readonly code = 'does-not-fold'
  readonly stream: string
  readonly revision: number

  constructor(event: Pick<Event, 'stream' | 'revision'>, why: string) {
    super(`${event.stream} does not fold at revision ${event.revision}: ${why}`)
    this.stream = event.stream
    this.revision = event.revision
  }
}

/**
 * Folds events, in order, onto `before`. Undefined for no events.
 * @throws FoldFault when an event is out of order, unknown, or reaches another state.
 */
export function fold(
  workflow: Workflow,
  events: Iterable<Event>,
  before?: Instance,
): Instance | undefined {
  let instance = before
  for (const event of events) instance = apply(workflow, instance, event)
  return instance
}

/** Applies one stored event. @throws FoldFault */
export function apply(workflow: Workflow, before: Instance | undefined, event: Event): Instance {
  const expected = (before?.revision ?? -1) + 1
  if (event.revision !== expected) throw new FoldFault(event, `expected revision ${expected}`)
  const at = instantOf(event.at)
  const records = event.clocks ?? []
  const clocks = before?.clocks ?? NO_CLOCKS
  // What a clock just did is seen by the machine; what the machine led to comes after.
  const turns = event.type.startsWith('clock.') && before !== undefined ? 1 : 0
  const seen = turns === 0 ? clocks : clocksFolded(clocks, records.slice(0, 1), { event, at })
  const next = moved(workflow, before, { event, at, clocks: seen })
  if (!sameState(next.snapshot.value, event.to)) {
    const reached = statePath(next.snapshot.value)
    throw new FoldFault(event, `reached ${reached}, stored ${statePath(event.to)}`)
  }
  const others = turns === 0 ? records : records.slice(1)
  const after = clocksFolded(seen, others, { event, at })
  return following(workflow, before, { event, at, next, clocks: after })
}

function clocksFolded(
  clocks: Clocks,
  records: readonly ClockRecord[],
  { event, at }: { event: Event; at: number },
): Clocks {
  if (records.length === 0) return clocks
  const folded: Record<string, Clock> = { ...clocks }
  for (const record of records) {
    const before = folded[record.clock]
    if (record.is !== 'started' && before === undefined) {
      throw new FoldFault(event, `the clock ${record.clock} never started`)
    }
    folded[record.clock] = changed(before, record, at)
  }
  return folded
}

function moved(
  workflow: Workflow,
  before: Instance | undefined,
  scene: { event: Event; at: number; clocks: Clocks },
): Pick<Transitioned, 'snapshot'> {
  const { event } = scene
  if (event.type === 'workflow.migrated' && before !== undefined) {
    const to = migrated(workflow, before, event.data)
    if ('refused' in to) throw new FoldFault(event, to.detail ?? to.refused)
    return to
  }
  const policy = workflow.policies.get(event.workflow.policy)
  if (policy === undefined) throw new FoldFault(event, `no policy ${event.workflow.policy}`)
  const machine = workflow.machines.get(event.workflow.version)
  if (machine === undefined) throw new FoldFault(event, `no version ${event.workflow.version}`)
  const next = transition(before?.snapshot ?? initialSnapshot(machine), {
    type: machineEventType(event),
    data: event.data,
    facts: event.data.facts ?? {},
    at: scene.at,
    by: event.by,
    clocks: scene.clocks,
    policy,
    eventId: event.id,
    stream: event.stream,
  })
  const core = event.type.startsWith('clock.') || event.type === 'effect.refused'
  if (!next.taken && !core) throw new FoldFault(event, `${event.type} is not taken`)
  return next
}

function machineEventType(event: Event): string {
  return event.type.startsWith('clock.')
    ? clockEventType({ name: event.type, data: event.data })
    : event.type
}

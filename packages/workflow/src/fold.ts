// Folds stored events into an instance, and proves on the way that each reaches the state it
// says. Needs no other stream and no calendar: an event carries its facts and its instants.
import { applyClock, type Clocks } from './clock.ts'
import type { Workflow } from './definition.ts'
import type { ClockRecord, Event } from './event.ts'
import { type Instance, sameState, statePath } from './instance.ts'
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
  const at = Date.parse(event.at)
  const [first] = event.clocks ?? []
  const turned = event.type.startsWith('clock.') && first !== undefined
  const seen =
    turned && before !== undefined
      ? clockFolded(before.clocks, first, event)
      : (before?.clocks ?? {})
  const next = moved(workflow, before, { event, at, clocks: seen })
  if (!sameState(next.snapshot.value, event.to)) {
    const reached = statePath(next.snapshot.value)
    throw new FoldFault(event, `reached ${reached}, stored ${statePath(event.to)}`)
  }
  let clocks: Clocks = seen
  for (const record of (event.clocks ?? []).slice(turned ? 1 : 0)) {
    clocks = clockFolded(clocks, record, event)
  }
  return following(workflow, before, { event, next, clocks })
}

function clockFolded(clocks: Clocks, record: ClockRecord, event: Event): Clocks {
  if (record.is !== 'started' && clocks[record.clock] === undefined) {
    throw new FoldFault(event, `the clock ${record.clock} never started`)
  }
  return applyClock(clocks, record, Date.parse(event.at))
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

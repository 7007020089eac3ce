// Replaying a log: every stream is folded anew and has to reach the states it says. Reads one
// pass in log order; keeps the folded instances of a pass in memory, bounded by `limit`.
import {
  apply,
  type Event,
  FoldFault,
  type Instance,
  type Workflow,
  workflowOf,
} from '@linli/workflow'

/** What a replay found. */
export type ReplayReport = {
  events: number
  instances: number
  ended: number
  byWorkflow: Record<string, number>
  /** Events that do not fold to what they say; at most the first hundred. */
  faults: { stream: string; revision: number; why: string }[]
}

/** The most instances of one replay, and the faults that are told. */
export const replayLimits = { instances: 2_000_000, faults: 100 } as const

/** Folds events as they come. `states` gives each instance when all have been taken. */
export class Replay {
  readonly #workflows: ReadonlyMap<string, Workflow>
  readonly #instances = new Map<string, Instance>()
  readonly #broken = new Set<string>()
  readonly #faults: ReplayReport['faults'] = []
  #events = 0

  constructor(workflows: ReadonlyMap<string, Workflow>) {
    this.#workflows = workflows
  }

  /** Takes the next event of the log. An event that does not fold ends its stream's replay. */
  take(event: Event): void {
    this.#events += 1
    if (this.#broken.has(event.stream)) return
    const workflow = this.#workflows.get(workflowOf(event.stream))
    if (workflow === undefined) {
      this.#fault(event, 'no such workflow')
      return
    }
    const before = this.#instances.get(event.stream)
    if (before === undefined && this.#instances.size >= replayLimits.instances) {
      throw new RangeError(`more than ${replayLimits.instances} instances in one replay`)
    }
    try {
      this.#instances.set(event.stream, apply(workflow, before, event))
    } catch (fault) {
      if (!(fault instanceof FoldFault)) throw fault
      this.#fault(event, fault.message)
    }
  }

  /** The instances as of the last event taken. */
  get states(): ReadonlyMap<string, Instance> {
    return this.#instances
  }

  /** Counts and faults so far. */
  report(): ReplayReport {
    const byWorkflow: Record<string, number> = {}
    let ended = 0
    for (const instance of this.#instances.values()) {
      byWorkflow[instance.workflow.id] = (byWorkflow[instance.workflow.id] ?? 0) + 1
      if (instance.snapshot.status !== 'active') ended += 1
    }
    return {
      events: this.#events,
      instances: this.#instances.size,
      ended,
      byWorkflow,
      faults: this.#faults,
    }
  }

  #fault(event: Event, why: string): void {
    this.#broken.add(event.stream)
    const { stream, revision } = event
    if (this.#faults.length < replayLimits.faults) this.#faults.push({ stream, revision, why })
  }
}

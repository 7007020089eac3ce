// Counts, for the map of how often each state led to each other, within a batch; one row for
// each workflow, UTC hour, pair of states and event type.
import type { ProjectionHost } from '@linli/projections'
import type { Instance } from '@linli/workflow'
import { tables } from './instance-tables.ts'

/** The length of a bucket of time. */
export const BUCKET_MS = 3_600_000

type Flow = {
  workflow: string
  hour: number
  from: string
  to: string
  type: string
  count: number
  waitedMs: number
}

/** An event between two states, given as paths. */
export type Counted = {
  from: string
  to: string
  type: string
  before: Instance | undefined
  after: Instance
}

/** Sums up the flows of a batch. */
export class FlowCounter {
  readonly #add: ReturnType<ProjectionHost['writer']>
  readonly #flows = new Map<string, Flow>()

  constructor({ writer }: ProjectionHost) {
    const key = ['workflow', 'hour', 'fromState', 'toState', 'type']
    const add = ['count', 'waitedMs']
    this.#add = writer({ table: tables.flows, columns: [...key, ...add], onConflict: { key, add } })
  }

  /** Counts one event: the states it lies between, and how long the first had lasted. */
  count({ from, to, type, before, after }: Counted): void {
    const hour = Math.floor(after.effectiveAt / BUCKET_MS)
    const workflow = after.workflow.id
    const key = `${workflow} ${hour} ${from} ${to} ${type}`
    const waitedMs = before === undefined ? 0 : after.effectiveAt - before.enteredAt
    const known = this.#flows.get(key)
    if (known === undefined) {
      this.#flows.set(key, { workflow, hour, from, to, type, count: 1, waitedMs })
    } else {
      known.count += 1
      known.waitedMs += waitedMs
    }
  }

  /** Writes the sums. */
  flush(): void {
    for (const { workflow, hour, from, to, type, count, waitedMs } of this.#flows.values()) {
      this.#add([workflow, hour, from, to, type, count, waitedMs])
    }
    this.#flows.clear()
  }

  clear(): void {
    this.#flows.clear()
  }
}

// The one projection that serves every workflow: folds each instance and keeps the row that its
// summary gives, each past row with the interval in which it held. Runs no effect, writes no
// event. What is written where is in instance-writer.ts; what it costs decides a city's day.
import { defineProjection, type ProjectedEvent, type Projection } from '@linli/projections'
import { apply, type Event, type Instance, type Workflow, workflowOf } from '@linli/workflow'
import { InstanceCache } from './instance-cache.ts'
import type { Cell } from './instance-columns.ts'
import { createInstanceIndexes, createInstanceTables } from './instance-tables.ts'
import { InstanceWriter } from './instance-writer.ts'

/** Raised when the rows or their tables change. */
const VERSION = 1

/** `keptInstances` bounds the folded instances in memory. */
export type InstanceProjectionOptions = {
  workflows: ReadonlyMap<string, Workflow>
  keptInstances?: number
}

const KEPT = 2_000

/** The projection `instances`. Events that don't fold are kept as faults, their stream left. */
export function instanceProjection(options: InstanceProjectionOptions): Projection {
  return defineProjection({
    name: 'instances',
    version: VERSION,
    tables: createInstanceTables,
    indexes: createInstanceIndexes,
    begin(host) {
      const writer = new InstanceWriter(host)
      const cache = new InstanceCache(options.keptInstances ?? KEPT, { ...options, host, writer })
      const scene = { cache, writer, ...options }
      return {
        async prepare(events) {
          await writer.remember()
          await cache.load(events)
        },
        take: (event) => take(event, scene),
        flush() {
          for (const stream of writer.flush()) cache.drop(stream)
          cache.trim()
        },
        forget() {
          cache.clear()
          writer.forget()
        },
      }
    },
  })
}

type Taking = InstanceProjectionOptions & { cache: InstanceCache; writer: InstanceWriter }

function take(stored: ProjectedEvent, { cache, writer, workflows }: Taking): void {
  const event = stored.json as Event
  writer.recorded(Date.parse(event.recordedAt), stored.position)
  if (writer.isFaulty(stored.stream)) return
  const known = cache.get(stored.stream)
  const workflow = workflows.get(workflowOf(stored.stream))
  if (workflow === undefined) {
    writer.fault(stored, `no workflow ${workflowOf(stored.stream)}`)
    return
  }
  const next = folded(workflow, known?.instance, { event, writer })
  if ('fault' in next) writer.fault(stored, next.fault)
  else {
    const cached = writer.write(known, next, stored)
    if (known === undefined) cache.add(cached)
  }
}

/** A case that cannot be folded or summed up must not stop the read models of all others. */
function folded(
  workflow: Workflow,
  before: Instance | undefined,
  { event, writer }: { event: Event; writer: InstanceWriter },
): { instance: Instance; cells: Cell[] } | { fault: string } {
  try {
    const instance = apply(workflow, before, event)
    return { instance, cells: writer.cellsOf(instance) }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

// Folded instances at hand, the least recently used dropped; one that is missing is folded from
// its stream before the batch is applied. Writes nothing.
import type { ProjectedEvent, ProjectionHost } from '@linli/projections'
import { type Event, fold, type Instance, type Workflow, workflowOf } from '@linli/workflow'
import type { Cached } from './cached-instance.ts'
import type { InstanceWriter } from './instance-writer.ts'

type Scene = {
  workflows: ReadonlyMap<string, Workflow>
  host: ProjectionHost
  writer: InstanceWriter
}

/** Events of a stream read at one time. */
const PAGE = 1_000

/** The instances of one build. */
export class InstanceCache {
  readonly #limit: number
  readonly #scene: Scene
  readonly #kept = new Map<string, Cached>()

  constructor(limit: number, scene: Scene) {
    this.#limit = limit
    this.#scene = scene
  }

  get(stream: string): Cached | undefined {
    const known = this.#kept.get(stream)
    if (known !== undefined) {
      this.#kept.delete(stream)
      this.#kept.set(stream, known)
    }
    return known
  }

  add(made: Cached): void {
    this.#kept.set(made.instance.stream, made)
  }

  /** Folds what the events go on from and what is not at hand. */
  async load(events: readonly ProjectedEvent[]): Promise<void> {
    const seen = new Set<string>()
    for (const { stream, revision } of events) {
      if (seen.has(stream)) continue
      seen.add(stream)
      if (revision === 0 || this.#kept.has(stream) || this.#scene.writer.isFaulty(stream)) continue
      const instance = await this.#foldUpTo(stream, revision)
      if (instance !== undefined) this.add(this.#scene.writer.restored(instance))
    }
  }

  /** Drops what has ended, and the least recently used above the limit. */
  trim(): void {
    if (this.#kept.size <= this.#limit) return
    for (const [stream, { instance }] of this.#kept) {
      if (instance.snapshot.status !== 'active') this.#kept.delete(stream)
    }
    for (const stream of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) return
      this.#kept.delete(stream)
    }
  }

  clear(): void {
    this.#kept.clear()
  }

  async #foldUpTo(stream: string, revision: number): Promise<Instance | undefined> {
    const workflow = this.#scene.workflows.get(workflowOf(stream))
    if (workflow === undefined) return undefined
    let instance: Instance | undefined
    for (let from = 0; from < revision; from = (instance?.revision ?? -1) + 1) {
      const limit = Math.min(PAGE, revision - from)
      const events = await this.#scene.host.reader.read(stream, { from, limit })
      if (events.length === 0) throw new Error(`${stream} ends before revision ${revision}`)
      instance = folded(workflow, events, instance)
      // The next event, which then comes without its past, is kept as the fault.
      if (instance === undefined) return undefined
    }
    return instance
  }
}

function folded(
  workflow: Workflow,
  events: readonly { text: string }[],
  before: Instance | undefined,
): Instance | undefined {
  const parsed = events.map((event) => JSON.parse(event.text) as Event)
  try {
    return fold(workflow, parsed, before)
  } catch {
    return undefined
  }
}

// Folded instances at hand, in two generations: what was not used while the younger filled is
// forgotten with the older, all at once. One that is missing is folded from its stream before the
// batch is applied. Writes nothing.
import type { StoredEvent } from '@linli/event-store'
import type { ProjectionHost } from '@linli/projections'
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
  readonly #half: number
  readonly #scene: Scene
  #young = new Map<string, Cached>()
  #old = new Map<string, Cached>()

  constructor(limit: number, scene: Scene) {
    this.#half = limit / 2
    this.#scene = scene
  }

  get(stream: string): Cached | undefined {
    const known = this.#young.get(stream)
    if (known !== undefined) return known
    const older = this.#old.get(stream)
    if (older !== undefined) this.#young.set(stream, older)
    return older
  }

  add(made: Cached): void {
    this.#young.set(made.instance.stream, made)
  }

  /** Folds what the events go on from and what is not at hand. */
  async load(events: readonly StoredEvent[]): Promise<void> {
    const seen = new Set<string>()
    const folded: Instance[] = []
    for (const { stream, revision } of events) {
      if (seen.has(stream)) continue
      seen.add(stream)
      if (revision === 0 || this.#has(stream) || this.#scene.writer.isFaulty(stream)) continue
      const instance = await this.#foldUpTo(stream, revision)
      if (instance !== undefined) folded.push(instance)
    }
    if (folded.length === 0) return
    for (const known of await this.#scene.writer.restored(folded)) this.add(known)
  }

  /** Forgets an instance that has ended: no event is to come. */
  drop(stream: string): void {
    this.#young.delete(stream)
    this.#old.delete(stream)
  }

  /** Forgets what was not used of late, between two batches. */
  trim(): void {
    if (this.#young.size < this.#half) return
    this.#old = this.#young
    this.#young = new Map()
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  #has(stream: string): boolean {
    return this.#young.has(stream) || this.#old.has(stream)
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

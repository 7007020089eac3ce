// Folded instances by stream: read from the log once, then kept while they are in use.
import type { EventReader } from '@linli/event-store'
import { type Event, fold, type Instance, type Workflow, workflowOf } from '@linli/workflow'
import { EngineFault } from './fault.ts'

/** How many folded instances stay in memory. */
const KEPT = 20_000

/** Loads and keeps folded instances. */
export class Instances {
  readonly #kept = new Map<string, Instance>()
  readonly #reader: EventReader
  readonly #workflows: ReadonlyMap<string, Workflow>

  constructor(reader: EventReader, workflows: ReadonlyMap<string, Workflow>) {
    this.#reader = reader
    this.#workflows = workflows
  }

  /** The instance as of its newest event, at once when it is in memory; undefined: no stream. */
  get(stream: string): Instance | undefined | Promise<Instance | undefined> {
    const known = this.#kept.get(stream)
    if (known === undefined) return this.#read(stream)
    this.#kept.delete(stream)
    this.#kept.set(stream, known)
    return known
  }

  /** Keeps the instance that a command led to. */
  put(instance: Instance): void {
    this.#kept.delete(instance.stream)
    this.#kept.set(instance.stream, instance)
    if (this.#kept.size > KEPT) {
      const [oldest] = this.#kept.keys()
      if (oldest !== undefined) this.#kept.delete(oldest)
    }
  }

  /** Forgets one: after a conflict, or an answer that never came. */
  drop(stream: string): void {
    this.#kept.delete(stream)
  }

  /** The workflow of an instance id; undefined when its name is not one of ours. */
  workflowOf(stream: string): Workflow | undefined {
    return this.#workflows.get(workflowOf(stream))
  }

  async #read(stream: string): Promise<Instance | undefined> {
    const workflow = this.workflowOf(stream)
    if (workflow === undefined) return undefined
    const stored = await this.#reader.read(stream)
    const instance = fold(workflow, stored.map(parseEvent))
    if (instance !== undefined) this.put(instance)
    return instance
  }
}

/** A stored event's bytes as an event. The store keeps what we wrote; damage is a fault. */
export function parseEvent(stored: { stream: string; revision: number; text: string }): Event {
  try {
    return JSON.parse(stored.text) as Event
  } catch (cause) {
    const where = `${stored.stream} revision ${stored.revision}`
    const message = `the log holds no JSON at ${where}`
    throw new EngineFault('log-does-not-fit', message, { retry: 'never', cause })
  }
}

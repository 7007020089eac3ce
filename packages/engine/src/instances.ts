// Folded instances by stream: read from the log once, then kept while they are in use. They are
// kept by weight in two generations: what was not used while the younger filled is forgotten
// with the older, all at once. Must not import what gives commands.
import type { EventReader } from '@linli/event-store'
import { type Event, fold, type Instance, type Workflow, workflowOf } from '@linli/workflow'
import { EngineFault } from './fault.ts'

/** How much stays in memory: instances weigh their events (about 0.5 KB each) and `OWN_WEIGHT`. */
const KEPT_WEIGHT = 20_000
const OWN_WEIGHT = 3

/** `keptWeight` bounds how many are kept; `isShared`: other processes write the same log. */
export type InstancesOptions = { keptWeight?: number; isShared?: boolean }

/** Loads and keeps folded instances. */
export class Instances {
  readonly #reader: EventReader
  readonly #workflows: ReadonlyMap<string, Workflow>
  readonly #half: number
  readonly #isShared: boolean
  #young = new Map<string, Instance>()
  #old = new Map<string, Instance>()
  #weight = 0

  constructor(
    reader: EventReader,
    workflows: ReadonlyMap<string, Workflow>,
    { keptWeight = KEPT_WEIGHT, isShared = false }: InstancesOptions = {},
  ) {
    this.#reader = reader
    this.#workflows = workflows
    this.#half = keptWeight / 2
    this.#isShared = isShared
  }

  /** The instance as of its newest event, at once when it is in memory; undefined: no stream. */
  get(stream: string): Instance | undefined | Promise<Instance | undefined> {
    const known = this.#young.get(stream)
    if (known !== undefined) return known
    const older = this.#old.get(stream)
    if (older === undefined) return this.#read(stream)
    this.put(older)
    return older
  }

  /** The instance as of the newest event in the log, whoever wrote it. */
  async current(stream: string): Promise<Instance | undefined> {
    await this.refresh(stream)
    return this.get(stream)
  }

  /** Forgets an instance that another process led further; true when it did. */
  async refresh(stream: string): Promise<boolean> {
    if (!this.#isShared || this.#known(stream) === undefined) return false
    const [last] = await this.#reader.read(stream, { direction: 'backward', limit: 1 })
    return last !== undefined && this.heard(stream, last.revision)
  }

  /** An event is in the log: what is known of its stream may be old. True: it was, and is gone. */
  heard(stream: string, revision: number): boolean {
    const known = this.#known(stream)
    if (known === undefined || known.revision >= revision) return false
    this.drop(stream)
    return true
  }

  /** Keeps the instance that a command led to. */
  put(instance: Instance): void {
    const { stream } = instance
    this.drop(stream)
    this.#young.set(stream, instance)
    this.#weight += weightOf(instance)
    if (this.#weight <= this.#half) return
    this.#old = this.#young
    this.#young = new Map()
    this.#weight = 0
  }

  /** Forgets one: after a conflict, or an answer that never came. */
  drop(stream: string): void {
    const known = this.#young.get(stream)
    if (known === undefined) this.#old.delete(stream)
    else {
      this.#young.delete(stream)
      this.#weight -= weightOf(known)
    }
  }

  /** How many are in memory. */
  get size(): number {
    return this.#young.size + this.#old.size
  }

  /** The workflow of an instance id; undefined when its name is not one of ours. */
  workflowOf(stream: string): Workflow | undefined {
    return this.#workflows.get(workflowOf(stream))
  }

  #known(stream: string): Instance | undefined {
    return this.#young.get(stream) ?? this.#old.get(stream)
  }

  async #read(stream: string): Promise<Instance | undefined> {
    const workflow = this.workflowOf(stream)
    if (workflow === undefined) return undefined
    const stored = await this.#reader.read(stream)
    const instance = fold(workflow, stored.map(parseEvent))
    // While the log was read, a command may have led further.
    const newer = this.#known(stream)
    if (newer !== undefined && newer.revision >= (instance?.revision ?? -1)) return newer
    if (instance !== undefined) this.put(instance)
    return instance
  }
}

const weightOf = (instance: Instance): number => OWN_WEIGHT + instance.revision

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

// One case as it was: folded up to a revision, a time, or what had been recorded by then.
// Both axes are prefixes of the stream, because the effective time never runs backwards in it.
import type { EventReader, StoredEvent } from '@linli/event-store'
import { apply, type Event, type Instance } from '@linli/workflow'
import { type Instances, parseEvent } from './instances.ts'

/** Which moment is asked for; nothing given means now. `known` is a position in the log. */
export type AsOf = { revision?: number; at?: number; known?: number }

/** A stored event with its place in the log. */
export type Recorded = { event: Event; position: number }

/** The instance as of a moment and every event that led to it. */
export type View = { instance: Instance; events: Recorded[]; lastRevision: number }

/** Folds a stream up to a moment; undefined when the case did not exist then, or never. */
export async function viewInstance(
  from: { reader: EventReader; instances: Instances },
  stream: string,
  asOf: AsOf = {},
): Promise<View | undefined> {
  const workflow = from.instances.workflowOf(stream)
  if (workflow === undefined) return undefined
  const stored = await from.reader.read(stream)
  let instance: Instance | undefined
  const events: Recorded[] = []
  for (const one of stored) {
    if (isPast(one, asOf)) break
    const event = parseEvent(one)
    const effectiveAt = Math.max(Date.parse(event.at), instance?.effectiveAt ?? 0)
    if (asOf.at !== undefined && effectiveAt > asOf.at) break
    instance = apply(workflow, instance, event)
    events.push({ event, position: one.position })
  }
  if (instance === undefined) return undefined
  return { instance, events, lastRevision: stored.length - 1 }
}

const isPast = (one: StoredEvent, asOf: AsOf): boolean =>
  (asOf.revision !== undefined && one.revision > asOf.revision) ||
  (asOf.known !== undefined && one.position > asOf.known)

/** The whole history of a stream, in order. */
export async function readHistory(reader: EventReader, stream: string): Promise<Recorded[]> {
  const stored = await reader.read(stream)
  return stored.map((one) => ({ event: parseEvent(one), position: one.position }))
}

// Names for answers: of places and units, which are public titles of folded instances, and of
// persons, which are sealed. Who asks for a person's name has to ask first whether it may be seen.
import { type Engine, type Event, openFields, parseEvent } from '@linli/engine'

/** A named thing. */
export type Named = { id: string; name: string }

/** The public name of a place or unit; its id when it has none. */
export async function nameOf(engine: Engine, id: string): Promise<string> {
  const found = engine.instances.get(id)
  const instance = found instanceof Promise ? await found : found
  return instance?.workflow.summary(instance).title ?? id
}

/** Ids with their names, in order. */
export function named(engine: Engine, ids: readonly string[]): Promise<Named[]> {
  return Promise.all(ids.map(async (id) => ({ id, name: await nameOf(engine, id) })))
}

/** A person's own name, opened, as their newest event that has one says; undefined for none. */
export async function personName(engine: Engine, person: string): Promise<string | undefined> {
  const stored = await engine.store.read(person, { direction: 'backward', limit: EVENTS_MAX })
  for (const one of stored) {
    const event: Event = parseEvent(one)
    if (!('name' in event.data)) continue
    const opened = await openFields(engine.vault, event)
    return opened.find(({ field }) => field === 'name')?.text ?? undefined
  }
  return undefined
}

/** How far back a name is looked for. */
const EVENTS_MAX = 50

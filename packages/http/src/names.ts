// Names for answers: of places and units, which are public titles of folded instances. Those of
// persons are sealed: `personName` of the engine opens them.
import type { Engine } from '@linli/engine'

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

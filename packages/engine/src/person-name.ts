// A person's name, which is sealed. Who asks for it has first to ask whether it may be seen, and to
// record that it was looked at.
import type { Engine } from './engine.ts'
import { parseEvent } from './instances.ts'
import { openFields } from './open-personal.ts'

/** How far back a name is looked for (events). */
const EVENTS_MAX = 50

/** A person's own name, opened, as their newest event that has one says; undefined for none. */
export async function personName(
  { store, vault }: Pick<Engine, 'store' | 'vault'>,
  person: string,
): Promise<string | undefined> {
  const stored = await store.read(person, { direction: 'backward', limit: EVENTS_MAX })
  for (const one of stored) {
    const event = parseEvent(one)
    if (!('name' in event.data)) continue
    const opened = await openFields(vault, event)
    return opened.find(({ field }) => field === 'name')?.text ?? undefined
  }
  return undefined
}

// The events of a log, page after page, for work that looks through it once.
import type { EventReader, Filter, StoredEvent } from '@linli/event-store'

/** Events behind a position (the beginning, when none is given), in order, up to the end. */
export async function* logEvents(
  reader: EventReader,
  of: { after?: number; filter?: Filter } = {},
): AsyncGenerator<StoredEvent> {
  let after = of.after ?? 0
  for (;;) {
    const page = await reader.readAll({ ...of, after, limit: PAGE })
    yield* page.events
    if (page.through === after) return
    after = page.through
  }
}

const PAGE = 1_000

// The time that a server lives by: its machine's, but never behind what its log holds already.
import type { StoredEvent } from '@linli/event-store'

/** The server's time, never behind the newest event of its log. */
export function serverTime(
  newest: StoredEvent | undefined,
  clock: () => number = Date.now,
): () => number {
  let last = newest === undefined ? 0 : recordedAt(newest)
  return () => {
    last = Math.max(last, clock())
    return last
  }
}

function recordedAt({ text }: StoredEvent): number {
  const event = JSON.parse(text) as { recordedAt: string }
  return Date.parse(event.recordedAt)
}

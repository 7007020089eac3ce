// Making a log long: real cases of the log again, as other instances, their
// texts sealed anew, so that they fold and are searched like the ones they were taken from.

import { freshId } from '@linli/engine'
import type { EventStore, StoredEvent } from '@linli/event-store'
import type { Community } from '@linli/runtime'
import { isSealed } from '@linli/workflow'
import { scanLog } from './log-scan.ts'

/** Cases copied at once while a log is made long. */
const AT_ONCE = 256

/** Appends copies of closed cases until the log has so many events; how many it has then. */
export async function lengthen(community: Community, events: number): Promise<number> {
  const { store } = community
  const cases = await closedCases(store)
  const before = (await scanLog(store)).events
  let count = before
  let next = 0
  const hand = async () => {
    while (count < events && cases.length > 0) {
      const one = cases[next++ % cases.length] ?? []
      count += one.length
      await copy(community, one)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, hand))
  return count
}

/** Closed appeals that are copied, at most. */
const CASES_MAX = 200

async function closedCases(store: EventStore): Promise<StoredEvent[][]> {
  const filter = { types: ['appeal.followedUp'], streamPrefix: 'appeal-' }
  const found: StoredEvent[][] = []
  for (let after = 0; found.length < CASES_MAX; ) {
    const page = await store.readAll({ after, filter })
    for (const { stream } of page.events) {
      if (found.length < CASES_MAX) found.push(await store.read(stream))
    }
    if (page.through === after) break
    after = page.through
  }
  return found
}

/** One case again, as another instance. */
async function copy({ store, vault }: Community, events: readonly StoredEvent[]): Promise<void> {
  const stream = `appeal-${freshId()}`
  const copies = []
  for (const one of events) {
    const event = freshId()
    const fields: [field: string, value: unknown][] = []
    const { data, ...rest } = JSON.parse(one.text) as { data: Record<string, unknown> }
    for (const [field, value] of Object.entries(data)) {
      if (!isSealed(value) || value.$sealed === null || !value.subject || !value.key) {
        fields.push([field, value])
        continue
      }
      const { $sealed, subject, key } = value
      const from = { stream: one.stream, event: one.id, field }
      const text = (await vault.open({ $sealed, subject, key }, from)) ?? ''
      fields.push([field, await vault.seal(subject, text, { stream, event, field })])
    }
    const text = JSON.stringify({ ...rest, data: Object.fromEntries(fields) })
    const renamed = text.replaceAll(one.stream, stream).replaceAll(one.id, event)
    copies.push({ id: event, type: one.type, text: renamed })
  }
  const answer = await store.append(stream, -1, copies)
  if (!answer.ok) throw new Error(`${stream} conflicts`)
}

// The part of the contract that is about reading: streams both ways, the log in pages, filters.

import type { EventStore, Filter, StoredEvent } from '@linli/event-store'
import type { ContractTest } from './contract-events.ts'
import { idsOf, newEvents, newStream } from './contract-events.ts'

/** Tests of `read`, `readAll` and `head`. */
export const readingContract: Record<string, ContractTest> = {
  'a stream that is not there reads as empty': async (t, store) => {
    t.strictSame(await store.read(newStream()), [])
    t.strictSame(await store.read(newStream(), { direction: 'backward', limit: 1 }), [])
  },

  'a stream reads from a revision, both ways': async (t, store) => {
    const stream = newStream()
    await store.append(stream, -1, newEvents(10))
    const revisions = async (options?: Parameters<EventStore['read']>[1]) =>
      (await store.read(stream, options)).map((event) => event.revision)
    t.strictSame(await revisions(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    t.strictSame(await revisions({ from: 7 }), [7, 8, 9])
    t.strictSame(await revisions({ from: 3, limit: 2 }), [3, 4])
    t.strictSame(await revisions({ from: 10 }), [])
    t.strictSame(await revisions({ direction: 'backward', limit: 3 }), [9, 8, 7])
    t.strictSame(await revisions({ direction: 'backward', from: 2 }), [2, 1, 0])
    t.strictSame(await revisions({ direction: 'backward', from: 99, limit: 1 }), [9])
  },

  'a large stream reads whole, and in pages both ways': async (t, store) => {
    const stream = newStream()
    const ids: string[] = []
    for (let expected = -1; expected < 4_999; expected += 500) {
      const events = newEvents(500)
      await store.append(stream, expected, events)
      ids.push(...idsOf(events))
    }
    t.strictSame(idsOf(await store.read(stream)), ids)
    const paged: string[] = []
    while (paged.length < 5_000) {
      paged.push(...idsOf(await store.read(stream, { from: paged.length, limit: 700 })))
    }
    t.strictSame(paged, ids)
    const back = await store.read(stream, { direction: 'backward', limit: 5_000 })
    t.strictSame(idsOf(back).reverse(), ids)
  },

  'the log reads in pages, after a position': async (t, store) => {
    const start = await store.head()
    const [one, two] = [newStream(), newStream()]
    await store.append(one, -1, newEvents(3))
    await store.append(two, -1, newEvents(3))
    await store.append(one, 2, newEvents(3))
    const ours = { streamPrefix: 'contract-' }
    const events = await pageThrough(store, { after: start, filter: ours, limit: 2 })
    t.strictSame(
      events.filter(inStreams(one, two)).map((event) => [event.stream, event.revision]),
      [
        [one, 0],
        [one, 1],
        [one, 2],
        [two, 0],
        [two, 1],
        [two, 2],
        [one, 3],
        [one, 4],
        [one, 5],
      ],
    )
    const middle = events[4]?.position ?? Number.NaN
    t.strictSame(await pageThrough(store, { after: middle, filter: ours }), events.slice(5))
    const head = await store.head()
    t.equal(events.at(-1)?.position, head)
    t.strictSame(await store.readAll({ after: head }), { events: [], through: head })
  },

  'a filter passes types and prefixes exactly': async (t, store) => {
    const after = await store.head()
    const [plain, wild] = [newStream('filter'), newStream('fil_er%')]
    await store.append(plain, -1, [...newEvents(2, 'a.done'), ...newEvents(2, 'b.done')])
    await store.append(wild, -1, newEvents(2, "a'.done"))
    const count = async (filter: Filter) =>
      (await pageThrough(store, { after, filter })).filter(inStreams(plain, wild)).length
    t.equal(await count({}), 6)
    t.equal(await count({ types: ['a.done'] }), 2)
    t.equal(await count({ types: ['a.done', "a'.done", 'none'] }), 4)
    t.equal(await count({ types: [] }), 0)
    t.equal(await count({ streamPrefix: 'fil' }), 6)
    t.equal(await count({ streamPrefix: 'fil_er%' }), 2)
    t.equal(await count({ streamPrefix: 'Filter' }), 0, 'case matters')
    t.equal(await count({ streamPrefix: plain, types: ['b.done'] }), 2)
  },

  'a filter that passes nothing makes progress all the same': async (t, store) => {
    const after = await store.head()
    const stream = newStream()
    for (let expected = -1; expected < 4_999; expected += 500) {
      await store.append(stream, expected, newEvents(500, 'common'))
    }
    await store.append(stream, 4_999, newEvents(1, 'rare'))
    const head = await store.head()
    const page = await store.readAll({ after, filter: { types: ['never'] }, limit: 1 })
    t.strictSame(page.events, [])
    t.ok(page.through > after)
    const rare = await pageThrough(store, { after, filter: { types: ['rare'] }, limit: 1 })
    t.strictSame(
      rare.map((event) => event.position),
      [head],
    )
  },
}

type PageOptions = { after: number; filter: Filter; limit?: number }

async function pageThrough(store: EventStore, options: PageOptions): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for (let { after } = options; ; ) {
    const page = await store.readAll({ ...options, after })
    if (page.through === after) return events
    events.push(...page.events)
    after = page.through
  }
}

function inStreams(...streams: string[]): (event: StoredEvent) => boolean {
  return (event) => streams.includes(event.stream)
}

// The part of the contract that is about subscriptions: no event skipped, none doubled, a slow
// consumer holds nobody up, and an end when it is asked for.

import type { EventStore, StoredEvent } from '@linli/event-store'
import { limits } from '@linli/event-store'
import type { ContractTest } from './contract-events.ts'
import { idsOf, newEvent, newEvents, newStream } from './contract-events.ts'

/** Tests of `subscribe`. */
export const subscriptionContract: Record<string, ContractTest> = {
  'a subscription catches up and goes on live, each event once': async (t, store) => {
    const after = await store.head()
    const filter = { streamPrefix: newStream('live') }
    const writers = Array.from({ length: 8 }, (_, n) => `${filter.streamPrefix}-${n}`)
    const wanted = writers.length * 150
    // The subscriptions begin before, in the middle of, and after the writing.
    const early = take(store.subscribe({ after, filter }), wanted)
    const writing = Promise.all(writers.map((stream) => writeAlong(store, stream, 150)))
    await store.append(newStream(), -1, [newEvent()])
    const middle = take(store.subscribe({ after, filter }), wanted)
    await writing
    const late = await take(store.subscribe({ after, filter }), wanted)
    t.equal(new Set(idsOf(late)).size, wanted)
    t.ok(late.every((event, n) => event.position > (late[n - 1]?.position ?? after)))
    t.strictSame(idsOf(await early), idsOf(late))
    t.strictSame(idsOf(await middle), idsOf(late))
    const resumed = late[wanted / 2 - 1]?.position ?? Number.NaN
    const rest = await take(store.subscribe({ after: resumed, filter }), wanted / 2)
    t.strictSame(idsOf(rest), idsOf(late.slice(wanted / 2)), 'a consumer goes on where it was')
  },

  'a subscription wakes for each event as it comes': async (t, store) => {
    const stream = newStream('one-by-one')
    const filter = { streamPrefix: stream, types: ['wanted'] }
    const batches = store.subscribe({ after: await store.head(), filter })[Symbol.asyncIterator]()
    // One event only, while the subscription is about to wait: no second one mends a lost wake-up.
    const first = batches.next()
    await store.append(stream, -1, newEvents(1, 'wanted'))
    t.equal((await first).value?.length, 1)
    for (let revision = 1; revision < 20; revision += 2) {
      const next = batches.next()
      await store.append(stream, revision - 1, newEvents(1, 'passed over'))
      await store.append(stream, revision, newEvents(1, 'wanted'))
      const { value = [] } = await next
      t.strictSame(
        value.map((event: StoredEvent) => event.revision),
        [revision + 1],
      )
    }
    await batches.return?.()
  },

  'a slow consumer holds nobody up and misses nothing': async (t, store) => {
    const stream = newStream('slow')
    const options = { after: await store.head(), filter: { streamPrefix: stream } }
    const batches = store.subscribe(options)[Symbol.asyncIterator]()
    await store.append(stream, -1, newEvents(1))
    t.equal((await batches.next()).value?.length, 1)
    for (let expected = 0; expected < 3_000; expected += 500) {
      t.match(await store.append(stream, expected, newEvents(500)), { ok: true })
    }
    const seen: number[] = []
    while (seen.length < 3_000) {
      const { value = [] } = await batches.next()
      t.ok(value.length <= limits.subscriptionEvents, 'batches are bounded')
      seen.push(...value.map((event: StoredEvent) => event.revision))
    }
    t.strictSame(
      seen,
      Array.from({ length: 3_000 }, (_, n) => n + 1),
    )
    await batches.return?.()
  },

  'abort ends a subscription: waiting, under way, and before it began': async (t, store) => {
    const stream = newStream('abort')
    const after = await store.head()
    const filter = { streamPrefix: stream }
    const waiting = new AbortController()
    const ended = collect(store.subscribe({ after, filter, signal: waiting.signal }))
    waiting.abort()
    t.strictSame(await ended, [])
    for (let expected = -1; expected < 1_999; expected += 500) {
      await store.append(stream, expected, newEvents(500))
    }
    const underWay = new AbortController()
    const some = await collect(store.subscribe({ after, filter, signal: underWay.signal }), () =>
      underWay.abort(),
    )
    t.ok(some.length > 0 && some.length <= limits.subscriptionEvents, 'only the first batch')
    t.strictSame(await collect(store.subscribe({ after, signal: AbortSignal.abort() })), [])
  },

  'closing the store ends its subscriptions': async (t, store) => {
    const options = { after: await store.head(), filter: { streamPrefix: newStream('none') } }
    const ended = collect(store.subscribe(options))
    await store.close()
    t.strictSame(await ended, [])
    t.strictSame(await collect(store.subscribe(options)), [])
  },
}

async function writeAlong(store: EventStore, stream: string, count: number): Promise<void> {
  for (let expected = -1; expected < count - 1; ) {
    const several = newEvents(Math.min((expected % 3) + 2, count - 1 - expected))
    const answer = await store.append(stream, expected, several)
    if (!answer.ok) throw new Error(`a conflict on a stream with one writer: ${stream}`)
    expected = answer.revision
  }
}

async function take(batches: AsyncIterable<StoredEvent[]>, count: number): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const batch of batches) {
    events.push(...batch)
    if (events.length >= count) return events
  }
  return events
}

async function collect(
  batches: AsyncIterable<StoredEvent[]>,
  onBatch?: () => void,
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const batch of batches) {
    events.push(...batch)
    onBatch?.()
  }
  return events
}

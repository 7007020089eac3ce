// A subscription of the store on a server that misbehaves: it comes back by itself to where it
// was, waits in between, skips and doubles nothing, and leaves nothing open.

import { limits } from '@linli/event-store'
import t from 'tap'
import { idsOf, newEvents, newStream } from './sample-events.ts'
import { onStandIn, openFor, take, timeoutMs } from './store-on-server.ts'
import { standInFor } from './test-server.ts'

t.test('a subscription comes back, and skips and doubles nothing', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url, { timeoutMs, backOff: { tries: 20 } })
  const stream = newStream()
  const filter = { streamPrefix: stream }
  for (const how of ['reset', 'unavailable', 'unknown', 'end'] as const) {
    standIn.fault({ kind: 'broken-off', on: ['subscribe'], after: 7, how, times: 3 })
  }
  standIn.fault({ kind: 'silent', on: ['subscribe'], times: 1, skip: 2 })
  const following = take(store.subscribe({ after: 0, filter }), 200)
  const early = take(store.subscribe({ after: 0, filter }), 200)
  for (let expected = -1; expected < 199; expected += 20) {
    await store.append(stream, expected, newEvents(20))
    if (expected % 80 === 59) await standIn.restart()
  }
  const stored = idsOf(await store.read(stream))
  t.strictSame(await following, stored)
  t.strictSame(await early, stored)
})

t.test('a subscription comes back to its last position', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url)
  const stream = newStream()
  await store.append(stream, -1, newEvents(50))
  const batches = store.subscribe({ after: 0, filter: { streamPrefix: stream } })
  const iterator = batches[Symbol.asyncIterator]()
  const ids: string[] = []
  const readTo = async (count: number) => {
    while (ids.length < count) ids.push(...idsOf((await iterator.next()).value ?? []))
  }
  await readTo(50)
  standIn.dropConnections()
  await store.append(stream, 49, newEvents(1))
  await readTo(51)
  await iterator.return?.()
  const stored = await store.read(stream)
  t.strictSame(ids, idsOf(stored))
  t.strictSame(standIn.subscribedAfter, [0, stored[49]?.position])
})

t.test('a subscription that nothing passes comes back to where it looked', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url)
  const stream = newStream('rare')
  for (let round = 0; round < 20; round += 1) {
    await store.append(newStream(), -1, newEvents(limits.appendEvents))
  }
  standIn.fault({ kind: 'broken-off', on: ['subscribe'], after: 1, how: 'unavailable', times: 1 })
  const following = take(store.subscribe({ after: 0, filter: { streamPrefix: stream } }), 1)
  await store.append(stream, -1, newEvents(1))
  t.strictSame(await following, idsOf(await store.read(stream)))
  const [first, second = 0] = standIn.subscribedAfter
  t.equal(first, 0)
  t.ok(second > 0, 'the checkpoint')
})

t.test('coming back waits longer each time, by chance in part', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url, { backOff: { firstMs: 20, mostMs: 80, tries: 9 } })
  const stream = newStream()
  const times: number[] = []
  const refusals = Array.from({ length: 5 }, () =>
    standIn.fault({ kind: 'unavailable', on: ['subscribe'], times: 1 }),
  )
  for (const refusal of refusals) refusal.met.then(() => times.push(performance.now()))
  const following = take(store.subscribe({ after: 0, filter: { streamPrefix: stream } }), 1)
  await Promise.all(refusals.map((refusal) => refusal.met))
  await store.append(stream, -1, newEvents(1))
  t.equal((await following).length, 1)
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  // Half of 20, 40, 80, 80 ms is certain; a timer may be a millisecond early.
  for (const [index, least] of [10, 20, 40, 40].entries()) {
    t.ok((waits[index] ?? 0) >= least - 2, `wait ${index + 1}`)
  }
})

t.test(
  'a subscription that was left leaves nothing open',
  { ...onStandIn, timeout: 8_000 },
  async (t) => {
    const standIn = await standInFor(t)
    const store = await openFor(t, standIn.url)
    const stream = newStream()
    for (let expected = -1; expected < 1_999; expected += 500) {
      await store.append(stream, expected, newEvents(500))
    }
    const early = new AbortController()
    const nothing = { after: 0, filter: { streamPrefix: newStream('none') }, signal: early.signal }
    const following = take(store.subscribe(nothing), 1)
    early.abort()
    t.strictSame(await following, [], 'before it began')
    for await (const batch of store.subscribe({ after: 0 })) {
      t.ok(batch.length > 0, 'while more waits')
      break
    }
    await store.close()
    await standIn.idle()
    t.equal(standIn.connections, 0)
  },
)

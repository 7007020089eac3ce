// What the stand-in does, as the unmodified client sees it. The tests that need no fault run
// against a real server as well: they are what says that the stand-in acts like one.

import { once } from 'node:events'
import {
  type AllStreamResolvedEvent,
  END,
  type EventData,
  EventStoreDBClient,
  eventTypeFilter,
  jsonEvent,
  NO_STREAM,
  type ResolvedEvent,
  START,
  streamNameFilter,
} from '@eventstore/db-client'
import t, { type Test } from 'tap'
import { serve } from './served.ts'
import { serverUrl, standInFor, unlessReal } from './test-server.ts'

const onStandIn = { skip: unlessReal('a real server has no faults on demand') }
const slowPath = { credentials: { username: 'admin', password: 'changeit' } }

t.test('appends on both paths, with positions that grow and leave gaps', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  const stream = newStream()
  const first = await client.appendToStream(stream, happened(3), { expectedRevision: NO_STREAM })
  const second = await client.appendToStream(stream, happened(1), {
    expectedRevision: 2n,
    ...slowPath,
  })
  t.match(first, { success: true, nextExpectedRevision: 2n })
  t.match(second, { success: true, nextExpectedRevision: 3n })
  const events = await collect(client.readStream(stream))
  t.equal(events[2]?.position?.commit, first.position?.commit)
  t.equal(events[3]?.position?.commit, second.position?.commit)
  t.equal(events[2]?.position?.prepare, events[0]?.position?.prepare, 'one append, one prepare')
  const commits = events.map((event) => event.position?.commit ?? 0n)
  t.ok(commits.every((commit, index) => commit > (commits[index - 1] ?? -1n) + 1n))
})

t.test('what is stored comes back, with metadata and the time', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  const stream = newStream('楼道')
  const metadata = { $correlationId: 'a', $causationId: 'b' }
  const event = jsonEvent({ type: '诉求.已报告', data: { 说: '暖气不热' }, metadata })
  const before = Date.now()
  await client.appendToStream(stream, event)
  const [stored] = await collect(client.readStream(stream))
  t.match(stored, { id: event.id, type: event.type, data: event.data, metadata, revision: 0n })
  t.equal(stored?.streamId, stream)
  t.ok(Math.abs((stored?.created.getTime() ?? 0) - before) < 60_000)
})

t.test('a wrong expected revision is refused on both paths', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  const stream = newStream()
  for (const path of [{}, slowPath]) {
    const none = client.appendToStream(newStream(), happened(1), { expectedRevision: 5n, ...path })
    await refused(t, none, { type: 'wrong-expected-version', actualVersion: 'no_stream' })
  }
  await client.appendToStream(stream, happened(2))
  for (const path of [{}, slowPath]) {
    const wrong = client.appendToStream(stream, happened(1), { expectedRevision: 0n, ...path })
    await refused(t, wrong, { type: 'wrong-expected-version', actualVersion: 1n })
  }
})

t.test('a repeated id is recognised at the same expected revision, and only there', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  const stream = newStream()
  const events = happened(2)
  const first = await client.appendToStream(stream, events, { expectedRevision: NO_STREAM })
  await client.appendToStream(stream, happened(1), { expectedRevision: 1n })
  const again = await client.appendToStream(stream, events, { expectedRevision: NO_STREAM })
  t.match(again, { nextExpectedRevision: 1n, position: { commit: first.position?.commit } })
  const longer = [...events, ...happened(2)]
  await refused(t, client.appendToStream(stream, longer, { expectedRevision: NO_STREAM }), {
    type: 'wrong-expected-version',
  })
  await client.appendToStream(stream, events, { expectedRevision: 2n })
  t.equal((await collect(client.readStream(stream))).length, 5, 'elsewhere it is stored again')
})

t.test('a stream reads both ways, from a revision, so many', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  const stream = newStream()
  await client.appendToStream(stream, happened(5))
  const revisions = async (options: Parameters<typeof client.readStream>[1]) =>
    (await collect(client.readStream(stream, options))).map((event) => Number(event.revision))
  t.strictSame(await revisions({ fromRevision: 3n }), [3, 4])
  t.strictSame(await revisions({ maxCount: 2 }), [0, 1])
  t.strictSame(await revisions({ fromRevision: 9n }), [])
  t.strictSame(await revisions({ direction: 'backwards', fromRevision: END }), [4, 3, 2, 1, 0])
  t.strictSame(await revisions({ direction: 'backwards', fromRevision: 1n }), [1, 0])
  await refused(t, collect(client.readStream(newStream())), { type: 'stream-not-found' })
})

t.test('$all reads on from a position, back before it, and holds system events', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  const stream = newStream()
  await client.appendToStream(stream, happened(3))
  const events = await collect(client.readStream(stream))
  const fromPosition = events[1]?.position
  if (fromPosition === undefined) throw new Error('an event has a position')
  const on = await collect(client.readAll({ fromPosition, maxCount: 2 }))
  t.strictSame(idsOf(on), idsOf(events.slice(1)), 'the position is taken in')
  const back = await collect(client.readAll({ fromPosition, direction: 'backwards', maxCount: 1 }))
  t.strictSame(idsOf(back), idsOf(events.slice(0, 1)), 'the position is left out')
  const system = await collect(client.readAll({ fromPosition: START, maxCount: 1 }))
  t.ok(system[0]?.streamId.startsWith('$'), 'a log begins with events of the server')
})

t.test(
  'a position inside a record is refused',
  { skip: unlessReal('versions differ') },
  async (t) => {
    const client = clientOf(t, await serverUrl(t))
    const { position } = await client.appendToStream(newStream(), happened(1))
    const inside = (position?.commit ?? 0n) + 1n
    const fromPosition = { commit: inside, prepare: inside }
    await refused(t, collect(client.readAll({ fromPosition })), { type: 'unknown' })
  },
)

t.test('subscriptions confirm, catch up, go on live, and resume after a position', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  const [stream, other] = [newStream(), newStream()]
  const filter = streamNameFilter({ prefixes: [stream] })
  const early = client.subscribeToAll({ fromPosition: END, filter })
  const alone = client.subscribeToStream(stream)
  await Promise.all([once(early, 'caughtUp'), once(alone, 'caughtUp')])
  await client.appendToStream(other, happened(2))
  await client.appendToStream(stream, happened(4))
  const events = await collect(client.readStream(stream))
  t.strictSame(idsOf(await take(early, 4)), idsOf(events))
  t.strictSame(idsOf(await take(alone, 4)), idsOf(events))
  for (const after of events.slice(0, 3)) {
    if (after.position === undefined) throw new Error('an event has a position')
    const late = client.subscribeToAll({ fromPosition: after.position, filter })
    t.strictSame(
      idsOf(await take(late, 1)),
      idsOf(events.slice(Number(after.revision) + 1).slice(0, 1)),
    )
  }
})

t.test('filters take prefixes and patterns of streams and of types', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  const stream = newStream()
  const type = `done.${stream}`
  await client.appendToStream(stream, [...happened(1), ...happened(2, type)])
  const [, second, third] = idsOf(await collect(client.readStream(stream)))
  const filters = [
    streamNameFilter({ regex: `^${stream}$` }),
    eventTypeFilter({ prefixes: ['none', type] }),
    eventTypeFilter({ regex: `^${type.replace('.', '\\.')}$` }),
  ]
  for (const filter of filters) {
    const ids = idsOf(
      await take(client.subscribeToAll({ filter }), filters.indexOf(filter) ? 2 : 3),
    )
    t.strictSame(ids.slice(-2), [second, third])
  }
})

t.test('a filter that passes nothing gets checkpoints', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  const { promise, resolve } = Promise.withResolvers<bigint>()
  const { position } = await client.appendToStream(newStream(), happened(1))
  if (position === undefined) throw new Error('an append has a position')
  const filter = streamNameFilter({
    prefixes: [newStream()],
    maxSearchWindow: 4,
    checkpointReached: async (_subscription, { commit }) => resolve(commit),
  })
  const subscription = client.subscribeToAll({ fromPosition: position, filter })
  subscription.resume()
  await client.appendToStream(newStream(), happened(8))
  t.ok((await promise) >= position.commit)
  await subscription.unsubscribe()
})

t.test('an append of more than 1 MiB is refused on both paths', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  for (const path of [{}, slowPath]) {
    const stream = newStream()
    const data = 'x'.repeat(600_000)
    const large = [jsonEvent({ type: 'large', data }), jsonEvent({ type: 'large', data })]
    await refused(t, client.appendToStream(stream, large, path), {
      type: 'maximum-append-size-exceeded',
    })
    await refused(t, collect(client.readStream(stream)), { type: 'stream-not-found' })
  }
})

t.test('a deleted stream begins again and counts on; a tombstone is for ever', async (t) => {
  const client = clientOf(t, await serverUrl(t))
  const stream = newStream()
  await client.appendToStream(stream, happened(2))
  await client.deleteStream(stream)
  await refused(t, collect(client.readStream(stream)), { type: 'stream-not-found' })
  await client.appendToStream(stream, happened(1), { expectedRevision: NO_STREAM })
  t.strictSame(
    (await collect(client.readStream(stream))).map((event) => event.revision),
    [2n],
  )
  await client.tombstoneStream(stream)
  await refused(t, collect(client.readStream(stream)), { type: 'stream-deleted' })
  await refused(t, client.appendToStream(stream, happened(1)), { type: 'stream-deleted' })
})

t.test('the data outlive a restart', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const stream = newStream()
  const client = clientOf(t, standIn.url)
  await client.appendToStream(stream, happened(2))
  await standIn.restart()
  const events = happened(1)
  const append = () => client.appendToStream(stream, events, { expectedRevision: 1n })
  // The client learns of the restart by the call that fails.
  t.match(await append().catch(append), { success: true, nextExpectedRevision: 2n })
  t.equal((await collect(client.readStream(stream))).length, 3)
  t.equal(standIn.stored(stream), 3)
  t.equal(standIn.stored(), 3, 'the events of the server are not counted')
})

t.test(
  'the node is found by gossip',
  { skip: unlessReal('it may advertise a name') },
  async (t) => {
    const { port } = await standInFor(t)
    const hosts = `127.0.0.1:${port},127.0.0.1:${port}`
    const client = clientOf(t, `esdb://${hosts}?tls=false`)
    t.match(await client.appendToStream(newStream(), happened(1)), { success: true })
  },
)

t.test('faults, as the client sees them', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  for (const [kind, path, expected] of refusedAppends) {
    const client = clientOf(t, standIn.url)
    const stream = newStream()
    const set = standIn.fault({ kind, on: ['append'], times: 1 })
    const appending = client.appendToStream(stream, happened(1), path)
    await refused(t, appending, { type: expected })
    t.equal(set.count, 1)
    const written = kind === 'answer-lost' || kind === 'commit-timeout'
    t.equal(standIn.stored(stream), written ? 1 : 0)
  }
})

t.test('a silent server leaves an append pending', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const stream = newStream()
  const client = clientOf(t, standIn.url)
  const silent = standIn.fault({ kind: 'silent', on: ['append'], stream })
  const options = { deadline: 1 }
  const pending = client.appendToStream(stream, happened(1), options).catch((error) => error.type)
  await silent.met
  await client.appendToStream(newStream(), happened(1))
  standIn.dropConnections()
  t.equal(await pending, 'unavailable', 'the deadline was long past')
  t.equal(standIn.stored(stream), 0)
})

t.test('a client goes to the leader it is told of', onStandIn, async (t) => {
  const [follower, leader] = [await standInFor(t), await standInFor(t)]
  const client = clientOf(t, follower.url)
  const named = { host: '127.0.0.1', port: leader.port }
  follower.fault({ kind: 'not-leader', on: ['append'], leader: named })
  const stream = newStream()
  await refused(t, client.appendToStream(stream, happened(1)), { type: 'not-leader' })
  await client.appendToStream(stream, happened(1))
  t.strictSame([follower.stored(stream), leader.stored(stream)], [0, 1])
})

t.test('a subscription breaks off where it is told', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const client = clientOf(t, standIn.url)
  const stream = newStream()
  await client.appendToStream(stream, happened(3))
  for (const how of ['unavailable', 'unknown', 'reset'] as const) {
    standIn.fault({ kind: 'broken-off', on: ['subscribe'], after: 2, how, times: 1 })
    const subscription = client.subscribeToStream(stream)
    const seen: string[] = []
    subscription.on('data', ({ event }) => seen.push(event?.id ?? ''))
    const [error] = await once(subscription, 'error', {
      signal: AbortSignal.timeout(5_000),
    }).catch((error) => [error])
    t.equal(error.type, how === 'reset' ? 'unavailable' : how)
    if (how !== 'reset') t.equal(seen.length, 2)
  }
})

t.test('the hazard: appends of all clients wait in one table', onStandIn, async (t) => {
  const [healthy, dying] = [await standInFor(t), await standInFor(t)]
  const [ours, theirs] = [clientOf(t, healthy.url), clientOf(t, dying.url)]
  const stream = newStream()
  const written = healthy.fault({ kind: 'written-silent', on: ['append'], stream })
  const silent = dying.fault({ kind: 'silent', on: ['append'] })
  const appending = ours.appendToStream(stream, happened(1)).catch((error) => error.type)
  const lost = theirs.appendToStream(newStream(), happened(1)).catch((error) => error.type)
  await Promise.all([written.met, silent.met])
  await dying.leave()
  t.strictSame([await appending, await lost], ['unavailable', 'unavailable'])
  t.equal(healthy.stored(stream), 1, 'rejected, yet it is stored')
})

t.test('the process of the stand-in takes orders and ends when told', onStandIn, async (t) => {
  const served = await serve(t)
  const client = clientOf(t, served.url)
  await served.order({ fault: { kind: 'unavailable', on: ['append'], times: 1 } })
  const stream = newStream()
  await refused(t, client.appendToStream(stream, happened(1)), { type: 'unavailable' })
  await client.appendToStream(stream, happened(2))
  await served.order({ restart: true })
  t.strictSame(await served.order({ stored: stream }), { done: true, stored: 2 })
  served.process.kill('SIGTERM')
  t.strictSame(await once(served.process, 'exit'), [0, null])
})

const refusedAppends = [
  ['reset', {}, 'unavailable'],
  ['reset', slowPath, 'unavailable'],
  ['answer-lost', {}, 'unavailable'],
  ['answer-lost', slowPath, 'unavailable'],
  ['commit-timeout', {}, 'deadline-exceeded'],
  ['commit-timeout', slowPath, 'timeout'],
  ['overloaded', {}, 'unknown'],
  ['overloaded', slowPath, 'unavailable'],
  ['unavailable', {}, 'unavailable'],
  ['unavailable', slowPath, 'unavailable'],
  ['unauthenticated', {}, 'access-denied'],
  ['unauthenticated', slowPath, 'access-denied'],
  ['access-denied', {}, 'access-denied'],
  ['access-denied', slowPath, 'access-denied'],
  ['not-leader', {}, 'not-leader'],
  ['not-leader', slowPath, 'not-leader'],
] as const

function clientOf(t: Test, url: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(url)
  t.teardown(() => client.dispose())
  return client
}

function newStream(prefix = 'stand.in'): string {
  return `${prefix}-${crypto.randomUUID()}`
}

function happened(count: number, type = 'happened'): EventData[] {
  return Array.from({ length: count }, (_, n) => jsonEvent({ type, data: { n } }))
}

type Resolved = ResolvedEvent | AllStreamResolvedEvent
type Event = NonNullable<Resolved['event']>

async function refused(t: Test, call: Promise<unknown>, expected: object): Promise<void> {
  t.match(await call.catch((error: unknown) => error), expected)
}

async function collect(reading: AsyncIterable<Resolved>): Promise<Event[]> {
  const events: Event[] = []
  for await (const { event } of reading) if (event !== undefined) events.push(event)
  return events
}

async function take(reading: AsyncIterable<Resolved>, count: number): Promise<Event[]> {
  const events: Event[] = []
  for await (const { event } of reading) {
    if (event !== undefined) events.push(event)
    if (events.length >= count) break
  }
  return events
}

function idsOf(events: Event[]): string[] {
  return events.map((event) => event.id)
}

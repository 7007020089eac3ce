// The contract of an event store, on KurrentDB: the stand-in, or the real server that
// LINLI_TEST_EVENTS names. Either already holds data of others.

import { binaryEvent, EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import type { EventStore, StoredEvent } from '@linli/event-store'
import { storeContract } from '@linli/event-store/contract'
import { openKurrentStore } from '@linli/event-store-kurrent'
import t from 'tap'
import { newEvent, newEvents, newStream } from './sample-events.ts'
import { realServer, serverUrl, standInFor } from './test-server.ts'

// A system event after every append is more than a real server writes: none may be taken for ours.
const url = realServer ?? (await standInFor(t, { systemEvery: 1 })).url
await storeOfOthers(url)

const subject = {
  name: 'the store in KurrentDB',
  // The server has no index of ids: it knows an id again at the same place of the same stream only.
  idsOfTheWholeLog: 'KurrentDB keeps no index of event ids over the log',
}
await storeContract(t, subject, () => openKurrentStore({ url }))

t.test('an append of several events is stored whole or not at all', async (t) => {
  const url = await serverUrl(t)
  const store = await openKurrentStore({ url })
  t.teardown(() => store.close())
  const stream = newStream()
  const answers = await Promise.all(
    [3, 4, 5].map((count) => store.append(stream, -1, newEvents(count))),
  )
  const won = answers.filter((answer) => answer.ok)
  t.equal(won.length, 1)
  t.equal((await store.read(stream)).length, (won[0]?.revision ?? Number.NaN) + 1)
})

t.test('two installations on one server do not see each other', async (t) => {
  const url = await serverUrl(t)
  const prefixes = [`one-${crypto.randomUUID()}.`, `two-${crypto.randomUUID()}.`]
  const stores = await Promise.all(prefixes.map((prefix) => openKurrentStore({ url, prefix })))
  t.teardown(() => Promise.all(stores.map((store) => store.close())))
  const [one, two] = stores
  if (one === undefined || two === undefined) throw new Error('two stores were opened')
  const events = newEvents(3)
  await one.append('a', -1, events)
  t.strictSame([await two.read('a'), await two.head()], [[], 0])
  t.strictSame(await pageThrough(two), [])
  t.match(await two.append('a', -1, newEvents(1)), { ok: true, revision: 0 })
  t.strictSame(
    (await pageThrough(one)).map((event) => [event.stream, event.id]),
    events.map((event) => ['a', event.id]),
  )
})

t.test("metadata for the server's own tools are set from the event", async (t) => {
  const url = await serverUrl(t)
  const prefix = `meta-${crypto.randomUUID()}.`
  const store = await openKurrentStore({ url, prefix })
  t.teardown(() => store.close())
  const [command, cause] = [crypto.randomUUID(), crypto.randomUUID()]
  const texts = [`{"command":"${command}"}`, `{"command":"${command}","cause":"${cause}"}`, '1']
  const events = texts.map((text) => newEvent(text))
  await store.append('a', -1, events)
  const client = EventStoreDBClient.connectionString(url)
  t.teardown(() => client.dispose())
  const metadata: unknown[] = []
  for await (const { event } of client.readStream(`${prefix}a`)) metadata.push(event?.metadata)
  t.strictSame(metadata, [
    { $correlationId: command, $causationId: command },
    { $correlationId: command, $causationId: cause },
    undefined,
  ])
})

/** What another program keeps on the same server: bytes, empty data, names that look like ours. */
async function storeOfOthers(url: string): Promise<void> {
  const client = EventStoreDBClient.connectionString(url)
  const stream = `others-${crypto.randomUUID()}`
  await client.appendToStream(stream, [
    jsonEvent({ type: 'others', data: { n: 1 }, metadata: { by: 'others' } }),
    binaryEvent({ type: 'others', data: Uint8Array.of(0, 255, 1), metadata: Uint8Array.of(9) }),
    binaryEvent({ type: '', data: new Uint8Array() }),
  ])
  await client.appendToStream(`${stream}-deleted`, jsonEvent({ type: 'others', data: {} }))
  await client.deleteStream(`${stream}-deleted`)
  await client.dispose()
}

/** The whole log as a store sees it. */
async function pageThrough(store: EventStore): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for (let after = 0; ; ) {
    const page = await store.readAll({ after })
    if (page.through === after) return events
    events.push(...page.events)
    after = page.through
  }
}

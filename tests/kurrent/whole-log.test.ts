// The whole log of one installation on a server that holds much of others: they are left out
// there, and any number serves as a position, though only some are places in the log.

import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { limits, type StoredEvent } from '@linli/event-store'
import { buildServer, openCommunity } from '@linli/runtime'
import t, { type Test } from 'tap'
import { makeNeighbourhood } from '../load/neighbourhood.ts'
import { idsOf, newEvents, newStream } from './sample-events.ts'
import { onStandIn, openFor, take, timeoutMs } from './store-on-server.ts'
import { serverUrl, standInFor } from './test-server.ts'

t.test('what others keep is left out by the server', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url)
  const stream = newStream()
  await store.append(stream, -1, newEvents(2))
  await storeOfOthers(standIn.url, 300)
  await store.append(stream, 1, newEvents(2))
  await storeOfOthers(standIn.url, 300)
  const ids = idsOf(await store.read(stream))
  // More than these answers never come: one that breaks off would fail every try.
  standIn.fault({ kind: 'broken-off', on: ['read', 'subscribe'], after: 5, how: 'unavailable' })
  t.strictSame(idsOf((await store.readAll()).events), ids)
  const other = await openFor(t, standIn.url)
  t.equal(await other.head(), (await other.newest())?.position)
  t.equal((await other.newest())?.id, ids.at(-1))
  t.strictSame(await take(other.subscribe({ after: 0 }), 4), ids)
})

t.test('where the server looks too long, nothing is left out', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url, { timeoutMs })
  const stream = newStream()
  const first = await store.append(stream, -1, newEvents(1))
  await storeOfOthers(standIn.url, limits.examinedPositions + 10)
  await store.append(stream, 0, newEvents(1))
  const [one, two] = idsOf(await store.read(stream))
  standIn.fault({ kind: 'silent', on: ['read'], times: 1 })
  const page = await store.readAll({ after: first.ok ? first.position : 0 })
  t.strictSame(page.events, [], 'as many positions as one call examines')
  const next = await store.readAll({ after: page.through })
  t.strictSame(idsOf(next.events), [two])
  standIn.fault({ kind: 'silent', on: ['read'], times: 1 })
  t.equal((await store.newest())?.id, two, 'from the end')
  t.strictSame(idsOf((await store.readAll()).events), [one, two], 'and left out again')
})

t.test('reading begins behind any number', async (t) => {
  const url = await serverUrl(t)
  const store = await openFor(t, url, { prefix: `place-${crypto.randomUUID()}.` })
  const before = (await (await openFor(t, url, { prefix: '' })).newest())?.position ?? 0
  const stream = newStream()
  await store.append(stream, -1, newEvents(20))
  await storeOfOthers(url, 20)
  const events = await store.read(stream)
  const behind = (after: number) => idsOf(events.filter(({ position }) => position > after))
  const middle = events[9]?.position ?? 0
  const end = await store.head()
  for (const after of [1, 5, before + 1, middle - 1, middle, middle + 1, end - 1, end + 7]) {
    const name = `after ${after}`
    t.strictSame(idsOf((await store.readAll({ after })).events), behind(after), name)
    const [next] = await store.append(stream, events.length - 1, newEvents(1)).then(more)
    if (next !== undefined) events.push(next)
    if (after > end) continue
    const wanted = behind(after)
    t.strictSame(await take(store.subscribe({ after }), wanted.length), wanted, `${name}, followed`)
  }

  async function more(): Promise<StoredEvent[]> {
    return store.read(stream, { from: events.length })
  }
})

t.test('a fault that has nothing to do with the place is told', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url)
  const stream = newStream()
  await store.append(stream, -1, newEvents(3))
  const [, one, two] = await store.read(stream)
  const after = one?.position ?? 0
  standIn.fault({ kind: 'broken-off', on: ['read'], after: 0, how: 'unknown' })
  await t.rejects(store.readAll({ after }), { code: 'storage-failed' })
  standIn.clear()
  standIn.fault({ kind: 'broken-off', on: ['subscribe'], after: 0, how: 'unknown', times: 1 })
  t.strictSame(await take(store.subscribe({ after }), 1), [two?.id])
})

t.test('over HTTP too, any number serves as a position', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const { base, token } = await serverOn(t, standIn.url)
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${base}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } })
  const whole = await (await ask('/api/events')).text()
  t.ok(whole.split('\n').length > 5)
  t.equal(await (await ask('/api/events?after=5')).text(), whole)
  const accept = 'text/event-stream'
  const stream = await ask('/api/events?limit=2', { accept, 'last-event-id': '7' })
  const [first, second] = whole.split('\n')
  t.match(await stream.text(), new RegExp(`data: ${escaped(first)}[^]*data: ${escaped(second)}`))
  t.equal((await ask('/api/events?after=9999999999999999')).status, 422)
  t.equal((await ask('/api/events', { accept, 'last-event-id': '9999999999999999' })).status, 400)
})

t.test('pages are told to come again while the log cannot be followed', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const { base, token } = await serverOn(t, standIn.url)
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
  standIn.fault({ kind: 'access-denied', on: ['subscribe'] })
  t.match(await (await fetch(`${base}/api/live`, { headers })).text(), 'retry: 3000')
  standIn.clear()
  const stop = new AbortController()
  const again = await fetch(`${base}/api/live`, { headers, signal: stop.signal })
  t.equal(again.status, 200, 'and are welcome')
  stop.abort()
})

/** A server on the stand-in with read models in a folder, and the token of an analyst. */
async function serverOn(t: Test, events: string): Promise<{ base: string; token: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'linli-whole-log-'))
  const community = await openCommunity({ folder, events })
  const app = await buildServer(community)
  t.teardown(async () => {
    await app.close()
    await community.close()
    rmSync(folder, { recursive: true })
  })
  const { tokens } = await makeNeighbourhood(community, 2)
  await community.settled()
  await app.listen({ host: '127.0.0.1', port: 0 })
  // A server that listens on a port has this form of address.
  const { port } = app.server.address() as AddressInfo
  return { base: `http://127.0.0.1:${port}`, token: tokens.analyst }
}

/** So many events of another program. */
async function storeOfOthers(url: string, count: number): Promise<void> {
  const client = EventStoreDBClient.connectionString(url)
  const stream = `others-${crypto.randomUUID()}`
  for (let left = count; left > 0; left -= 1_000) {
    const events = Array.from({ length: Math.min(left, 1_000) }, (_, n) =>
      jsonEvent({ type: 'others', data: { n } }),
    )
    await client.appendToStream(stream, events)
  }
  await client.dispose()
}

const escaped = (text = ''): string => RegExp.escape(text)

// The store on a server that misbehaves: what is acknowledged is stored, once; what is not known is
// found out or said; every call ends in time; one dead server leaves the others alone.

import { limits } from '@linli/event-store'
import fc from 'fast-check'
import t from 'tap'
import type { Call } from './fault.ts'
import { idsOf, newEvent, newEvents, newStream } from './sample-events.ts'
import { serve } from './served.ts'
import { faultOf, onStandIn, openFor, take, timeoutMs, wire } from './store-on-server.ts'
import { standInFor } from './test-server.ts'

const passing = ['reset', 'silent', 'overloaded', 'unavailable', 'not-leader'] as const

const quick = [
  'reset',
  'answer-lost',
  'commit-timeout',
  'overloaded',
  'unavailable',
  'not-leader',
] as const

t.test('every call ends in time', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url, { timeoutMs })
  const stream = newStream()
  standIn.fault({ kind: 'silent', on: ['append', 'read'] })
  const begun = performance.now()
  const faults = await Promise.all([
    faultOf(store.read(stream)),
    faultOf(store.readAll()),
    faultOf(store.head()),
    faultOf(store.append(stream, -1, newEvents(1))),
  ])
  t.ok(performance.now() - begun < 20 * timeoutMs)
  for (const fault of faults) t.equal(fault.code, 'store-timeout', fault.message)
  t.strictSame(
    faults.map((fault) => fault.retry),
    ['later', 'later', 'later', 'outcome-unknown'],
  )
})

t.test('an answer that was lost is found: acknowledged once, stored once', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url, { timeoutMs })
  for (const kind of ['answer-lost', 'written-silent', 'commit-timeout'] as const) {
    const stream = newStream()
    const events = newEvents(3)
    const lost = standIn.fault({ kind, on: ['append'], stream: wire(stream) })
    const answer = await store.append(stream, -1, events)
    t.equal(lost.count, 1, `${kind}: found by reading, not by sending again`)
    lost.lift()
    const stored = await store.read(stream)
    t.strictSame(idsOf(stored), idsOf(events), kind)
    t.strictSame(answer, { ok: true, revision: 2, position: stored.at(-1)?.position }, kind)
    t.match(await store.append(stream, 2, newEvents(1)), { ok: true, revision: 3 })
  }
})

t.test('an append that was really lost is sent again', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url, { timeoutMs })
  for (const kind of passing) {
    const stream = newStream()
    const events = newEvents(2)
    const leader = { host: '127.0.0.1', port: standIn.port }
    standIn.fault({ kind, on: ['append'], times: 1, stream: wire(stream), leader })
    t.match(await store.append(stream, -1, events), { ok: true, revision: 1 }, kind)
    t.strictSame(idsOf(await store.read(stream)), idsOf(events), kind)
  }
})

t.test('what stays unknown is said, and the same append settles it', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url, { timeoutMs })
  for (const kind of ['answer-lost', 'reset', 'silent', 'written-silent'] as const) {
    const stream = newStream()
    const events = newEvents(2)
    const appending = standIn.fault({ kind, on: ['append'], stream: wire(stream) })
    const reading = standIn.fault({ kind: 'silent', on: ['read'], stream: wire(stream) })
    const fault = await faultOf(store.append(stream, -1, events))
    t.equal(fault.retry, 'outcome-unknown', `${kind}: ${fault.message}`)
    t.match(fault.message, /not known/)
    appending.lift()
    reading.lift()
    t.match(await store.append(stream, -1, events), { ok: true, revision: 1 }, kind)
    t.strictSame(idsOf(await store.read(stream)), idsOf(events), kind)
  }
})

t.test('an answer that was lost to another writer is a conflict', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const [store, other] = [await openFor(t, standIn.url), await openFor(t, standIn.url)]
  const stream = newStream()
  await store.append(stream, -1, newEvents(1))
  const reset = standIn.fault({ kind: 'reset', on: ['append'], times: 1, stream: wire(stream) })
  const appending = store.append(stream, 0, newEvents(1))
  await reset.met
  const overtaking = other.append(stream, 0, newEvents(2))
  const answers = await Promise.all([appending, overtaking])
  const won = answers.filter((answer) => answer.ok)
  t.equal(won.length, 1, 'one of the two')
  t.equal((await store.read(stream)).length, answers[0].ok ? 2 : 3)
})

t.test('what cannot be stored is refused before the call', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url)
  const refused = [
    [newEvent('"\ud83d"')],
    [newEvent(`"${'x'.repeat(limits.textBytes)}"`)],
    newEvents(limits.appendEvents + 1),
  ]
  for (const events of refused)
    t.equal((await faultOf(store.append('a', -1, events))).retry, 'never')
  // A value that JSON cannot hold: the client would leave the append pending and end the process.
  const unfit = Object.assign(newEvent(), { text: 1n })
  t.ok((await store.append('a', -1, [unfit]).catch((error) => error)) instanceof Error)
  t.equal(standIn.calls('append'), 0)
  t.match(await store.append('a', -1, newEvents(1)), { ok: true })
})

t.test('one server dies, the appends to another go on', onStandIn, async (t) => {
  const [healthy, dying] = [await standInFor(t), await standInFor(t)]
  const [ours, theirs] = [await openFor(t, healthy.url), await openFor(t, dying.url)]
  // Answers of the healthy server are under way when the other one dies: the client's one table
  // for all connections would reject them, and then throw when they come.
  healthy.fault({ kind: 'slow', ms: 60, on: ['append'], times: 64 })
  const silent = dying.fault({ kind: 'silent', on: ['append'] })
  const rejected = Array.from({ length: 64 }, () =>
    faultOf(theirs.append(newStream(), -1, newEvents(1))),
  )
  const appending = Array.from({ length: 64 }, () => ours.append(newStream(), -1, newEvents(1)))
  await silent.met
  await dying.leave()
  for (const fault of await Promise.all(rejected)) t.equal(fault.retry, 'outcome-unknown')
  for (const answer of await Promise.all(appending)) t.match(answer, { ok: true })
  t.equal(healthy.calls('append'), 64, 'none had to be sent again')
  t.match(await ours.append(newStream(), -1, newEvents(1)), { ok: true })
})

t.test('an answer that comes too late harms nobody', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url, { timeoutMs })
  const stream = newStream()
  const events = newEvents(1)
  standIn.fault({ kind: 'slow', ms: timeoutMs + 50, on: ['append'], times: 1 })
  t.match(await store.append(stream, -1, events), { ok: true, revision: 0 })
  standIn.fault({ kind: 'slow', ms: timeoutMs / 2, on: ['append'], times: 1 })
  t.match(await store.append(newStream(), -1, newEvents(1)), { ok: true })
  t.strictSame(idsOf(await store.read(stream)), idsOf(events))
})

t.test('writers through restarts: acknowledged is stored, once', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url, { backOff: { tries: 20 } })
  let acknowledged = 0
  const write = async (stream: string): Promise<string[]> => {
    const ids: string[] = []
    for (let expected = -1; expected < 39; expected += 1) {
      const events = newEvents(1)
      const answer = await store.append(stream, expected, events)
      if (!answer.ok) throw new Error(`a conflict on a stream with one writer: ${answer.actual}`)
      ids.push(...idsOf(events))
      acknowledged += 1
      if (acknowledged % 60 === 0) await standIn.restart()
      if (acknowledged % 90 === 0) standIn.fault({ kind: 'answer-lost', on: ['append'], times: 1 })
    }
    return ids
  }
  const streams = Array.from({ length: 8 }, () => newStream())
  const written = await Promise.all(streams.map(write))
  for (const [index, stream] of streams.entries()) {
    t.strictSame(idsOf(await store.read(stream)), written[index])
  }
  t.equal(standIn.stored(), 8 * 40, 'nothing is stored twice')
})

t.test('any row of faults: acknowledged is stored, once, in order', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url)
  const leader = { host: '127.0.0.1', port: standIn.port }
  const row = fc.array(fc.constantFrom(...quick), { minLength: 1, maxLength: 8 })
  const check = fc.asyncProperty(row, fc.boolean(), async (kinds, atReading) => {
    const stream = newStream()
    const following = take(
      store.subscribe({ after: 0, filter: { streamPrefix: stream } }),
      kinds.length,
    )
    const ids: string[] = []
    for (const [index, kind] of kinds.entries()) {
      const on: Call[] = atReading ? ['append', 'read'] : ['append']
      standIn.fault({ kind, on, times: 1, stream: wire(stream), leader })
      const events = newEvents(1)
      t.match(await store.append(stream, index - 1, events), { ok: true, revision: index })
      ids.push(...idsOf(events))
    }
    standIn.clear()
    t.strictSame(idsOf(await store.read(stream)), ids)
    t.strictSame(await following, ids)
  })
  await fc.assert(check, { numRuns: 12 })
})

t.test('a server that is stopped and goes on', onStandIn, async (t) => {
  const served = await serve(t)
  const store = await openFor(t, served.url, { timeoutMs })
  const stream = newStream()
  const events = newEvents(2)
  await store.append(stream, -1, newEvents(1))
  served.process.kill('SIGSTOP')
  const fault = await faultOf(store.append(stream, 0, events))
  t.match(fault, { code: 'store-timeout', retry: 'outcome-unknown' })
  t.match(await faultOf(store.read(stream)), { code: 'store-timeout', retry: 'later' })
  served.process.kill('SIGCONT')
  t.match(await store.append(stream, 0, events), { ok: true, revision: 2 })
  t.strictSame(await served.order({ stored: wire(stream) }), { done: true, stored: 3 })
})

t.test('a server that is killed', onStandIn, async (t) => {
  const served = await serve(t)
  const store = await openFor(t, served.url, { timeoutMs })
  await served.order({ fault: { kind: 'silent', on: ['append'] } })
  const begun = performance.now()
  const appending = Array.from({ length: 16 }, () =>
    faultOf(store.append(newStream(), -1, newEvents(1))),
  )
  served.process.kill('SIGKILL')
  for (const fault of await Promise.all(appending)) {
    t.match(fault, { code: 'store-unreachable' })
    t.match(fault.retry, /later|outcome-unknown/)
  }
  t.ok(performance.now() - begun < 20 * timeoutMs)
  t.match(await faultOf(store.read('a')), { code: 'store-unreachable', retry: 'later' })
})

t.test('reads go on after a connection that broke', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url)
  const stream = newStream()
  const after = await store.head()
  await store.append(stream, -1, newEvents(30))
  const ids = idsOf(await store.read(stream))
  for (const how of ['reset', 'unavailable', 'unknown'] as const) {
    standIn.fault({ kind: 'broken-off', on: ['read'], after: 11, how, times: 1 })
    t.strictSame(idsOf(await store.read(stream)), ids, how)
    standIn.fault({ kind: 'broken-off', on: ['read'], after: 11, how, times: 1 })
    t.strictSame(idsOf((await store.readAll({ after })).events), ids, how)
  }
})

t.test('a store closes although the server is silent', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  const store = await openFor(t, standIn.url, { timeoutMs })
  standIn.fault({ kind: 'silent' })
  const appending = faultOf(store.append(newStream(), -1, newEvents(1)))
  const following = take(store.subscribe({ after: 0 }), 1)
  await store.close()
  t.equal((await appending).retry, 'outcome-unknown')
  t.strictSame(await following, [])
})

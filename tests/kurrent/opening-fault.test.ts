// What the store says when it cannot be opened or used: wrong address, wrong credentials, wrong
// version, nobody there, a fault that stays. One sentence, a code, whether it may pass.

import t from 'tap'
import type { FaultKind } from './fault.ts'
import { newEvents, newStream } from './sample-events.ts'
import { faultOf, onStandIn, openFor, refusedOpening, timeoutMs } from './store-on-server.ts'
import { serverUrl, standInFor } from './test-server.ts'

const said: [FaultKind, string, string][] = [
  ['overloaded', 'store-unreachable', 'later'],
  ['unavailable', 'store-unreachable', 'later'],
  ['not-leader', 'store-not-leader', 'later'],
  ['access-denied', 'store-refused', 'never'],
  ['unauthenticated', 'store-refused', 'never'],
  ['unimplemented', 'store-version', 'never'],
]

t.test('faults that stay are said in one sentence', onStandIn, async (t) => {
  for (const [kind, code, retry] of said) {
    const standIn = await standInFor(t)
    const store = await openFor(t, standIn.url)
    standIn.fault({ kind, leader: { host: '127.0.0.1', port: standIn.port } })
    const fault = await faultOf(store.read(newStream()))
    t.strictSame([fault.code, fault.retry], [code, retry], `${kind}: ${fault.message}`)
    t.match(fault.message, new RegExp(`127\\.0\\.0\\.1:${standIn.port}.*\\S[.]$`, 'u'))
    const appending = await faultOf(store.append(newStream(), -1, newEvents(1)))
    t.equal(appending.code, code, `${kind}: ${appending.message}`)
    t.equal(standIn.stored(), 0)
  }
})

t.test('a server that cannot be used is said at the start', onStandIn, async (t) => {
  const old = await standInFor(t, { version: '20.10.4', batchAppend: false })
  t.match(await refusedOpening(old.url), { code: 'store-version', message: /20\.10\.4/ })
  const other = await standInFor(t)
  other.fault({ kind: 'unimplemented' })
  t.match(await refusedOpening(other.url), { code: 'store-version', retry: 'never' })
  const silent = await standInFor(t)
  silent.fault({ kind: 'silent' })
  t.match(await refusedOpening(silent.url, timeoutMs), { code: 'store-timeout', retry: 'later' })
  const away = await standInFor(t)
  await away.leave()
  const fault = await refusedOpening(away.url)
  t.match(fault, { code: 'store-unreachable', retry: 'later', message: /check the address/ })
  await away.comeBack()
  await openFor(t, away.url)
})

t.test('wrong credentials are said, without them', onStandIn, async (t) => {
  for (const kind of ['unauthenticated', 'access-denied'] as const) {
    const standIn = await standInFor(t)
    standIn.fault({ kind })
    const fault = await refusedOpening(
      `esdb://linli:secret-word@127.0.0.1:${standIn.port}?tls=false`,
    )
    t.match(fault, { code: 'store-refused', retry: 'never', message: /name, password/ })
    t.notMatch(`${fault.message} ${fault.stack}`, /secret-word/)
    t.equal(standIn.calls('read') + standIn.calls('features') <= 2, true, 'not tried again')
  }
})

t.test('a server that is still starting is waited for', onStandIn, async (t) => {
  const standIn = await standInFor(t)
  standIn.fault({ kind: 'unavailable', times: 2 })
  const store = await openFor(t, standIn.url)
  t.equal(store.serverVersion, '23.10.6')
})

t.test('a client that is sent to the leader goes there', onStandIn, async (t) => {
  const [follower, leader] = [await standInFor(t), await standInFor(t)]
  const store = await openFor(t, follower.url)
  const named = { host: '127.0.0.1', port: leader.port }
  follower.fault({ kind: 'not-leader', on: ['append'], leader: named })
  const stream = newStream()
  t.match(await store.append(stream, -1, newEvents(1)), { ok: true })
  t.strictSame([follower.stored(), leader.stored()], [0, 1])
})

t.test('an address that cannot be used is said, without the password', async (t) => {
  const addresses = [
    '',
    'http://127.0.0.1:2113',
    'esdb://',
    'esdb://linli:secret-word@127.0.0.1:99999999?tls=false',
    'esdb://linli:secret-word@127.0.0.1:2113?tls=perhaps&no=such',
  ]
  for (const url of addresses) {
    const fault = await refusedOpening(url)
    t.match(fault, { code: 'store-unreachable', retry: 'never' }, url)
    t.notMatch(`${fault.message} ${fault.stack}`, /secret-word/)
  }
})

t.test('nothing listens at the address', async (t) => {
  const fault = await refusedOpening('esdb://127.0.0.1:1?tls=false')
  t.match(fault, { code: 'store-unreachable', retry: 'later' })
  const store = await openFor(t, await serverUrl(t), { timeoutMs: 5_000 })
  t.match(await store.append(newStream(), -1, newEvents(1)), { ok: true }, 'others are not hurt')
})

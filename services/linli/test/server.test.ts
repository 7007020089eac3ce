// Settings with a sentence for each wrong one, a log without personal data, and the server over a
// whole community, threads and all.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Access, execute, SYSTEM } from '@linli/engine'
import { buildServer, checkShareable, openCommunity, openLog, readSettings } from '@linli/runtime'
import t from 'tap'

t.test('settings: defaults, and every wrong one at once', (test) => {
  const usual = readSettings({ LINLI_PORT: '' })
  test.match(usual, { host: '127.0.0.1', port: 8311, isLoopback: true, secure: false })
  test.match(usual.folder, /var$/)
  const wrong = {
    LINLI_PORT: '83110',
    LINLI_LOG_LEVEL: 'loud',
    LINLI_EVENTS: 'kafka://host',
    LINLI_PUBLIC_URL: 'here',
    LINLI_TRUST_PROXY: 'loopback, everybody',
    LINLI_METRICS_TOKEN: 'short',
  }
  try {
    readSettings(wrong)
    test.fail('taken')
  } catch (fault) {
    const lines = String(fault).split('\n')
    test.equal(lines.length, 6)
    for (const name of Object.keys(wrong)) test.match(String(fault), `The setting ${name} must be`)
  }
  const open = readSettings({ LINLI_HOST: '0.0.0.0', LINLI_PUBLIC_URL: 'https://linli.example' })
  test.match(open, { isLoopback: false, secure: true, trustProxy: undefined })
  const many = {
    LINLI_EVENTS: 'esdb://a:2113,b:2113?tls=true',
    LINLI_READ: 'postgres://linli:secret@host/linli',
    LINLI_KEY_FILE: '/etc/linli/key',
    LINLI_OTLP_URL: 'http://localhost:4318',
  }
  const shared = readSettings(many)
  test.match(shared, {
    events: many.LINLI_EVENTS,
    read: many.LINLI_READ,
    keyFile: '/etc/linli/key',
  })
  test.doesNotThrow(() => checkShareable(shared))
  test.throws(() => readSettings({ LINLI_READ: many.LINLI_READ }), {
    message: /LINLI_KEY_FILE is missing/,
  })
  test.throws(() => checkShareable(readSettings({ LINLI_EVENTS: many.LINLI_EVENTS })), {
    message: /^LINLI_READ names files, which one process alone/,
  })
  test.throws(() => checkShareable(usual), { message: /^LINLI_EVENTS [\s\S]*LINLI_READ / })
  const proxied = readSettings({ LINLI_TRUST_PROXY: 'loopback, 10.0.0.0/8, ::1' })
  test.equal(proxied.trustProxy, 'loopback, 10.0.0.0/8, ::1')
  test.end()
})

t.test('a log line holds no body, header, address or quoted text', (test) => {
  const lines: string[] = []
  const log = openLog('info', { write: (line) => lines.push(line) })
  const quoting = (() => {
    try {
      return JSON.parse('{"text": 金丝雀')
    } catch (fault) {
      return fault
    }
  })()
  log.error({ err: quoting, route: '/api/appeal/report' }, 'a request failed')
  log.error({ phone: '13955556666', body: { text: '金丝雀' }, url: '/r/secret' }, 'said')
  test.equal(lines.length, 2)
  test.match(lines[0], '"name":"SyntaxError"')
  test.notMatch(lines.join(''), /金丝雀|13955556666|secret/)
  test.end()
})

t.test('the server over a community: sign in, order, figures, and an orderly end', async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'linli-server-'))
  const community = await openCommunity({ folder })
  const app = await buildServer(community, { webFolder: import.meta.dirname })
  test.teardown(async () => {
    await app.close()
    await community.close()
    rmSync(folder, { recursive: true })
  })
  const { engine, work, keyFile } = community
  const order = async (command: string, data: object, instance?: string) => {
    const given = { workflow: 'person', command, caller: SYSTEM, key: crypto.randomUUID(), data }
    const answer = await execute(engine, { ...given, ...(instance ? { instance } : {}) })
    return 'instance' in answer ? answer.instance : ''
  }
  const person = await order('register', { kind: 'staff' })
  await order('grant', { role: 'administrator' }, person)
  const access = new Access({ work, instances: engine.instances, keyFile, now: engine.now })
  const token = await access.createLink({ person, purpose: 'first-start' })
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const entered = await fetch(`${base}/api/session/link`, {
    method: 'POST',
    body: JSON.stringify({ token }),
    headers: { 'content-type': 'application/json' },
  })
  test.equal(entered.status, 200)
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const headers = { cookie, origin: base, 'content-type': 'application/json', prefer: 'wait=1' }
  const register = () =>
    fetch(`${base}/api/place/register`, {
      method: 'POST',
      body: JSON.stringify({ kind: 'community', name: '观音阁' }),
      headers,
    })
  test.equal((await register()).status, 201)
  const listed = await fetch(`${base}/api/places`, { headers })
  test.match(await listed.json(), [{ name: '观音阁', kind: 'community' }])
  const metrics = await (await fetch(`${base}/metrics`)).text()
  test.match(metrics, /linli_events_total 3/)
  const page = await fetch(`${base}/server.test.ts`)
  test.equal(page.status, 200, 'files of the web app')
  test.match(page.headers.get('content-security-policy'), "frame-ancestors 'none'")
  const unknown = await fetch(`${base}/api/nothing`)
  test.match(await unknown.json(), { code: 'not-found', status: 404 })
  await order('revoke', { role: 'administrator' }, person)
  test.equal((await register()).status, 403, 'the server hears that the role ended')
})

// Logins, sessions, tokens and links over a real work.db; persons are folded from a real log.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMemoryStore } from '@linli/event-store'
import { keyFileOf, openVault } from '@linli/vault'
import t from 'tap'
import { person } from '../../../workflows/person/workflow.ts'
import {
  Access,
  type Engine,
  execute,
  Instances,
  Lanes,
  makeWorkTables,
  openCalendars,
  pseudonymiser,
  recoverVault,
  SESSION_MS,
  SYSTEM,
} from '../src/index.ts'
import { openSceneTables } from './scene-tables.ts'

const folder = mkdtempSync(join(tmpdir(), 'linli-access-'))
const { work, keys, close } = await openSceneTables(folder)
t.teardown(async () => {
  await vault.close()
  await close()
  rmSync(folder, { recursive: true })
})
await makeWorkTables(work)
const workflows = new Map([[person.id, person]])
const store = openMemoryStore()
const keyFile = keyFileOf(Buffer.alloc(32, 7))
const vault = await openVault({ db: keys, keyFile })
await recoverVault({ reader: store, vault, workflows })
let now = Date.parse('2026-11-22T01:00:00Z')
const instances = new Instances(store, workflows)
const engine: Engine = {
  ...{ workflows, store, vault, keyFile, instances },
  calendars: openCalendars(),
  lanes: new Lanes(),
  policyId: () => 'default@1',
  now: () => now,
  onEvent: [],
}
const access = new Access({ work, instances, keyFile, now: () => now })
engine.onEvent.push((event) => access.forget(event.stream))

const order = async (command: string, data: object, instance?: string) => {
  const answer = await execute(engine, {
    ...{ workflow: 'person', command, caller: SYSTEM, key: crypto.randomUUID(), data },
    ...(instance === undefined ? {} : { instance }),
  })
  if ('refused' in answer) throw new Error(JSON.stringify(answer))
  return answer.instance
}
const hire = async (data: object = { role: 'coordinator' }) => {
  const id = await order('register', { kind: 'staff' })
  await order('grant', data, id)
  return id
}
const inClear = async (text: string) => {
  const rows = await Promise.all(
    (['login', 'session', 'token', 'link'] as const).map((table) =>
      work.selectFrom(table).selectAll().execute(),
    ),
  )
  return JSON.stringify(rows).includes(text)
}

t.test('a login: the name in any spelling, the password exactly', async (test) => {
  const id = await hire()
  await access.setLogin({ name: 'Chen', password: 'a long password', person: id })
  const session = await access.signIn(' chen ', 'a long password')
  test.match(session, { person: id, expiresAt: now + SESSION_MS })
  test.equal(await access.signIn('chen', 'a long passwor'), undefined)
  test.equal(await access.signIn('other', 'a long password'), undefined)
  test.notOk(await inClear('a long password'))
  test.notOk(await inClear(session?.token ?? ''))
  await access.setLogin({ name: 'chen', password: 'another password', person: id })
  test.equal(await access.signIn('chen', 'a long password'), undefined)
  test.equal(await access.bySession(session?.token ?? ''), undefined, 'older sessions end')
})

t.test('a session slides with its use and ends without', async (test) => {
  const id = await hire()
  const session = await access.openSession(id)
  const caller = () => access.bySession(session?.token ?? '')
  test.match(await caller(), { id, person: id, grants: [{ role: 'coordinator' }] })
  test.notOk(caller() instanceof Promise, 'the second time at once')
  now += SESSION_MS - 60_000
  test.ok(await caller(), 'used shortly before its end')
  now += SESSION_MS - 60_000
  test.ok(await caller(), 'its end has moved on')
  now += SESSION_MS + 60_000
  test.equal(await caller(), undefined)
})

t.test('a closed session is nobody’s at once, though it was in memory', async (test) => {
  const session = await access.openSession(await hire())
  const token = session?.token ?? ''
  test.ok(await access.bySession(token))
  await access.closeSession(token)
  test.equal(await access.bySession(token), undefined)
})

t.test('roles are those of today', async (test) => {
  const until = now + 30_000
  const id = await hire({ role: 'grid-worker', until: new Date(until).toISOString() })
  const token = await access.createToken({ person: id, label: 'script' })
  test.notOk(await inClear(token))
  test.match(await access.byToken(token), { grants: [{ role: 'grid-worker' }] })
  now = until
  test.same((await access.byToken(token))?.grants, [], 'ended by its own date, though in memory')
  await order('grant', { role: 'supervisor' }, id)
  test.match(await access.byToken(token), { grants: [{ role: 'supervisor' }] })
  await order('revoke', { role: 'supervisor' }, id)
  test.same((await access.byToken(token))?.grants, [])
  await access.revokeTokens(id)
  test.equal(await access.byToken(token), undefined)
})

t.test('who was erased has no way in', async (test) => {
  const id = await hire()
  const token = await access.createToken({ person: id, label: 'script' })
  await access.setLogin({ name: 'gone', password: 'a long password', person: id })
  const link = await access.createLink({ person: id, purpose: 'invitation' })
  test.ok(await access.byToken(token))
  await order('erase', {}, id)
  test.equal(await access.byToken(token), undefined)
  test.equal(await access.signIn('gone', 'a long password'), undefined)
  test.equal(await access.useLink(link), undefined)
  await access.remove(id)
  test.notOk(await inClear(id))
})

t.test('of two who use a link at once, one gets in', async (test) => {
  const id = await hire()
  const link = await access.createLink({ person: id, purpose: 'first-start', validMs: 1_000 })
  const both = await Promise.all([access.useLink(link), access.useLink(link)])
  test.equal(both.filter((session) => session !== undefined).length, 1)
  const other = await access.createLink({ person: id, purpose: 'first-start', validMs: 1_000 })
  now += 1_000
  test.equal(await access.useLink(other), undefined, 'over')
})

t.test('a resident’s link is made again the same, until it is renewed', async (test) => {
  const linked = { instance: `appeal-${crypto.randomUUID()}`, person: await hire() }
  const token = await access.links.tokenOf(linked)
  test.equal(await access.links.tokenOf(linked), token)
  test.same(await access.links.read(token), linked)
  const unnamed = { instance: linked.instance }
  test.same(await access.links.read(await access.links.tokenOf(unnamed)), unnamed)
  for (let at = 0; at < token.length; at += 7) {
    const other = token[at] === 'x' ? 'y' : 'x'
    const forged = `${token.slice(0, at)}${other}${token.slice(at + 1)}`
    test.equal(await access.links.read(forged), undefined, `changed at ${at}`)
  }
  await access.links.renew(linked.instance)
  test.equal(await access.links.read(token), undefined)
  const next = await access.links.tokenOf(linked)
  test.same(await access.links.read(next), linked)
  await access.links.renew(linked.instance)
  test.equal(await access.links.read(next), undefined)
})

t.test('openings are on disk when they are answered, newest first', async (test) => {
  const line = (n: number) => ({ at: n, person: 'p', role: 'steward', instance: 'c', why: 'case' })
  await Promise.all([1, 2, 3].map((n) => access.log.record(line(n))))
  const found = await access.log.list('c', { limit: 2 })
  test.same(
    found.map(({ at }) => at),
    [3, 2],
  )
  const before = found[1]?.id ?? 0
  test.match(await access.log.list('c', { before }), [{ at: 1, role: 'steward' }])
})

t.test('pseudonyms are stable, keep the form of an id, and hide sealed values', (test) => {
  const give = pseudonymiser(keyFile)
  const id = `person-${crypto.randomUUID()}`
  const text = JSON.stringify({
    stream: id,
    data: { who: [id], text: { $sealed: 'abc', key: 'k' } },
  })
  const event = JSON.parse(give(text))
  test.match(
    event.stream,
    /^person-[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  test.same(event.data, { who: [event.stream], text: { $sealed: null } })
  test.equal(give(text), pseudonymiser(keyFile)(text))
  test.notMatch(give(text), id)
  test.not(pseudonymiser(keyFileOf(Buffer.alloc(32, 8)))(text), give(text), 'another installation')
  test.end()
})

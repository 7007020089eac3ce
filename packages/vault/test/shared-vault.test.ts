// The vault in PostgreSQL, which any number of processes have open at once.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { givenServer, startPostgres, withClient } from '../../../tests/postgres/server.ts'
import type { Binding, Sealed } from '../src/index.ts'
import { openIn, type Place, startIn, wrappedKey } from './opened.ts'
import { vaultSuite } from './vault-suite.ts'

const server = await startPostgres()
t.teardown(() => server.stop())

const code = (expected: string) => ({ name: 'VaultFault', code: expected })
const at = (event: string): Binding => ({ stream: 'appeal-1', event, field: 'note' })
const placeFor = async (t: Test): Promise<Place> => ({
  folder: t.testdir(),
  url: await server.freshDatabase(),
})
/** Two processes, as far as the vault can tell. */
async function two(t: Test, sizes = { poolSize: 8 }) {
  const place = await placeFor(t)
  const ours = await startIn(place, sizes)
  const theirs = await startIn(place, sizes)
  return { place, ours, theirs, close: () => Promise.all([ours.close(), theirs.close()]) }
}

t.test('in PostgreSQL', (t) => {
  vaultSuite(t, placeFor)
  t.end()
})

t.test('two processes never give one key to two subjects', async (t) => {
  const { place, ours, theirs, close } = await two(t)
  const seals = await Promise.all(
    Array.from({ length: 400 }, async (_, number) => {
      const { vault } = number % 2 === 0 ? ours : theirs
      return vault.seal(`person-${number}`, 'text', at('event'))
    }),
  )
  t.equal(new Set(seals.map(({ key }) => key)).size, 400)
  const bound = await ours.db.selectFrom('vault_bindings').selectAll().execute()
  t.equal(bound.length, 400, 'each binding is durable before a value is sealed')
  const both = await Promise.all(
    [ours, theirs].map(async ({ vault }) => vault.seal('person-both', 'text', at('event'))),
  )
  for (const sealed of both) {
    t.equal(await ours.vault.open(sealed, at('event')), 'text')
    t.equal(await theirs.vault.open(sealed, at('event')), 'text')
  }
  await ours.vault.erase('person-both', { at: 1 })
  for (const { key } of both) t.same(await wrappedKey(ours, key), Buffer.alloc(60))
  await close()
  const last = await openIn(place)
  const keys = await last.db.selectFrom('vault_keys').select('id').execute()
  t.equal(keys.length, 400 + new Set(both.map(({ key }) => key)).size, 'unused keys are gone')
  await last.close()
})

t.test('what one erases, the other opens and seals no more', async (t) => {
  const { ours, theirs, close } = await two(t)
  const sealed = await ours.vault.seal('person-1', 'text', at('event'))
  t.equal(await theirs.vault.open(sealed, at('event')), 'text')
  await theirs.vault.seal('person-1', 'text', at('event'))
  const phone = ours.vault.hashPhone('13800138000') ?? ''
  await ours.vault.withIdentity(phone, () => ours.vault.bindIdentity(phone, 'person-1'))
  t.equal(await theirs.vault.identify(phone), 'person-1')
  await ours.vault.erase('person-1', { at: 5 })
  theirs.vault.bindIdentity(phone, 'person-1')
  await theirs.vault.flush(9)
  const rows = await ours.db.selectFrom('vault_identities').selectAll().execute()
  t.same(rows, [], 'who has not heard of it writes nothing of it either')
  await ours.vault.erase('person-2', { at: 6 })
  const fresh = async () => await theirs.vault.seal('person-2', 'text', at('event'))
  await t.rejects(fresh, code('subject-erased'), 'a new key is refused at once')
  const read = await ours.vault.seal('person-4', 'text', at('event'))
  t.equal(await theirs.vault.open(read, at('event')), 'text', 'whose key it has read, no more')
  await ours.vault.erase('person-4', { at: 7 })
  await theirs.vault.learnErasures()
  t.equal(await theirs.vault.open({ ...read, subject: 'person-3' }, at('event')), undefined)
  t.equal(await theirs.vault.open(sealed, at('event')), undefined)
  t.equal(await theirs.vault.open({ ...sealed, subject: 'person-3' }, at('event')), undefined)
  await t.rejects(async () => await theirs.vault.seal('person-1', 'x', at('event')), {
    code: 'subject-erased',
  })
  t.same(theirs.vault.tombstones(), ours.vault.tombstones())
  await close()
})

t.test('it learns of an erasure by itself', async (t) => {
  const { ours, theirs, close } = await two(t)
  const sealed = await theirs.vault.seal('person-1', 'text', at('event'))
  await ours.vault.erase('person-1', { at: 5 })
  while (!theirs.vault.isErased('person-1')) await new Promise((turn) => setImmediate(turn))
  t.equal(await theirs.vault.open(sealed, at('event')), undefined)
  await close()
})

t.test('of one number at once, two processes make one person', async (t) => {
  const { ours, theirs, close } = await two(t)
  const made: string[] = []
  const report = ({ vault }: typeof ours, phone: string) => {
    const hash = vault.hashPhone(phone) ?? ''
    return vault.withIdentity(hash, async () => {
      const known = await vault.identify(hash)
      if (known !== undefined) return known
      const subject = `person-${made.push(phone)}`
      await vault.seal(subject, phone, at(subject))
      vault.bindIdentity(hash, subject)
      return subject
    })
  }
  const phones = ['13800138000', '13800138001', '13800138002', '13800138003']
  await Promise.all(
    Array.from({ length: 120 }, (_, number) =>
      report(number % 3 === 0 ? ours : theirs, phones[number % 4] ?? ''),
    ),
  )
  t.same(made.toSorted(), phones)
  await withClient(server.url, (client) =>
    client.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname <> current_database() and application_name = 'linli linli_vault'`),
  )
  const hash = ours.vault.hashPhone(phones[0] ?? '') ?? ''
  let known: string | undefined
  // Each connection that was cut may be noticed only by whoever asks over it.
  for (let tries = 0; known === undefined && tries < 9; tries += 1) {
    const identify = () => ours.vault.withIdentity(hash, () => ours.vault.identify(hash))
    known = await identify().catch(() => undefined)
  }
  t.ok(known, 'a lost connection is made anew')
  await close()
})

t.test('the checkpoint moves by what the log says, not by what one process knows', async (t) => {
  const { ours, theirs, close } = await two(t)
  const sealed = await ours.vault.seal('person-1', 'text', at('event'))
  await ours.vault.flush(40)
  t.equal(await theirs.vault.checkpoint(), 0)
  t.ok(ours.vault.isShared)
  const hash = ours.vault.hashPhone('13800138000') ?? ''
  const logged = [{ subject: 'person-1', key: sealed.key, hash }]
  t.same(await theirs.vault.absorb(logged, 50), { added: 0, unknownKeys: 0 })
  t.same(await theirs.vault.absorb(logged, 60), { added: 0, unknownKeys: 0 })
  t.equal(await ours.vault.checkpoint(), 60)
  t.equal(await ours.vault.identify(hash), 'person-1', 'whose process ended before it was written')
  await close()
})

t.test('kill -9 of one process loses no key', async (t) => {
  const place = await placeFor(t)
  const other = await startIn(place)
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('./report-child.ts', import.meta.url)),
    place.folder,
    place.url ?? '',
  ])
  t.teardown(() => child.kill('SIGKILL'))
  child.stderr.pipe(process.stderr)
  const log: { sealed: Sealed; binding: Binding }[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === '"done"') break
    log.push(JSON.parse(line))
  }
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(log.length, 300)
  for (const { sealed, binding } of log) {
    const again = await other.vault.seal(sealed.subject, 'more', binding)
    if (again.key !== sealed.key) t.fail(`${sealed.subject} has another key`)
  }
  const last = log.at(-1)
  if (last === undefined) throw new Error('the log is empty')
  t.equal(await other.vault.open(last.sealed, last.binding), '13800130299')
  await other.close()
})

t.test('erased, a key is in no file of the tables', async (t) => {
  const place = await placeFor(t)
  const opened = await startIn(place, { poolSize: 4 })
  const sealed = await opened.vault.seal('person-1', 'canary', at('event'))
  const bytes = await wrappedKey(opened, sealed.key)
  const isOnDisk = () =>
    withClient(place.url ?? '', async (client) => {
      await client.query('checkpoint')
      const { rows } = await client.query<{ found: number }>(
        `select position($1 in pg_read_binary_file(
          pg_relation_filepath('linli_vault.vault_keys'))) as found`,
        [bytes],
      )
      return rows[0]?.found !== 0
    })
  t.equal(await isOnDisk(), true, 'the search finds what is there')
  await opened.vault.erase('person-1', { at: 1, vacuum: true })
  t.equal(await isOnDisk(), false)
  await t.rejects(opened.vault.backup('a file'), code('backup-failed'))
  await opened.close()
})

const oursOnly = { skip: givenServer === undefined ? false : 'a given server is not stopped' }
t.test('while the server is away nothing looks done, and then it goes on', oursOnly, async (t) => {
  const place = await placeFor(t)
  const { vault, close } = await startIn(place, { poolSize: 4 })
  const sealed = await vault.seal('person-1', 'text', at('event'))
  await server.away()
  t.equal(await vault.open(sealed, at('event')), 'text', 'from memory')
  const away = { ...code('write-failed'), retry: 'later', cause: { code: 'server-away' } }
  await t.rejects(vault.erase('person-1', { at: 1 }), away)
  t.equal(vault.isErased('person-1'), false)
  await t.rejects(async () => await vault.seal('person-2', 'text', at('event')), {
    name: 'VaultFault',
    retry: 'later',
  })
  await t.rejects(openIn(place), { name: 'DatabaseFault', code: 'server-away', retry: 'later' })
  await server.back()
  const later = await vault.seal('person-2', 'text', at('event'))
  t.equal(await vault.open(later, at('event')), 'text')
  await vault.erase('person-1', { at: 1 })
  t.equal(await vault.open(sealed, at('event')), undefined)
  await close()
})

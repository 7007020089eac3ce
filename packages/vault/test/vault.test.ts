import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import t from 'tap'
import type { Binding, Sealed } from '../src/index.ts'
import { openIn, startIn } from './opened.ts'
import { vaultSuite } from './vault-suite.ts'

const code = (expected: string) => ({ name: 'VaultFault', code: expected })
const at = (event: string): Binding => ({ stream: 'appeal-1', event, field: 'note' })
const never = 3_600_000

t.test('in a file', (t) => {
  vaultSuite(t, async (t) => ({ folder: t.testdir() }))
  t.end()
})

t.test('a thousand new subjects at once each get a key of their own', async (t) => {
  const folder = t.testdir()
  const first = await startIn(folder, { poolSize: 64, writeDelayMs: never })
  const subjects = Array.from({ length: 1000 }, (_, number) => `person-${number}`)
  const seals = subjects.flatMap((subject) => [
    first.vault.seal(subject, subject, at(subject)),
    first.vault.seal(subject, subject, at(subject)),
  ])
  const sealed = await Promise.all(seals)
  t.equal(new Set(sealed.map(({ key }) => key)).size, 1000)
  t.equal(sealed.filter((one, index) => one.key !== sealed[index - (index % 2)]?.key).length, 0)
  t.equal(await first.vault.checkpoint(), 0)
  const stored = await first.db.selectFrom('vault_bindings').selectAll().execute()
  t.equal(stored.length, 0, 'no report waited for a commit of its binding')
  await first.vault.flush(77)
  t.equal(await first.vault.checkpoint(), 77)
  await first.close()

  const second = await startIn(folder, { poolSize: 64 })
  t.equal(await second.vault.checkpoint(), 77)
  for (const { subject, key } of sealed) {
    const again = await second.vault.seal(subject, 'more', at('later'))
    if (again.key !== key) t.fail(`${subject} got another key`)
  }
  const pooled = await second.db.selectFrom('vault_pool').selectAll().execute()
  const taken = new Set(sealed.map(({ key }) => key))
  t.equal(pooled.filter(({ key }) => taken.has(key)).length, 0)
  await second.close()
})

t.test('a vault from before steps were counted opens what it sealed', async (t) => {
  const folder = t.testdir()
  const old = new DatabaseSync(join(folder, 'vault.db'))
  old.exec(readFileSync(new URL('./before-steps.sql', import.meta.url), 'utf8'))
  old.close()
  const secret = 'lt3BLh2wGOEMxg9ZmczdjDVJZ8MaXihIvW62Nbeyy4I'
  writeFileSync(join(folder, 'key'), `linli-key-1 ${secret}\n`, { mode: 0o600 })
  const kept = {
    $sealed: 'CFcsYeAgc83_odncaFmM6bVZu2gByrSe729UwgH-R7ku6bsK5naZ4Zaevw',
    subject: 'person-1',
    key: 'R9aLOYdiMqha',
  }
  const gone = {
    $sealed: '8hX2xfak9uY_-YzhMWRcH5m5ZpHVqvUfHNyYC6SOrLw',
    subject: 'person-2',
    key: 'W7uoPP7ppErn',
  }
  for (let start = 0; start < 2; start += 1) {
    const { vault, close } = await startIn(folder, { poolSize: 2 })
    t.equal(await vault.open(kept, at('event-1')), '楼道灯不亮')
    t.equal(await vault.open(gone, at('event-2')), undefined)
    t.equal((await vault.seal('person-1', 'more', at('event-3'))).key, kept.key)
    t.equal(await vault.identify(vault.hashPhone('13800138000') ?? ''), 'person-1')
    t.same(vault.tombstones(), [{ subject: 'person-2', at: 1_800_000_000_000 }])
    t.equal(await vault.checkpoint(), 2)
    t.same(await vault.reconciled(), { through: 2, tombstones: 1 })
    await close()
  }
})

t.test('each copy of a vault knows how far it agrees with the log', async (t) => {
  const folder = t.testdir({ yesterday: {} })
  const first = await startIn(folder)
  t.same(await first.vault.reconciled(), { through: 0, tombstones: 0 })
  await first.vault.markReconciled({ through: 5, tombstones: 2 })
  await first.vault.backup(join(folder, 'yesterday', 'vault.db'))
  copyFileSync(join(folder, 'key'), join(folder, 'yesterday', 'key'))
  await first.vault.markReconciled({ through: 9 })
  await first.close()
  const second = await openIn(folder)
  t.same(await second.vault.reconciled(), { through: 9, tombstones: 2 })
  await second.close()
  const yesterday = await openIn(join(folder, 'yesterday'))
  t.same(await yesterday.vault.reconciled(), { through: 5, tombstones: 2 })
  await yesterday.close()
})

t.test('bindings are written behind without being asked', async (t) => {
  const { vault, db, close } = await startIn(t.testdir(), { poolSize: 8, writeDelayMs: 1 })
  await vault.seal('person-1', 'text', at('event-1'))
  const written = async () =>
    (await db.selectFrom('vault_bindings').selectAll().execute()).length > 0
  while (!(await written())) await new Promise((turn) => setImmediate(turn))
  t.same(await db.selectFrom('vault_bindings').select('subject').execute(), [
    { subject: 'person-1' },
  ])
  await close()
})

type Logged = { sealed: Sealed; binding: Binding; position: number }

t.test('kill -9 between a report and its binding loses nothing', async (t) => {
  const folder = t.testdir()
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('./report-child.ts', import.meta.url)),
    folder,
  ])
  t.teardown(() => child.kill('SIGKILL'))
  const log = await reportsOf(child)
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(log.length, 300)

  const opened = await openIn(folder, { poolSize: 64 })
  const { vault, db } = opened
  const through = await vault.checkpoint()
  t.equal(through, 100)
  t.equal((await db.selectFrom('vault_bindings').selectAll().execute()).length, 100)
  async function* behindCheckpoint() {
    for (const { sealed, binding, position } of log) {
      if (position <= through) continue
      const phone = await vault.open(sealed, binding)
      yield { ...sealed, hash: phone === undefined ? undefined : vault.hashPhone(phone) }
    }
  }
  t.same(await vault.recover(behindCheckpoint(), 300), { added: 200, unknownKeys: 0 })
  t.equal(await vault.checkpoint(), 300)

  const used = new Set(log.map(({ sealed }) => sealed.key))
  for (let number = 0; number < 400; number += 1) {
    const { key } = await vault.seal(`newcomer-${number}`, 'text', at(`event-${number}`))
    if (used.has(key)) t.fail(`the key ${key} was handed out twice`)
    used.add(key)
  }
  for (const [number, { sealed, binding }] of log.entries()) {
    const phone = `1380013${String(number).padStart(4, '0')}`
    t.equal(await vault.open(sealed, binding), phone)
    t.equal((await vault.seal(sealed.subject, 'more', binding)).key, sealed.key)
    t.equal(await vault.identify(vault.hashPhone(phone) ?? ''), sealed.subject)
  }
  await opened.close()
})

async function reportsOf(child: ChildProcess): Promise<Logged[]> {
  const log: Logged[] = []
  if (child.stdout === null) throw new Error('The child has no output.')
  child.stderr?.pipe(process.stderr)
  for await (const line of createInterface({ input: child.stdout })) {
    const said: Logged | 'done' = JSON.parse(line)
    if (said === 'done') break
    log.push(said)
  }
  return log
}

t.test('an erased subject is gone for ever', async (t) => {
  const folder = t.testdir()
  const opened = await startIn(folder, { poolSize: 64 })
  const { vault } = opened
  const phone = vault.hashPhone('0537-2345678') ?? ''
  const sealed = await vault.seal('person-1', 'canary', at('event-1'))
  vault.bindIdentity(phone, 'person-1')
  for (let number = 0; number < 500; number += 1) {
    await vault.seal(`person-x${number}`, 'other', at('event-x'))
    vault.bindIdentity(`hash-${number}`, `person-x${number}`)
  }
  await vault.flush(600)
  await opened.close()

  const again = await startIn(folder, { poolSize: 64 })
  t.equal(await again.vault.open(sealed, at('event-1')), 'canary')
  t.equal(await again.vault.identify(phone), 'person-1')
  const { wrapped } = await again.db
    .selectFrom('vault_keys')
    .select('wrapped')
    .where('id', '=', sealed.key)
    .executeTakeFirstOrThrow()
  const bytes = Buffer.from(wrapped)
  t.same(filesWith(folder, bytes), ['vault.db'], 'the search finds what is there')

  const late = again.vault.seal('person-late', 'canary', at('event-2'))
  const erasing = again.vault.erase('person-1', { at: 1_800_000_000_000 })
  t.ok(again.vault.isErased('person-1'), 'at once')
  await erasing
  t.same(filesWith(folder, bytes), [], 'the key is in no file, and nothing was vacuumed')
  await again.vault.erase('person-1', { at: 1_900_000_000_000, vacuum: true })
  t.same(filesWith(folder, Buffer.from(phone)), [], 'nor is the hash of the number')
  t.equal(await again.vault.open(sealed, at('event-1')), undefined)
  t.same(await again.vault.openBatch([{ sealed, binding: at('event-1') }]), [undefined])
  await t.rejects(
    async () => await again.vault.seal('person-1', 'x', at('event-3')),
    code('subject-erased'),
  )
  await t.rejects(async () => await again.vault.assign('person-1'), code('subject-erased'))
  t.throws(() => again.vault.bindIdentity(phone, 'person-1'), code('subject-erased'))
  t.same(again.vault.tombstones(), [{ subject: 'person-1', at: 1_800_000_000_000 }])
  t.equal(await again.vault.identify(phone), undefined, 'the number is free for a new person')
  again.vault.bindIdentity(phone, 'person-2')
  t.equal(await again.vault.identify(phone), 'person-2')
  t.equal(await again.vault.open(await late, at('event-2')), 'canary')
  await again.close()

  const third = await openIn(folder)
  const inLog = [{ subject: 'person-1', key: sealed.key, hash: phone }]
  t.same(await third.vault.recover(inLog, 700), { added: 0, unknownKeys: 0 })
  t.equal(await third.vault.open(sealed, at('event-1')), undefined)
  const alias = { ...sealed, subject: 'person-2' }
  t.equal(await third.vault.open(alias, at('event-1')), undefined, 'by another name either')
  t.equal(await third.vault.identify(phone), 'person-2')
  await third.close()
})

t.test('erasing what was never written, and in the middle of sealing', async (t) => {
  const folder = t.testdir()
  const { vault, db, close } = await startIn(folder, { poolSize: 4, writeDelayMs: never })
  const sealed = await vault.seal('person-1', 'canary', at('event-1'))
  vault.bindIdentity('hash-1', 'person-1')
  const { wrapped } = await db
    .selectFrom('vault_keys')
    .select('wrapped')
    .where('id', '=', sealed.key)
    .executeTakeFirstOrThrow()
  const flushed = vault.flush(1)
  const erased = vault.erase('person-1', { at: 1 })
  const flushedAfter = vault.flush(2)
  await Promise.all([flushed, erased, flushedAfter])
  t.same(filesWith(folder, Buffer.from(wrapped)), [])
  t.equal(await vault.open(sealed, at('event-1')), undefined)
  t.equal(await vault.identify('hash-1'), undefined)
  for (const table of ['vault_bindings', 'vault_identities'] as const) {
    const rows = await db.selectFrom(table).where('subject', '=', 'person-1').selectAll().execute()
    t.same(rows, [], table)
  }

  const crowd = Array.from({ length: 50 }, async (_, number) =>
    vault.seal(`person-c${number}`, 'text', at('event-c')),
  )
  const last = crowd[49] ?? Promise.reject(new Error('no crowd'))
  const refused = t.rejects(last, code('subject-erased'), 'while it waited for a key')
  await vault.erase('person-c49', { at: 2 })
  await Promise.all([...crowd.slice(0, 49), refused])
  await vault.erase('person-without-key', { at: 3 })
  t.equal(vault.tombstones().length, 3)
  await close()
})

t.test('a reader that holds the write-ahead log is said, and erasing again mends it', async (t) => {
  const folder = t.testdir()
  const { vault, db, close } = await startIn(folder, { poolSize: 4 })
  await sql`pragma busy_timeout = 10`.execute(db)
  await vault.seal('person-1', 'canary', at('event-1'))
  await vault.flush(1)
  const reader = await openIn(folder)
  await sql`begin`.execute(reader.db)
  await sql`select count(*) from vault_keys`.execute(reader.db)
  await t.rejects(vault.erase('person-1', { at: 1 }), code('not-scrubbed'))
  await sql`commit`.execute(reader.db)
  await vault.erase('person-1', { at: 1 })
  await reader.close()
  await close()
})

t.test('a failed write erases nothing and loses no binding', async (t) => {
  const { vault, db, close } = await startIn(t.testdir(), { poolSize: 4, writeDelayMs: never })
  const sealed = await vault.seal('person-1', 'text', at('event-1'))
  await sql`pragma query_only = on`.execute(db)
  await t.rejects(vault.flush(1), { ...code('write-failed'), retry: 'later' })
  await t.rejects(vault.erase('person-1', { at: 1 }), code('write-failed'))
  t.equal(vault.isErased('person-1'), false)
  const others = Array.from({ length: 9 }, async (_, number) =>
    vault.seal(`person-n${number}`, 'text', at('event-n')),
  )
  const settled = await Promise.allSettled(others)
  t.equal(
    settled.filter(({ status }) => status === 'rejected').length,
    6,
    'the pool lasts, then new subjects are refused',
  )
  await sql`pragma query_only = off`.execute(db)
  await vault.flush(1)
  t.equal(await vault.open(sealed, at('event-1')), 'text')
  t.ok(await vault.seal('person-n8', 'text', at('event-n')))
  t.equal((await db.selectFrom('vault_bindings').selectAll().execute()).length > 0, true)
  await close()
})

t.test('a backup made while it runs opens what was sealed, and nothing erased', async (t) => {
  const folder = t.testdir()
  const { vault, close } = await startIn(folder, { poolSize: 8, writeDelayMs: never })
  const kept = await vault.seal('person-1', 'kept', at('event-1'))
  const gone = await vault.seal('person-2', 'gone', at('event-2'))
  await vault.erase('person-2', { at: 1 })
  const copies = join(folder, 'copies')
  mkdirSync(copies)
  const file = join(copies, 'vault.db')
  await vault.backup(file)
  await vault.backup(file)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.same(readdirSync(copies), ['vault.db'])
  await t.rejects(vault.backup(join(folder, 'none', 'vault.db')), code('backup-failed'))
  await close()

  copyFileSync(join(folder, 'key'), join(copies, 'key'))
  const copy = await startIn(copies)
  t.equal(await copy.vault.open(kept, at('event-1')), 'kept')
  t.equal(await copy.vault.open(gone, at('event-2')), undefined)
  t.equal((await copy.vault.seal('person-1', 'more', at('event-3'))).key, kept.key)
  t.same(copy.vault.tombstones(), [{ subject: 'person-2', at: 1 }])
  await copy.close()
})

function filesWith(folder: string, bytes: Buffer): string[] {
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(bytes))
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { openMemoryStore, openSqliteStore } from '@linli/event-store'
import { Kysely, sql } from 'kysely'
import t from 'tap'
import {
  defineProjection,
  type LoopReport,
  openRunner,
  Progress,
  type RunnerMessage,
  sqliteDialect,
} from '../src/index.ts'
import { appendMany, tableNames, tallies, tally } from './tally.ts'

function folderFor(t: Tap): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'linli-projections-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, file: join(folder, 'read.db') }
}
type Tap = Pick<typeof t, 'teardown'>

const whole = (count: number) => ({ count, sum: (count * (count + 1)) / 2 })

t.test('a read model follows the log, and is read by its plain name', async (t) => {
  const { file } = folderFor(t)
  const store = openMemoryStore()
  const runner = await openRunner({ file, reader: store, projections: [tally()] })
  await appendMany(store, 2_500)
  t.equal(await runner.advance(), 2_500)
  t.equal(runner.position('tally'), 2_500)
  const db = new Kysely<{ tallies: { type: string; count: number } }>({
    dialect: sqliteDialect(file, { readOnly: true }),
  })
  const rows = await db.selectFrom('tallies').selectAll().orderBy('type').execute()
  t.match(rows, [{ type: 'a', count: 834 }, { count: 833 }, { count: 833 }])
  const current = await sql`SELECT * FROM current`.execute(db)
  t.same(current.rows, [{ name: 'tally', version: 1, build: 1, position: 2_500 }])
  await db.destroy()
  const settings = new DatabaseSync(file)
  t.equal(settings.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal')
  settings.close()
  await runner.close()
  await t.rejects(runner.advance(), { code: 'closed' })
})

t.test('waiting for a position ends with the event, or with its time', async (t) => {
  const { file } = folderFor(t)
  const store = openMemoryStore()
  const runner = await openRunner({ file, reader: store, projections: [tally()] })
  const waiting = runner.waitFor(3, 60_000)
  await appendMany(store, 3)
  await runner.advance()
  t.equal(await waiting, true)
  t.equal(await runner.waitFor(2, 0), true)
  t.equal(await runner.waitFor(4, 1), false)
  const never = runner.waitFor(5, 60_000)
  await runner.close()
  t.equal(await never, false)
  const progress = new Progress(7)
  t.equal(await progress.waitFor(7, 0), true)
})

t.test('a new version grows beside the old one while events arrive', async (t) => {
  const { file } = folderFor(t)
  const store = openMemoryStore()
  const old = await openRunner({ file, reader: store, projections: [tally(1)] })
  await appendMany(store, 3_000)
  await old.advance()
  await old.close()
  const seen: [version: number, count: number][] = []
  let arrived = 3_000
  const runner = await openRunner({
    file,
    reader: store,
    projections: [tally(1), tally(2, 10)],
    onProgress: ({ version, live }) => {
      seen.push([version, tallies(file).count])
      if (!live && arrived < 3_020) {
        arrived += 5
        appendMany(store, 5, arrived - 5).catch(t.threw)
      }
    },
  })
  t.same(tableNames(file), ['tallies_v1', 'tallies_v2'])
  t.equal(runner.position('tally'), 3_000)
  await runner.advance()
  await runner.advance()
  const beside = seen.filter(([version, count]) => version === 2 && count < 30_000)
  t.ok(beside.length >= 3, 'the old version answered while the new one grew')
  t.ok(beside.every(([, count]) => count >= 3_000))
  t.match(tallies(file), { count: arrived * 10 })
  t.same(tableNames(file), ['tallies_v2'])
  await runner.close()
  const back = await openRunner({ file, reader: store, projections: [tally(2, 10)] })
  t.equal(back.position(), arrived)
  await back.close()
})

t.test(
  'without its code the old version serves as it is until the new one takes over',
  async (t) => {
    const { file } = folderFor(t)
    const store = openMemoryStore()
    const old = await openRunner({ file, reader: store, projections: [tally(1)] })
    await appendMany(store, 10)
    await old.advance()
    await old.close()
    const runner = await openRunner({ file, reader: store, projections: [tally(2, 10)] })
    t.match(tallies(file), { count: 10 })
    await runner.advance()
    t.match(tallies(file), { count: 100 })
    await runner.close()
  },
)

t.test('a rebuild is made beside what is live', async (t) => {
  const { file } = folderFor(t)
  const store = openMemoryStore()
  const runner = await openRunner({ file, reader: store, projections: [tally()] })
  await appendMany(store, 1_200)
  await runner.advance()
  const spoilt = new DatabaseSync(file)
  spoilt.exec('UPDATE tallies_v1 SET count = 0')
  spoilt.close()
  await runner.rebuild('tally')
  t.same(tallies(file), whole(1_200))
  t.same(tableNames(file), ['tallies_v1_2'])
  await t.rejects(runner.rebuild('no-such'), { code: 'projection-unknown' })
  await runner.close()
})

t.test('a batch that fails leaves nothing of itself, and is tried again', async (t) => {
  const { file } = folderFor(t)
  const store = openMemoryStore()
  await appendMany(store, 1_500)
  let failing = true
  const fragile = defineProjection({
    ...tally(),
    begin(host) {
      const inner = tally().begin(host)
      return {
        take(event) {
          inner.take(event)
          if (failing && event.position === 1_200) throw new Error('broken')
        },
      }
    },
  })
  const runner = await openRunner({ file, reader: store, projections: [fragile] })
  await t.rejects(runner.advance(), { code: 'projection-failed', cause: { message: 'broken' } })
  t.same(tallies(file), whole(1_000))
  failing = false
  t.equal(await runner.advance(), 1_500)
  t.same(tallies(file), whole(1_500))
  await runner.close()
})

t.test('a build that fails beside the live one says so and stops nobody', async (t) => {
  const { file } = folderFor(t)
  const store = openMemoryStore()
  await appendMany(store, 10)
  const broken = defineProjection({
    name: 'tally',
    version: 2,
    tables: tally(2).tables,
    on: {
      a: () => {
        throw new Error('broken')
      },
    },
  })
  const messages: RunnerMessage[] = []
  const options = { file, reader: store, onMessage: (one: RunnerMessage) => messages.push(one) }
  const first = await openRunner({ ...options, projections: [tally(1)] })
  await first.close()
  const runner = await openRunner({ ...options, projections: [tally(1), broken] })
  t.equal(await runner.advance(), 10)
  t.same(tallies(file), whole(10))
  t.match(messages, [{ code: 'build-failed', projection: 'tally', version: 2 }])
  await runner.close()
})

t.test('of builds that grow together, one that fails leaves the others whole', async (t) => {
  const { file } = folderFor(t)
  const store = openMemoryStore()
  await appendMany(store, 700)
  const other = (version: number, fails: boolean) =>
    defineProjection({
      name: 'other',
      version,
      tables: async (db, table) => {
        await db.schema.createTable(table('others')).addColumn('n', 'integer').execute()
      },
      on: {
        '*': ({ position }, { run, table }) => {
          run(`INSERT INTO ${table('others')} VALUES (?)`, position)
          if (fails && position === 333) throw new Error('broken')
        },
      },
    })
  const messages: RunnerMessage[] = []
  const onMessage = (one: RunnerMessage) => messages.push(one)
  const options = { file, reader: store, batchEvents: 100, onMessage }
  const first = await openRunner({ ...options, projections: [other(1, false), tally(1)] })
  await first.advance()
  await first.close()
  const projections = [other(1, false), other(2, true), tally(1), tally(2)]
  const runner = await openRunner({ ...options, projections })
  t.equal(await runner.advance(), 700)
  t.match(messages, [{ code: 'build-failed', projection: 'other', cause: { message: 'broken' } }])
  t.same(tallies(file), whole(700))
  t.same(tableNames(file), ['tallies_v2'])
  const database = new DatabaseSync(file, { readOnly: true })
  const counts = ['others', 'others_v2'].map(
    (name) => database.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.n,
  )
  database.close()
  t.same(counts, [700, 300], 'what failed keeps its last whole batch')
  await runner.close()
})

t.test('a file that cannot be used is deleted and built again', async (t) => {
  const { file } = folderFor(t)
  const store = openMemoryStore()
  await appendMany(store, 2_000)
  const messages: RunnerMessage[] = []
  const open = () =>
    openRunner({
      file,
      reader: store,
      projections: [tally()],
      onMessage: (message) => messages.push(message),
    })
  const intact = await open()
  await intact.advance()
  await intact.close()
  for (const damage of [
    () => writeFileSync(file, 'this is no database, and never was one'.repeat(200)),
    () => truncateSync(file, 5_000),
    () => {
      rmSync(file)
      const other = new DatabaseSync(file)
      other.exec('CREATE TABLE something (else_ TEXT)')
      other.close()
    },
  ]) {
    damage()
    const runner = await open()
    t.equal(await runner.advance(), 2_000)
    t.same(tallies(file), whole(2_000))
    await runner.close()
  }
  const whys = messages.map((message) => ('why' in message ? message.why : message.code))
  t.same(whys, ['damaged', 'damaged', 'foreign'])
  const other = openMemoryStore()
  const ahead = await openRunner({
    file,
    reader: other,
    projections: [tally()],
    onMessage: (message) => messages.push(message),
  })
  t.match(messages.at(-1), { why: 'ahead-of-log' })
  t.equal(await ahead.advance(), 0)
  await ahead.close()
})

t.test('damage that shows while it runs is mended by building again', async (t) => {
  const { file } = folderFor(t)
  const store = openMemoryStore()
  await appendMany(store, 1_500)
  const messages: RunnerMessage[] = []
  const onMessage = (message: RunnerMessage) => messages.push(message)
  const runner = await openRunner({ file, reader: store, projections: [tally()], onMessage })
  await runner.advance()
  const other = new DatabaseSync(file)
  // The change makes the runner read its pages again.
  other.exec('CREATE TABLE elsewhere (n INTEGER); PRAGMA wal_checkpoint(TRUNCATE)')
  const pages = Number(other.prepare('PRAGMA page_count').get()?.page_count)
  other.close()
  const handle = openSync(file, 'r+')
  for (let page = 1; page < pages; page += 1) writeSync(handle, garbage, 0, 4096, page * 4096)
  closeSync(handle)
  await appendMany(store, 100, 1_500)
  t.equal(await runner.advance(), 1_600)
  t.same(tallies(file), whole(1_600))
  t.match(messages, [{ code: 'read-models-begun-anew', why: 'damaged' }])
  await runner.close()
})

const garbage = Buffer.alloc(4096, 0xa5)

t.test('a killed process goes on from its checkpoint', async (t) => {
  const { folder, file } = folderFor(t)
  const store = await openSqliteStore({ folder })
  await appendMany(store, 500)
  for (let from = 500; from < 12_000; from += 500) {
    const position = await appendMany(store, 500, from)
    if (from < 11_500) continue
    t.equal(position, 12_000)
  }
  const child = fork(new URL('./runner-child.ts', import.meta.url), [folder, file])
  const exited = once(child, 'exit')
  child.on('message', (message) => {
    if (message === 'done' || Number(message) >= 3_000) child.kill('SIGKILL')
  })
  await exited
  const messages: RunnerMessage[] = []
  const runner = await openRunner({
    file,
    reader: store,
    projections: [tally()],
    onMessage: (message) => messages.push(message),
  })
  t.ok(runner.position() >= 3_000, 'what was done is kept')
  t.equal(await runner.advance(), 12_000)
  t.same(tallies(file), whole(12_000))
  t.same(messages, [])
  await runner.close()
  await store.close()
})

t.test('the loop runs in a thread, woken by messages', async (t) => {
  const { folder, file } = folderFor(t)
  const store = await openSqliteStore({ folder })
  const thread = new Worker(new URL('./runner-thread.ts', import.meta.url), {
    workerData: { folder, file },
  })
  const progress = new Progress()
  const done = Promise.withResolvers<LoopReport>()
  thread.on('message', (report: LoopReport) => {
    if ('position' in report) progress.tell(report.position)
    if ('done' in report) done.resolve(report)
  })
  store.onAppended(() => thread.postMessage({ wake: true }))
  const position = await appendMany(store, 40)
  t.equal(await progress.waitFor(position, 20_000), true)
  t.same(tallies(file), whole(40))
  thread.postMessage({ rebuild: 'no-such', call: 9 })
  t.match(await done.promise, { done: 9, error: /no-such/ })
  t.equal(progress.position, position)
  const exited = once(thread, 'exit')
  thread.postMessage({ close: true })
  t.same(await exited, [0])
  await store.close()
})

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { openMemoryStore, openSqliteStore } from '@linli/event-store'
import t from 'tap'
import { type LoopReport, openRunner, Progress, type RunnerMessage } from '../src/index.ts'
import { folderFor, placeAt, whole } from './read-place.ts'
import { runnerSuite } from './runner-suite.ts'
import { appendMany, tally } from './tally.ts'

t.test('in a file', async (t) => {
  runnerSuite(t, async (t) => {
    const { file } = folderFor(t)
    return placeAt(t, file)
  })
})

/** What the read model says, on a connection of its own: files are deleted here. */
function talliesIn(file: string): { count: number; sum: number } {
  const database = new DatabaseSync(file, { readOnly: true })
  const row = database.prepare('SELECT sum(count) AS count, sum(sum) AS sum FROM tallies').get()
  database.close()
  return { count: Number(row?.count ?? 0), sum: Number(row?.sum ?? 0) }
}

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
    t.same(talliesIn(file), whole(2_000))
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
  t.same(talliesIn(file), whole(1_600))
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
  t.same(talliesIn(file), whole(12_000))
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
  t.same(talliesIn(file), whole(40))
  thread.postMessage({ rebuild: 'no-such', call: 9 })
  t.match(await done.promise, { done: 9, error: /no-such/ })
  t.equal(progress.position, position)
  const exited = once(thread, 'exit')
  thread.postMessage({ close: true })
  t.same(await exited, [0])
  await store.close()
})

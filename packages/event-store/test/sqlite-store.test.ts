import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { EventStore, NewEvent } from '@linli/event-store'
import { limits, openMemoryStore, openSqliteReader, openSqliteStore } from '@linli/event-store'
import { storeContract } from '@linli/event-store/contract'
import fc from 'fast-check'
import t from 'tap'
import { assertDurable, openLogForWriting, readPragma } from '../src/log-file.ts'

await storeContract(t, 'the store in SQLite', () => openSqliteStore({ folder: t.testdir() }))

t.test('an example: append, read, follow', async (t) => {
  const store = await openSqliteStore({ folder: t.testdir() })
  t.teardown(() => store.close())
  const reported = { id: 'e-1', type: 'appeal.reported', text: '{"category":"heating"}' }
  const verified = { id: 'e-2', type: 'appeal.verified', text: '{"celsius":15.5}' }

  const first = await store.append('appeal-1', -1, [reported])
  t.strictSame(first, { ok: true, position: 1, revision: 0 })
  t.strictSame(await store.append('appeal-1', -1, [verified]), { ok: false, actual: 0 })
  await store.append('appeal-1', 0, [verified])

  for await (const batch of store.subscribe({ after: 0, filter: { streamPrefix: 'appeal-' } })) {
    t.strictSame(
      batch.map((event) => event.type),
      ['appeal.reported', 'appeal.verified'],
    )
    break
  }
})

t.test('a commit is synced: the settings are asserted by reading them back', async (t) => {
  const database = openLogForWriting(`${t.testdir()}/log.db`)
  t.teardown(() => database.close())
  t.equal(readPragma(database, 'synchronous'), 2, 'FULL')
  t.equal(readPragma(database, 'journal_mode'), 'wal')
  t.equal(readPragma(database, 'wal_autocheckpoint'), 0)
  database.exec('PRAGMA synchronous = NORMAL')
  t.throws(() => assertDurable(database), { message: /FULL/ })
})

t.test('appends that come together share a commit, and listeners hear of each', async (t) => {
  const store = await openSqliteStore({ folder: t.testdir(), commitDelayMs: 20 })
  t.teardown(() => store.close())
  const heard: number[] = []
  const stop = store.onAppended((position) => heard.push(position))
  await Promise.all(Array.from({ length: 300 }, (_, n) => append(store, `s-${n}`)))
  t.strictSame(heard, [300])
  await Promise.all(Array.from({ length: 1_000 }, (_, n) => append(store, `t-${n}`)))
  t.strictSame(heard, [300, 300 + limits.batchAppends, 1_300])
  stop()
  await append(store, 'after')
  t.equal(heard.length, 3)
})

t.test('the log is still there when it is opened again', async (t) => {
  const folder = t.testdir()
  const first = await openSqliteStore({ folder })
  await append(first, 'kept')
  await first.close()
  t.strictSame(readdirSync(folder).toSorted(), ['lock.db', 'log.db'], 'the WAL is emptied')
  const second = await openSqliteStore({ folder })
  t.teardown(() => second.close())
  t.equal((await second.read('kept')).length, 1)
  t.match(await second.append('kept', 0, [event()]), { ok: true, position: 2, revision: 1 })
})

t.test('another thread reads what is committed', async (t) => {
  const folder = t.testdir()
  const store = await openSqliteStore({ folder })
  t.teardown(() => store.close())
  const reader = openSqliteReader(folder)
  await append(store, 'seen')
  t.strictSame(await reader.read('seen'), await store.read('seen'))
  reader.close()
  await t.rejects(reader.head(), { code: 'closed' })
  const thread = new Worker(new URL('../fixtures/reader-thread.ts', import.meta.url), {
    workerData: folder,
    execArgv: [],
  })
  const [events] = await once(thread, 'message')
  t.strictSame(events, await store.read('seen'))
})

t.test('too many appends at once are refused and the others stored', async (t) => {
  const store = await openSqliteStore({ folder: t.testdir() })
  t.teardown(() => store.close())
  const appends = Array.from({ length: limits.queuedAppends }, (_, n) => append(store, `s-${n}`))
  await t.rejects(append(store, 'one-more'), { code: 'overloaded', retry: 'later' })
  await Promise.all(appends)
  t.equal(await store.head(), limits.queuedAppends)
  t.match(await append(store, 'one-more'), { ok: true })
})

t.test('a backup while appends go on is a prefix of the log', async (t) => {
  const folder = t.testdir({ backups: {} })
  const store = await openSqliteStore({ folder })
  t.teardown(() => store.close())
  for (let n = 0; n < 20; n += 1) await store.append(`before-${n}`, -1, events(500))
  const stop = new AbortController()
  const writing = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; !stop.signal.aborted; n += 1) await append(store, `during-${writer}-${n}`)
  })
  const before = await store.head()
  await store.backup(`${folder}/backups/log.db`)
  stop.abort()
  await Promise.all(writing)

  const copy = await openSqliteStore({ folder: `${folder}/backups` })
  t.teardown(() => copy.close())
  t.ok((await copy.head()) >= before, 'all that was acknowledged before is in it')
  t.strictSame(await wholeLog(copy), (await wholeLog(store)).slice(0, await copy.head()))
  await t.rejects(store.backup(`${folder}/nowhere/log.db`), { code: 'folder-unusable' })
})

t.test('the WAL is started again when it has grown long', async (t) => {
  const folder = t.testdir()
  const store = await openSqliteStore({ folder })
  t.teardown(() => store.close())
  const text = `"${'x'.repeat(100_000)}"`
  const inFile = () => Math.round(statSync(`${folder}/log.db-wal`).size / 4_120)
  // Each text takes 25 pages of 4 KiB, a frame each. A busy machine checkpoints late, not never.
  let written = 0
  for (let n = 0; n < 300 && (n < 50 || written < 2 * inFile()); n += 1) {
    const wide = Array.from({ length: 20 }, () => ({ ...event(), text }))
    t.match(await store.append(`s-${n}`, -1, wide), { ok: true })
    written += 500
  }
  t.ok(written >= 2 * inFile(), `${written} frames were written, ${inFile()} are in the file`)
})

t.test('SQLite answers as the store in memory does', async (t) => {
  const sqlite = await openSqliteStore({ folder: t.testdir() })
  t.teardown(() => sqlite.close())
  const step = fc.record({
    stream: fc.nat({ max: 2 }),
    expected: fc.integer({ min: -1, max: 5 }),
    ids: fc.uniqueArray(fc.nat({ max: 12 }), { minLength: 1, maxLength: 3 }),
  })
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      run += 1
      const memory = openMemoryStore()
      for (const { stream, expected, ids } of steps) {
        const name = `run-${run}-${stream}`
        const events = ids.map((id) => ({ id: `${run}:${id}`, type: 't', text: '{}' }))
        const ours = await outcome(sqlite, name, { expected, events })
        t.strictSame(ours, await outcome(memory, name, { expected, events }))
        t.strictSame(await revisions(sqlite, name), await revisions(memory, name))
      }
    }),
    { numRuns: 60 },
  )
})

let serial = 0

function event(): NewEvent {
  serial += 1
  return { id: `event-${serial}`, type: 'test.happened', text: '{}' }
}

function events(count: number): NewEvent[] {
  return Array.from({ length: count }, event)
}

function append(store: EventStore, stream: string): ReturnType<EventStore['append']> {
  return store.append(stream, -1, [event()])
}

async function wholeLog(store: EventStore): Promise<string[]> {
  const ids: string[] = []
  for (let after = 0; ; ) {
    const page = await store.readAll({ after })
    if (page.through === after) return ids
    ids.push(...page.events.map((event) => event.id))
    after = page.through
  }
}

async function outcome(
  store: EventStore,
  stream: string,
  { expected, events }: { expected: number; events: NewEvent[] },
): Promise<unknown> {
  try {
    const answer = await store.append(stream, expected, events)
    return answer.ok ? answer.revision : answer
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

async function revisions(store: EventStore, stream: string): Promise<unknown[]> {
  return (await store.read(stream)).map((event) => [event.revision, event.id])
}

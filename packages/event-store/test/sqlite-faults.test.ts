import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { openSqliteStore } from '@linli/event-store'
import t from 'tap'
import { storageFault } from '../src/sqlite-fault.ts'
import { WriterThread } from '../src/writer-thread.ts'

const childFile = fileURLToPath(new URL('../fixtures/store-child.ts', import.meta.url))
// The test runner's own loader would slow the children down, and catches the signal below.
const plain = 'unset NODE_OPTIONS; exec "$0" "$@"'
// A write beyond 2 MB of one file fails, as on a full disk (Node ignores the signal it sends).
const limited = `ulimit -S -f 4096; ${plain}`

t.test('a folder has one owner', async (t) => {
  const folder = t.testdir()
  const store = await openSqliteStore({ folder })
  await t.rejects(openSqliteStore({ folder }), { code: 'folder-in-use' })
  const refused = await report(child('open', folder))
  t.match(refused, { code: 'folder-in-use', message: /in use by another running process/ })
  t.match(await store.append('still-ours', -1, events(1)), { ok: true })
  await store.close()
  t.match(await report(child('open', folder)), { opened: true })
})

t.test('kill -9 under load loses no acknowledged event', async (t) => {
  const folder = t.testdir()
  const acknowledged: string[] = []
  for (let round = 1; round <= 3; round += 1) {
    const loading = child('load', folder)
    const exited = once(loading, 'exit')
    const lines = createInterface({ input: loading.stdout ?? process.stdin })
    const enough = acknowledged.length + 400 * round
    for await (const line of lines) {
      acknowledged.push(line)
      if (acknowledged.length === enough) loading.kill('SIGKILL')
    }
    t.strictSame(await exited, [null, 'SIGKILL'])
    const store = await openSqliteStore({ folder })
    const stored = new Map<string, string[]>()
    for (const line of acknowledged) stored.set(line.split(' ')[0] ?? '', [])
    for (const stream of stored.keys()) {
      stored.set(
        stream,
        (await store.read(stream)).map(({ id }) => id),
      )
    }
    const lost = acknowledged.filter((line) => {
      const [stream = '', id = ''] = line.split(' ')
      return !stored.get(stream)?.includes(id)
    })
    t.strictSame(lost, [], `${acknowledged.length} acknowledged by round ${round}`)
    await store.close()
  }
})

t.test(
  'after a commit that failed the outcome is unknown, and settled by id on a new handle',
  { skip: process.platform === 'linux' ? false : 'limits of a process are set the Linux way' },
  async (t) => {
    const folder = t.testdir()
    const run = child('fault', folder)
    const [said] = (await outputOf(run)).trim().split('\n')
    const { acknowledged, settled, followed } = JSON.parse(said ?? '{}')
    t.ok(settled.length > 0, 'the fault came')
    for (const { code, retry, answer } of settled) {
      t.match(code, /^(storage-failed|disk-full)$/)
      t.match(retry, /^(outcome-unknown|later)$/)
      t.match(answer, { ok: true, revision: 0 })
    }
    t.equal(settled[0].retry, 'outcome-unknown', 'the commit had begun')
    const log = new DatabaseSync(join(folder, 'log.db'))
    const opened = Number(log.prepare('SELECT opened FROM writer').get()?.opened)
    log.close()
    t.ok(opened > 1, 'the log was opened again after the fault')
    const store = await openSqliteStore({ folder })
    t.teardown(() => store.close())
    const { events } = await store.readAll({ limit: 1_000 })
    const ids = events.filter(({ type }) => type !== 'last').map(({ id }) => id)
    t.strictSame(ids.toSorted(), acknowledged.toSorted(), 'each once, none lost')
    t.strictSame(followed, ids, 'the subscription survived the fault')
  },
)

t.test('when the writer thread dies, what was under way is unknown, the rest is not', async (t) => {
  const file = join(t.testdir(), 'log.db')
  const walFrames = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('../src/sqlite-writer.ts', import.meta.url), {
    workerData: { file, commitDelayMs: 10, walFrames },
    execArgv: [],
  })
  await once(worker, 'message')
  const writer = new WriterThread(worker, { added: () => {}, committed: () => {} })
  const appends = Array.from({ length: 2_000 }, (_, n) => writer.append(`s-${n}`, -1, events(1)))
  await appends[0]
  const settled = Promise.allSettled(appends)
  await worker.terminate()
  const retries = (await settled).map(fateOf)
  const fates = retries.filter((fate, index) => fate !== retries[index - 1])
  t.match(fates, ['stored', 'outcome-unknown', 'later'], 'in this order')
  t.equal(fates.length, 3)
  const refused = writer.append('s', -1, events(1))
  await t.rejects(refused, { code: 'writer-stopped', retry: 'later', message: /has stopped/ })
  await writer.close()
})

t.test('a lock of another program is waited for, then said', async (t) => {
  const folder = t.testdir()
  const store = await openSqliteStore({ folder })
  t.teardown(() => store.close())
  const other = new DatabaseSync(join(folder, 'log.db'))
  other.exec('BEGIN IMMEDIATE')
  const refused = store.append('s', -1, events(1))
  await t.rejects(refused, { code: 'busy', retry: 'later', message: /locked by another program/ })
  other.close()
  t.match(await store.append('s', -1, events(1)), { ok: true })
})

t.test('a full disk is said in one sentence, and may be tried again', (t) => {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE event (text); PRAGMA max_page_count = 3')
  const write = () => database.exec('INSERT INTO event VALUES (zeroblob(100000))')
  const full = thrownBy(write)
  t.match(storageFault(full, '/data/log.db'), {
    code: 'disk-full',
    retry: 'later',
    message: 'The disk that holds /data/log.db is full.',
    cause: full,
  })
  t.match(storageFault(full, '/data/log.db', 'outcome-unknown'), { retry: 'outcome-unknown' })
  const other = new Error('of another kind')
  t.equal(storageFault(other, '/data/log.db'), other, 'what is not known is not dressed up')
  t.end()
})

t.test('a damaged log is said in one sentence', async (t) => {
  const message = /^The file .*log\.db is damaged \(.*\): restore it from a backup\.$/
  const damaged = { code: 'log-damaged', retry: 'never', message }

  const garbage = t.testdir({ garbage: { 'log.db': 'not a database '.repeat(1_000) } })
  await t.rejects(openSqliteStore({ folder: join(garbage, 'garbage') }), damaged)

  const cut = await filled()
  truncateSync(join(cut, 'log.db'), statSync(join(cut, 'log.db')).size / 2)
  await t.rejects(openSqliteStore({ folder: cut }), damaged)

  const holed = await filled()
  const half = Math.floor(statSync(join(holed, 'log.db')).size / 2)
  writeSync(openSync(join(holed, 'log.db'), 'r+'), Buffer.alloc(100_000), 0, 100_000, half)
  const store = await openSqliteStore({ folder: holed })
  t.teardown(() => store.close())
  await t.rejects(store.readAll({ limit: 5_000 }), damaged)
})

t.test('a database that is not a log is left alone', async (t) => {
  const folder = t.testdir()
  const other = new DatabaseSync(join(folder, 'log.db'))
  other.exec('CREATE TABLE household (id)')
  other.close()
  await t.rejects(openSqliteStore({ folder }), { code: 'log-foreign', message: /not an event log/ })
  const newer = await filled()
  const log = new DatabaseSync(join(newer, 'log.db'))
  log.exec('PRAGMA user_version = 99')
  log.close()
  await t.rejects(openSqliteStore({ folder: newer }), { code: 'log-foreign', message: /newer/ })
})

t.test('a folder that cannot be used is said in one sentence', async (t) => {
  const file = join(t.testdir({ file: 'x' }), 'file')
  await t.rejects(openSqliteStore({ folder: file }), {
    code: 'folder-unusable',
    message: /is not a folder/,
  })
  const folder = await filled()
  for (const name of ['log.db', 'lock.db']) chmodSync(join(folder, name), 0o444)
  chmodSync(folder, 0o555)
  const readOnly = { code: 'folder-read-only', retry: 'never', message: /read-only/ }
  await asNobody(() => t.rejects(openSqliteStore({ folder }), readOnly))
  await asNobody(() => t.rejects(openSqliteStore({ folder: join(folder, 'new') }), readOnly))
  chmodSync(folder, 0o777)
  chmodSync(join(folder, 'lock.db'), 0o666)
  await asNobody(() => t.rejects(openSqliteStore({ folder }), readOnly))
})

function child(mode: 'open' | 'load' | 'fault', folder: string): ChildProcess {
  const script = mode === 'fault' ? limited : plain
  return spawn('sh', ['-c', script, process.execPath, childFile, mode, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function outputOf({ stdout }: ChildProcess): Promise<string> {
  return stdout === null ? '' : text(stdout)
}

async function report(process: ChildProcess): Promise<unknown> {
  return JSON.parse(await outputOf(process))
}

function fateOf(settled: PromiseSettledResult<unknown>): string {
  return settled.status === 'fulfilled' ? 'stored' : settled.reason.retry
}

function thrownBy(run: () => void): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

async function filled(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'linli-log-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const store = await openSqliteStore({ folder })
  for (let n = 0; n < 10; n += 1) await store.append(`s-${n}`, -1, events(500))
  await store.close()
  return folder
}

let serial = 0

function events(count: number): { id: string; type: string; text: string }[] {
  return Array.from({ length: count }, () => {
    serial += 1
    return { id: `event-${serial}`, type: 'test.happened', text: `"${'x'.repeat(300)}"` }
  })
}

/** The superuser may write anywhere: try it as a user who may not. */
async function asNobody(run: () => Promise<unknown>): Promise<void> {
  const superuser = process.geteuid?.() === 0
  if (superuser) process.seteuid?.(65_534)
  try {
    await run()
  } finally {
    if (superuser) process.seteuid?.(0)
  }
}

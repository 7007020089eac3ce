// The writer thread: takes batches, gives each one commit, answers. After a failed commit it never
// goes on with the same handle (the system may have dropped pages that it reports as clean): it
// closes it, opens the log again and commits a mark, before it takes the next batch.
// Runs as a Worker; must not be imported.

import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { Batch, WriterAnswer, WriterOrder, WriterSettings } from './batch.ts'
import type { BatchCommit } from './batch-commit.ts'
import { prepareBatchCommit } from './batch-commit.ts'
import { lockTimeoutMs, openLogForWriting } from './log-file.ts'
import type { Retry } from './port.ts'
import { faultData, storageFault } from './sqlite-fault.ts'

type Log = { database: DatabaseSync; commit: BatchCommit }

// Above so many frames readers feel the length of the WAL: start it again from the front.
const restartFrames = 8_000
const restartTimeoutMs = 20

const settings: WriterSettings = workerData
const sleeper = new Int32Array(new SharedArrayBuffer(4))
let log: Log | undefined
let head = 0

parentPort?.on('message', (order: WriterOrder) => {
  if (order === 'close') close()
  else {
    say(commitBatch(order))
    restartLongWal()
  }
})
open()

function open(): void {
  try {
    log = openLog()
    say({ is: 'ready', head })
  } catch (error) {
    say({ is: 'unopened', fault: faultData(storageFault(error, settings.file)) })
    parentPort?.close()
  }
}

function openLog(): Log {
  const database = openLogForWriting(settings.file)
  const commit = prepareBatchCommit(database)
  head = commit.head()
  return { database, commit }
}

function commitBatch(batch: Batch): WriterAnswer {
  let retry: Retry = 'later'
  try {
    log ??= openLog()
    const { database, commit } = log
    database.exec('BEGIN IMMEDIATE')
    const outcomes = commit.apply(batch)
    if (settings.commitDelayMs > 0) Atomics.wait(sleeper, 0, 0, settings.commitDelayMs)
    retry = 'outcome-unknown'
    database.exec('COMMIT')
    head = commit.head()
    return { is: 'committed', head, outcomes }
  } catch (error) {
    const fault = faultData(storageFault(error, settings.file, retry))
    // Another program's lock says nothing against the handle: no need to wait for it twice.
    if (fault.code !== 'busy' || retry === 'outcome-unknown') openAgain()
    return { is: 'failed', head, fault }
  }
}

function openAgain(): void {
  try {
    log?.database.close()
    log = undefined
    log = openLog()
  } catch {
    // The next batch tries again and reports what it meets.
    log = undefined
  }
}

function restartLongWal(): void {
  if (log === undefined || Atomics.load(settings.walFrames, 0) < restartFrames) return
  Atomics.store(settings.walFrames, 0, 0)
  try {
    log.database.exec(`PRAGMA busy_timeout = ${restartTimeoutMs}`)
    log.database.exec('PRAGMA wal_checkpoint(RESTART)')
    log.database.exec(`PRAGMA busy_timeout = ${lockTimeoutMs}`)
  } catch {
    // The batch is safe in the WAL; only this handle is not trusted any more.
    openAgain()
  }
}

function close(): void {
  try {
    log?.database.close()
  } finally {
    parentPort?.close()
  }
}

function say(answer: WriterAnswer): void {
  parentPort?.postMessage(answer)
}

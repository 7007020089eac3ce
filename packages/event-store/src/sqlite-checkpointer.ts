// The checkpointing thread: copies the WAL into the log's file ten times a second without holding
// anybody up, and tells the writer how long the WAL has grown. Runs as a Worker; must not be
// imported.

import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

const everyMs = 100

const { file, walFrames }: { file: string; walFrames: Int32Array } = workerData
let database: DatabaseSync | undefined

const timer = setInterval(checkpoint, everyMs)
parentPort?.on('message', () => {
  clearInterval(timer)
  database?.close()
  parentPort?.close()
})

function checkpoint(): void {
  try {
    database ??= open()
    const { log } = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {}
    Atomics.store(walFrames, 0, Number(log ?? 0))
  } catch {
    // Nothing is lost: the frames stay in the WAL. After a failed sync the handle is not trusted.
    database?.close()
    database = undefined
  }
}

function open(): DatabaseSync {
  const opened = new DatabaseSync(file, { timeout: 0 })
  opened.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0')
  return opened
}

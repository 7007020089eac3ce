// A copy of the log while it is written to. Must not import a store.

import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { lockTimeoutMs } from './log-file.ts'
import { storageFault } from './sqlite-fault.ts'

// All pages in one step, off the main thread and in one read transaction: a copy in several
// steps begins anew at each commit of another connection and would never end under load.
const allPages = 0x7fffffff

/** Copies the log as of one moment to `to`, which appears whole and synced, or not at all. */
export async function backupLog(file: string, to: string): Promise<void> {
  const partial = `${to}.partial`
  let source: DatabaseSync | undefined
  try {
    await rm(partial, { force: true })
    source = new DatabaseSync(file, { readOnly: true, timeout: lockTimeoutMs })
    await backup(source, partial, { rate: allPages })
    await sync(partial)
    await rename(partial, to)
    await sync(dirname(to))
  } catch (error) {
    await rm(partial, { force: true })
    throw storageFault(error, to)
  } finally {
    source?.close()
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

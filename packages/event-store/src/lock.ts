// One owner per data folder: an exclusive transaction held open on `lock.db`, a file of its own,
// because an exclusive lock on the log would shut out our own threads. The system frees it when
// the process dies, however it dies. Nothing else in the process may open and close this file:
// closing any handle of it drops the lock (POSIX).

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreFault } from './port.ts'
import { isBusy, storageFault } from './sqlite-fault.ts'

/** The lock, until it is released. */
export type FolderLock = { release(): void }

/** Makes the folder if need be and takes its lock, or throws: `folder-in-use` when it is taken. */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, 'lock.db')
  let database: DatabaseSync | undefined
  try {
    mkdirSync(folder, { recursive: true })
    database = new DatabaseSync(file, { timeout: 0 })
    // A first write shows a read-only folder at once; the exclusive lock comes with it.
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; PRAGMA user_version = 1')
  } catch (error) {
    database?.close()
    if (isBusy(error)) throw inUse(folder, error)
    throw storageFault(error, error instanceof Error && 'syscall' in error ? folder : file)
  }
  return { release: () => database.close() }
}

function inUse(folder: string, cause: unknown): StoreFault {
  return new StoreFault(
    'folder-in-use',
    `The data folder ${folder} is in use by another running process: stop that one first.`,
    { retry: 'later', cause },
  )
}

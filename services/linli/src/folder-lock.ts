// The lock of a data folder whose log is not open: for work that replaces the files themselves.
// It is the event store's own lock: an exclusive transaction on `lock.db`, which the system frees
// however the process dies. No other code of the process may open that file meanwhile.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CommandFault } from './command-fault.ts'

const SQLITE_BUSY = 5

/** Does work on a folder that nobody else has open. @throws CommandFault `folder-in-use` */
export async function withFolderLocked<Done>(
  folder: string,
  work: () => Promise<Done>,
): Promise<Done> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 })
  try {
    lock(database, folder)
    return await work()
  } finally {
    database.close()
  }
}

function lock(database: DatabaseSync, folder: string): void {
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (fault) {
    const code = fault instanceof Error && 'errcode' in fault ? Number(fault.errcode) : 0
    if ((code & 0xff) !== SQLITE_BUSY) throw fault
    throw new CommandFault(
      'folder-in-use',
      `The data folder ${folder} is in use by another running process: stop that one first.`,
      fault,
    )
  }
}

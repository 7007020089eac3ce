// A copy of the vault made while it runs: VACUUM INTO, which reads one moment of the database and
// writes no free page, so that nothing destroyed before is in the copy.

import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import type { Kysely } from 'kysely'
import { VaultFault } from './fault.ts'
import { copyInto, type VaultTables } from './tables.ts'

/** Copies into a file that replaces an older one only when it is whole and synced. */
export async function backupTo(db: Kysely<VaultTables>, file: string): Promise<void> {
  const draft = `${file}.part`
  try {
    rmSync(draft, { force: true })
    closeSync(openSync(draft, 'wx', 0o600))
    await copyInto(db, draft)
    const handle = openSync(draft, 'r+')
    fsyncSync(handle)
    closeSync(handle)
    renameSync(draft, file)
  } catch (cause) {
    rmSync(draft, { force: true })
    if (cause instanceof VaultFault) throw cause
    throw new VaultFault('backup-failed', `The vault could not be copied to ${file}.`, cause)
  }
}

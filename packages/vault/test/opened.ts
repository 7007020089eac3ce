// Opens a vault in a folder the way a service does; shared by the tests and their child process.
// The dialect is reached by its path: the vault itself must not depend on projections.

import { join } from 'node:path'
import { Kysely } from 'kysely'
import { sqliteDialect } from '../../projections/src/index.ts'
import { loadKeyFile, openVault, type VaultOptions, type VaultTables } from '../src/index.ts'

/** A vault and the means to end it. */
export async function openIn(folder: string, sizes: Partial<VaultOptions> = {}) {
  const file = join(folder, 'vault.db')
  const db = new Kysely<VaultTables>({ dialect: sqliteDialect(file) })
  const keyFile = loadKeyFile(join(folder, 'key'), { vaultExists: false })
  const vault = await openVault({ db, keyFile, ...sizes })
  const close = async () => {
    await vault.close()
    await db.destroy()
  }
  return { vault, db, file, keyFile, close }
}

/** The same, ready for new subjects. */
export async function startIn(folder: string, sizes: Partial<VaultOptions> = {}) {
  const opened = await openIn(folder, sizes)
  await opened.vault.recover([], await opened.vault.checkpoint())
  return opened
}

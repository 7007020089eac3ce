// Opens a vault the way a service does, in a file of a folder or in PostgreSQL; shared by the
// tests and their child process.

import { join } from 'node:path'
import { openDatabase } from '@linli/sql'
import { loadKeyFile, openVault, type VaultOptions, type VaultTables } from '../src/index.ts'

/** Where a vault is: its key file in the folder; beside it its database, or at the URL. */
export type Place = { folder: string; url?: string }

/** A vault and the means to end it. */
export async function openIn(place: string | Place, sizes: Partial<VaultOptions> = {}) {
  const { folder, url } = typeof place === 'string' ? { folder: place } : place
  const keyFile = loadKeyFile(join(folder, 'key'), { vaultExists: false })
  const where = url ?? join(folder, 'vault.db')
  const db = await openDatabase<VaultTables>(where, { schema: 'linli_vault', poolSize: 4 })
  const vault = await openVault({ db, keyFile, ...sizes })
  const close = async () => {
    await vault.close()
    await db.destroy()
  }
  return { vault, db, keyFile, close }
}

/** The same, ready for new subjects. */
export async function startIn(place: string | Place, sizes: Partial<VaultOptions> = {}) {
  const opened = await openIn(place, sizes)
  await opened.vault.recover([], await opened.vault.checkpoint())
  return opened
}

/** The stored bytes of a key. */
export async function wrappedKey({ db }: Awaited<ReturnType<typeof openIn>>, id: string) {
  const { wrapped } = await db
    .selectFrom('vault_keys')
    .select('wrapped')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return Buffer.from(wrapped)
}

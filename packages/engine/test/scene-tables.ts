// Vault and work of a test: in SQLite, or in a new database of the PostgreSQL server that
// LINLI_TEST_TABLES names, so that the same tests run over both.
import { join } from 'node:path'
import { openDatabase } from '@linli/sql'
import type { VaultTables } from '@linli/vault'
import type { Kysely } from 'kysely'
import { freshDatabase } from '../../../tests/postgres/server.ts'
import type { Work, WorkTables } from '../src/work.ts'

/** Both databases, without tables. */
export type SceneTables = { keys: Kysely<VaultTables>; work: Work; close: () => Promise<void> }

/** Opens them; in SQLite as files of a folder, or in memory without one. */
export async function openSceneTables(folder?: string): Promise<SceneTables> {
  const server = process.env.LINLI_TEST_TABLES
  const url = server === undefined ? undefined : await freshDatabase(server)
  const where = (file: string) => url ?? (folder === undefined ? ':memory:' : join(folder, file))
  const options = { poolSize: 4 }
  const keys = await openDatabase<VaultTables>(where('vault.db'), {
    ...options,
    schema: 'linli_vault',
  })
  const work = await openDatabase<WorkTables>(where('work.db'), {
    ...options,
    schema: 'linli_work',
  })
  return {
    keys,
    work,
    close: async () => void (await Promise.all([keys.destroy(), work.destroy()])),
  }
}

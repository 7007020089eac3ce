// The databases that the suites of read models run over: files of SQLite, and a PostgreSQL server
// of the test file's own (or the one that LINLI_TEST_READ names).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { READ_SCHEMA } from '@linli/projections'
import { openDatabase, sqliteDialect } from '@linli/sql'
import { Kysely, sql } from 'kysely'
import t from 'tap'
import { startPostgres } from '../../../tests/postgres/server.ts'

/** A place for read models: where they are kept, how it is queried, how it ends. */
export type ReadPlace = {
  file: string
  openQueries: () => Promise<Kysely<unknown>>
  remove: () => Promise<void>
}

/** A kind of database; places are given one at a time. */
export type ReadKind = { kind: 'sqlite' | 'postgres'; openPlace: () => Promise<ReadPlace> }

const server = await startPostgres()
t.teardown(() => server.stop())
const url = await server.freshDatabase()

/** Both kinds. A database of PostgreSQL is emptied, not made anew, for the next place. */
export const readKinds: readonly ReadKind[] = [
  { kind: 'sqlite', openPlace: fileOfItsOwn },
  { kind: 'postgres', openPlace: async () => onServer(url) },
]

/** A place of its own, beside others in use. */
export async function openPlaceBeside(kind: ReadKind['kind']): Promise<ReadPlace> {
  return kind === 'sqlite' ? fileOfItsOwn() : onServer(await server.freshDatabase())
}

async function fileOfItsOwn(): Promise<ReadPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'linli-instances-'))
  const file = join(folder, 'read.db')
  return {
    file,
    openQueries: async () => new Kysely({ dialect: sqliteDialect(file, { readOnly: true }) }),
    remove: async () => rmSync(folder, { recursive: true }),
  }
}

function onServer(url: string): ReadPlace {
  const openQueries = () => openDatabase<unknown>(url, { schema: READ_SCHEMA, poolSize: 2 })
  return {
    file: url,
    openQueries,
    async remove() {
      const db = await openQueries()
      await sql`DROP SCHEMA ${sql.id(READ_SCHEMA)} CASCADE`.execute(db)
      await db.destroy()
    },
  }
}

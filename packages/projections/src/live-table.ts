// The real name of a live build's table, for what a view cannot do, such as full-text search.
import { type Kysely, sql } from 'kysely'
import { tableName } from './read-database.ts'

/** The table that serves queries now; undefined when the projection has not been built. */
export async function liveTable(
  db: Kysely<unknown>,
  projection: string,
  base: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ version: number; build: number }>`
    SELECT version, build FROM projection_build WHERE name = ${projection} AND live = 1`.execute(db)
  const [row] = rows
  return row === undefined ? undefined : tableName(base, row)
}

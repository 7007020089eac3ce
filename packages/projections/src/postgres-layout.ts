// The table of builds in PostgreSQL, made once; one of an older linli is deleted with everything
// that it lists, since the log can make it again. Imports no runner.
import { DatabaseFault } from '@linli/sql'
import { type Kysely, sql } from 'kysely'

const FORMAT = 1
const LAYOUT_LOCK = 7_310_002

/** Makes the layout where there is none; says when an older one was deleted. */
export function makePostgresLayout(
  db: Kysely<unknown>,
  schema: string,
): Promise<'foreign' | undefined> {
  return db.transaction().execute(async (change) => {
    await sql`SELECT pg_advisory_xact_lock(${LAYOUT_LOCK})`.execute(change)
    const format = await formatOf(change)
    if (format === FORMAT) return undefined
    if (format !== undefined && format > FORMAT) {
      throw new DatabaseFault(
        'newer-linli',
        `The schema ${schema} was made by a newer linli (format ${format}, this one knows ${FORMAT}): start that one, or run DROP SCHEMA ${schema} CASCADE to build the read models again.`,
      )
    }
    if (format !== undefined) {
      await sql`DROP SCHEMA ${sql.id(schema)} CASCADE`.execute(change)
      await sql`CREATE SCHEMA ${sql.id(schema)}`.execute(change)
    }
    for (const statement of LAYOUT) await sql.raw(statement).execute(change)
    return format === undefined ? undefined : 'foreign'
  })
}

async function formatOf(db: Kysely<unknown>): Promise<number | undefined> {
  const found = await sql<{ known: boolean }>`
    SELECT to_regclass('projection_layout') IS NOT NULL AS known`.execute(db)
  if (found.rows[0]?.known !== true) return undefined
  const { rows } = await sql<{ format: number }>`SELECT format FROM projection_layout`.execute(db)
  return rows[0]?.format ?? 0
}

const LAYOUT = [
  'CREATE TABLE projection_layout (format INTEGER NOT NULL)',
  `INSERT INTO projection_layout VALUES (${FORMAT})`,
  `CREATE TABLE projection_build (
    id BIGINT GENERATED ALWAYS AS IDENTITY, name TEXT NOT NULL, version INTEGER NOT NULL,
    build INTEGER NOT NULL, "position" BIGINT NOT NULL, live INTEGER NOT NULL,
    indexed INTEGER NOT NULL, tables TEXT NOT NULL, PRIMARY KEY (name, version, build))`,
  `CREATE VIEW current AS
    SELECT name, version, build, "position" FROM projection_build WHERE live = 1`,
] as const

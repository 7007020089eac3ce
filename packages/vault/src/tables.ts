// The tables of the vault, and what only SQLite needs. Rows with key bytes are only ever appended
// or overwritten in place: SQLite then never moves them, so no page keeps a stale copy of a key
// that was destroyed. That is why which subject a key has is a table of its own.

import { type Compilable, type CompiledQuery, type Kysely, SqliteAdapter, sql } from 'kysely'
import { VaultFault } from './fault.ts'

/** What the vault keeps in the database it is given. */
export type VaultTables = {
  /** Each key ever made; `wrapped` is all zeros once destroyed. */
  vault_keys: { number: number; id: string; wrapped: Uint8Array }
  /** The keys that no subject has. */
  vault_pool: { key: string }
  vault_bindings: { key: string; subject: string }
  vault_identities: { hash: string; subject: string }
  vault_tombstones: { subject: string; at: number }
  /** `version`, `key-file`, `checkpoint`, `reconciled`, `tombstones`. */
  vault_marks: { name: string; value: string }
}

/** Makes the tables where they are missing. */
export async function makeTables(db: Kysely<VaultTables>): Promise<void> {
  if (isSqlite(db)) {
    await sql`pragma secure_delete = on`.execute(db)
    await sql`pragma synchronous = full`.execute(db)
    // After a kill in the middle of an erasure the write-ahead log still holds the older pages.
    await sql`pragma wal_checkpoint(truncate)`.execute(db)
  }
  const { schema } = db
  await schema
    .createTable('vault_keys')
    .ifNotExists()
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('wrapped', isSqlite(db) ? 'blob' : 'bytea', (column) => column.notNull())
    .execute()
  await schema
    .createTable('vault_pool')
    .ifNotExists()
    .addColumn('key', 'text', (column) => column.primaryKey())
    .execute()
  for (const [table, column] of twoColumns) {
    await schema
      .createTable(table)
      .ifNotExists()
      .addColumn(column, 'text', (made) => made.primaryKey())
      .addColumn('subject', 'text', (made) => made.notNull())
      .execute()
    await schema.createIndex(`${table}_subject`).ifNotExists().on(table).column('subject').execute()
  }
  await schema
    .createTable('vault_tombstones')
    .ifNotExists()
    .addColumn('subject', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createTable('vault_marks')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
}

/**
 * A query of one parameter, built once: building it again each time costs more than running it.
 * The query is given with any value in the parameter's place.
 */
export function oneParameter<Row>(
  db: Kysely<VaultTables>,
  query: Compilable<Row>,
): (value: string) => Promise<Row | undefined> {
  const compiled = query.compile()
  return async (value) => {
    const asked: CompiledQuery<Row> = { ...compiled, parameters: [value] }
    const { rows } = await db.executeQuery(asked)
    return rows[0]
  }
}

/** The value of a mark, or undefined. */
export async function readMark(db: Kysely<VaultTables>, name: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('vault_marks')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.value
}

/** Sets a mark. */
export async function writeMark(
  db: Kysely<VaultTables>,
  name: string,
  value: string,
): Promise<void> {
  await db
    .insertInto('vault_marks')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/**
 * Takes what was overwritten out of the write-ahead log too, and with `vacuum` out of every free
 * page. Other databases have means of their own, which their operator runs.
 */
export async function scrub(db: Kysely<VaultTables>, vacuum: boolean): Promise<void> {
  if (!isSqlite(db)) return
  if (vacuum) await sql`vacuum`.execute(db)
  const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db)
  if (rows[0]?.busy !== 0) throw new Error('Another reader keeps the write-ahead log in use.')
}

/** A copy of the whole vault as one file without free pages (`VACUUM INTO`). */
export async function copyInto(db: Kysely<VaultTables>, file: string): Promise<void> {
  if (!isSqlite(db)) {
    throw new VaultFault('backup-failed', "This database is backed up with its own server's tools.")
  }
  await sql`vacuum into ${file}`.execute(db)
}

const twoColumns = [
  ['vault_bindings', 'key'],
  ['vault_identities', 'hash'],
] as const

function isSqlite(db: Kysely<VaultTables>): boolean {
  return db.getExecutor().adapter instanceof SqliteAdapter
}

// The tables of the vault, and what only one kind of database needs. Rows with key bytes are only ever appended
// or overwritten in place: SQLite then never moves them, so no page keeps a stale copy of a key
// that was destroyed. That is why which subject a key has is a table of its own.

import { type ColumnTypes, kindOf, migrate } from '@linli/sql'
import { type Compilable, type CompiledQuery, type Kysely, sql, type Transaction } from 'kysely'
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

/** Brings the tables up to date, making them on a first start. */
export async function makeTables(db: Kysely<VaultTables>): Promise<void> {
  if (!isShared(db)) {
    await sql`pragma secure_delete = on`.execute(db)
    await sql`pragma synchronous = full`.execute(db)
    // After a kill in the middle of an erasure the write-ahead log still holds the older pages.
    await sql`pragma wal_checkpoint(truncate)`.execute(db)
  }
  await migrate(db, {
    what: 'vault',
    tables: [
      ...['vault_keys', 'vault_pool', 'vault_bindings', 'vault_identities'],
      ...['vault_tombstones', 'vault_marks'],
    ],
    steps: [{ name: 'first tables', statements: firstTables }],
  })
}

/** Whether other processes may have the same vault open: so it is in PostgreSQL. */
export const isShared = (db: Kysely<VaultTables>): boolean => kindOf(db) === 'postgres'

/** Until the transaction ends, no other process writes in the vault. */
export async function alone(transaction: Transaction<VaultTables>): Promise<void> {
  if (isShared(transaction)) await sql`select pg_advisory_xact_lock(${LOCK})`.execute(transaction)
}

const LOCK = 7_310_003

/** Which of these subjects the database knows to be erased. */
export async function erasedAmong(
  db: Kysely<VaultTables>,
  subjects: readonly string[],
): Promise<Set<string>> {
  if (subjects.length === 0) return new Set()
  const rows = await db
    .selectFrom('vault_tombstones')
    .select('subject')
    .where('subject', 'in', subjects)
    .execute()
  return new Set(rows.map(({ subject }) => subject))
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
 * page. PostgreSQL overwrites nothing in place: there `vacuum` writes the tables anew without the
 * old rows and deletes the old files, holding up whoever reads keys meanwhile; its write-ahead
 * log, replicas and backups have the wrapped key until they are recycled.
 */
export async function scrub(db: Kysely<VaultTables>, vacuum: boolean): Promise<void> {
  if (isShared(db)) {
    if (vacuum) await rewrite(db)
    return
  }
  if (vacuum) await sql`vacuum`.execute(db)
  const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db)
  if (rows[0]?.busy !== 0) throw new Error('Another reader keeps the write-ahead log in use.')
}

/** It takes as long as it takes; the setting ends with the connection's turn. */
async function rewrite(db: Kysely<VaultTables>): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`set statement_timeout = 0`.execute(connection)
    try {
      await sql`vacuum (full) vault_keys, vault_bindings, vault_identities`.execute(connection)
    } finally {
      await sql`reset statement_timeout`.execute(connection)
    }
  })
}

/** A copy of the whole vault as one file without free pages (`VACUUM INTO`). */
export async function copyInto(db: Kysely<VaultTables>, file: string): Promise<void> {
  if (isShared(db)) {
    throw new VaultFault('backup-failed', "This database is backed up with its own server's tools.")
  }
  await sql`vacuum into ${file}`.execute(db)
}

function firstTables({ int, text, bytes }: ColumnTypes): string[] {
  return [
    `create table if not exists vault_keys
      (number ${int} primary key, id ${text} not null unique, wrapped ${bytes} not null)`,
    `create table if not exists vault_pool (key ${text} primary key)`,
    `create table if not exists vault_bindings
      (key ${text} primary key, subject ${text} not null)`,
    `create index if not exists vault_bindings_subject on vault_bindings (subject)`,
    `create table if not exists vault_identities
      (hash ${text} primary key, subject ${text} not null)`,
    `create index if not exists vault_identities_subject on vault_identities (subject)`,
    `create table if not exists vault_tombstones
      (subject ${text} primary key, at ${int} not null)`,
    `create table if not exists vault_marks (name ${text} primary key, value ${text} not null)`,
  ]
}

// Opening a database, whichever it is: a Kysely over a file of SQLite or a schema of PostgreSQL,
// checked so far that what is wrong with it is said in one sentence at once. It knows no table.
import { Kysely, type QueryExecutorProvider, type RawBuilder, SqliteAdapter, sql } from 'kysely'
import { DatabaseFault } from './fault.ts'
import { type PostgresOptions, postgresDialect } from './postgres-dialect.ts'
import { isPostgresUrl, shownUrl } from './postgres-url.ts'
import { type SqliteOptions, sqliteDialect } from './sqlite-dialect.ts'

/** How a database is opened; what is of the other kind is not looked at. */
export type DatabaseOptions = PostgresOptions & {
  sqlite?: SqliteOptions
  /** The least version of PostgreSQL, as `server_version_num` has it. */
  leastVersion?: number
}

/**
 * Opens `postgres://…` (its schema is made if it is missing), or a file of SQLite. Every way in
 * which it cannot be used is a DatabaseFault. `Kysely.destroy` closes it.
 */
export async function openDatabase<Tables>(
  where: string,
  options: DatabaseOptions,
): Promise<Kysely<Tables>> {
  const isServer = isPostgresUrl(where)
  const dialect = isServer ? postgresDialect(where, options) : sqliteDialect(where, options.sqlite)
  const db = new Kysely<Tables>({ dialect })
  try {
    if (isServer) await checkServer(db, shownUrl(where), options)
    else await checkFile(db, where)
    return db
  } catch (fault) {
    await db.destroy()
    throw fault
  }
}

/** Which kind of database a Kysely speaks to. */
export function kindOf(db: QueryExecutorProvider): 'sqlite' | 'postgres' {
  return db.getExecutor().adapter instanceof SqliteAdapter ? 'sqlite' : 'postgres'
}

/** Versions of PostgreSQL before it have no more corrections. */
const LEAST_VERSION = 150_000

async function checkServer<Tables>(
  db: Kysely<Tables>,
  where: string,
  { schema, leastVersion = LEAST_VERSION }: DatabaseOptions,
): Promise<void> {
  const { rows } = await sql<{ version: number; encoding: string; known: boolean }>`
    select current_setting('server_version_num')::int as version,
      current_setting('server_encoding') as encoding,
      to_regnamespace(${schema}) is not null as known`.execute(db)
  const [found] = rows
  if (found === undefined || found.version < leastVersion) {
    const major = Math.floor((found?.version ?? 0) / 10_000)
    throw new DatabaseFault(
      'version-too-old',
      `PostgreSQL at ${where} is version ${major}: linli needs ${Math.floor(leastVersion / 10_000)} or later, so upgrade it.`,
    )
  }
  if (found.encoding !== 'UTF8') {
    throw new DatabaseFault(
      'encoding-wrong',
      `The database ${where} has the encoding ${found.encoding}: create it anew with UTF8 (createdb -E UTF8 -T template0).`,
    )
  }
  if (!found.known) await makeSchema(db, schema)
}

const makeSchema = <Tables>(db: Kysely<Tables>, schema: string): Promise<void> =>
  makeAlone(db, sql`create schema if not exists ${sql.id(schema)}`)

/**
 * Makes what may be there already. In PostgreSQL under a lock: `if not exists` does not keep two
 * that make the same thing at once from getting in each other's way.
 */
export async function makeAlone<Tables>(
  db: Kysely<Tables>,
  statement: RawBuilder<unknown>,
): Promise<void> {
  if (kindOf(db) === 'sqlite') {
    await statement.execute(db)
    return
  }
  const make = async (change: Kysely<Tables>) => {
    await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(change)
    await statement.execute(change)
  }
  // The lock is the transaction's, whosever that is.
  await (db.isTransaction ? make(db) : db.transaction().execute(make))
}

const SCHEMA_LOCK = 7_310_001

async function checkFile<Tables>(db: Kysely<Tables>, file: string): Promise<void> {
  try {
    await sql`select count(*) from sqlite_schema`.execute(db)
  } catch (cause) {
    throw new DatabaseFault(
      'file-unusable',
      `The database ${file} cannot be used: it is damaged, not a database, or out of reach.`,
      cause,
    )
  }
}

// Bringing a database to the tables of this linli: numbered steps, forward only, all of them that
// are missing in one transaction, one process at a time. What is not as a linli left it, or was
// left by a newer one, is refused and not mended. It knows no table but its own.
import { type Kysely, type QueryExecutorProvider, sql } from 'kysely'
import manifest from '../package.json' with { type: 'json' }
import { type ColumnTypes, columnTypes } from './column-types.ts'
import { kindOf } from './database.ts'
import { DatabaseFault } from './fault.ts'

/** One step; it is never edited once a release has it. */
export type Migration = {
  name: string
  statements: (types: ColumnTypes, kind: 'sqlite' | 'postgres') => readonly string[]
}

/**
 * The steps of one database, the first is number 1, and the tables that are there after the last.
 * The first makes its tables with `if not exists`: SQLite's were there before steps were counted.
 */
export type Migrations = {
  what: string
  tables: readonly string[]
  steps: readonly Migration[]
}

/** Brings a database up to date; gives how many steps were taken. Fault `newer-linli`, … */
export async function migrate<Tables>(db: Kysely<Tables>, wanted: Migrations): Promise<number> {
  return db.transaction().execute(async (change) => {
    const kind = kindOf(change)
    if (kind === 'postgres') await inTurn(change)
    const before = await tablesIn(change)
    if (!before.has('migration')) {
      if (kind === 'postgres') refuseRemains(wanted, before)
      for (const text of OWN(columnTypes[kind])) await sql.raw(text).execute(change)
    }
    const taken = checkedSteps(wanted, await stepsTaken(change))
    for (const [index, step] of wanted.steps.slice(taken).entries()) {
      for (const text of step.statements(columnTypes[kind], kind)) {
        await sql.raw(text).execute(change)
      }
      const number = taken + index + 1
      await sql`insert into migration (number, name, at, linli)
        values (${number}, ${step.name}, ${Date.now()}, ${manifest.version})`.execute(change)
    }
    const after = taken === wanted.steps.length ? before : await tablesIn(change)
    const missing = wanted.tables.find((table) => !after.has(table))
    if (missing !== undefined) throw halfMigrated(wanted, `the table ${missing} is missing`)
    return wanted.steps.length - taken
  })
}

/** Refuses a database that is not up to date, e.g. when a newer linli changed it meanwhile. */
export async function checkMigrations(
  db: QueryExecutorProvider,
  wanted: Migrations,
): Promise<void> {
  const taken = checkedSteps(wanted, await stepsTaken(db))
  if (taken < wanted.steps.length) throw halfMigrated(wanted, `step ${taken + 1} is missing`)
}

type Taken = { number: number; name: string; linli: string }

const OWN = ({ int, text }: ColumnTypes) => [
  `create table migration (number ${int} primary key, name ${text} not null,
    at ${int} not null, linli ${text} not null)`,
]

const LOCK = 7_310_002
const TURN_MS = 60_000

async function inTurn(change: QueryExecutorProvider): Promise<void> {
  await sql`set local statement_timeout = 0`.execute(change)
  await sql.raw(`set local lock_timeout = ${TURN_MS}`).execute(change)
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(change)
}

async function tablesIn(db: QueryExecutorProvider): Promise<Set<string>> {
  const { rows } =
    kindOf(db) === 'sqlite'
      ? await sql<{ name: string }>`select name from sqlite_schema where type = 'table'`.execute(db)
      : await sql<{ name: string }>`select tablename::text as name from pg_tables
          where schemaname = current_schema()`.execute(db)
  return new Set(rows.map(({ name }) => name))
}

async function stepsTaken(db: QueryExecutorProvider): Promise<Taken[]> {
  const asked = sql<Taken>`select number, name, linli from migration order by number`
  return (await asked.execute(db)).rows
}

function checkedSteps(wanted: Migrations, taken: readonly Taken[]): number {
  const last = taken.at(-1)
  if (last !== undefined && taken.length > wanted.steps.length) {
    throw new DatabaseFault(
      'newer-linli',
      `The ${wanted.what} database was made by a newer linli (${last.linli}, step ${last.number}, ` +
        `${last.name}): upgrade this one (${manifest.version}), or restore a backup from before.`,
    )
  }
  for (const [index, { number, name }] of taken.entries()) {
    const step = wanted.steps[index]
    if (number !== index + 1 || step?.name !== name) {
      throw halfMigrated(wanted, `its step ${number}, ${name}, does not belong there`)
    }
  }
  return taken.length
}

/** Tables without the book that says how they came: somebody restored a part. */
function refuseRemains(wanted: Migrations, before: ReadonlySet<string>): void {
  const found = wanted.tables.find((table) => before.has(table))
  if (found === undefined) return
  throw halfMigrated(wanted, `the table ${found} is there, but not the table migration`)
}

function halfMigrated({ what }: Migrations, why: string): DatabaseFault {
  return new DatabaseFault(
    'half-migrated',
    `The ${what} database is not as a linli left it (${why}): restore it from a backup as a whole.`,
  )
}

// SQLite and PostgreSQL behind one Kysely: opening, faults, migrations, locks.

export { type ColumnTypes, columnTypes } from './column-types.ts'
export { type DatabaseOptions, kindOf, makeAlone, openDatabase } from './database.ts'
export { DatabaseFault, type DatabaseFaultCode, faultOf } from './fault.ts'
export { type HeldLock, type Locks, openLocks } from './locks.ts'
export { checkMigrations, type Migration, type Migrations, migrate } from './migration.ts'
export {
  clientConfig,
  type PostgresOptions,
  postgresDialect,
  postgresPool,
} from './postgres-dialect.ts'
export { isPostgresUrl, shownUrl } from './postgres-url.ts'
export { type SqliteOptions, sqliteDialect } from './sqlite-dialect.ts'

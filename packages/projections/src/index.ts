export { type SqliteOptions, sqliteDialect } from './sqlite-dialect.ts'

// A Kysely dialect over node:sqlite: Kysely's own SqliteDialect speaks to better-sqlite3, whose
// four calls are adapted here. The file is opened at the first query. It knows no table and must
// not import one.

import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type Dialect, SqliteDialect } from 'kysely'

/**
 * How `sqliteDialect` opens its file; `pragmas` are added to, or replace, the defaults, and
 * `begin` is run once on the connection, such as to attach another file.
 */
export type SqliteOptions = {
  readOnly?: boolean
  pragmas?: Record<string, string | number>
  begin?: string
}

/**
 * A dialect for one connection to one file (WAL, synchronous=FULL, 5 s of patience with a lock).
 * A file that can't be opened rejects the first query; `Kysely.destroy` closes it.
 */
export function sqliteDialect(file: string, options: SqliteOptions = {}): Dialect {
  return new SqliteDialect({ database: async () => adapt(open(file, options)) })
}

const STATEMENTS_KEPT = 200
const writerPragmas = { busy_timeout: 5000, journal_mode: 'WAL', synchronous: 'FULL' }
const readerPragmas = { busy_timeout: 5000 }

function open(
  file: string,
  { readOnly = false, pragmas = {}, begin }: SqliteOptions,
): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly })
  try {
    const wanted = { ...(readOnly ? readerPragmas : writerPragmas), ...pragmas }
    for (const [name, value] of Object.entries(wanted)) {
      if (!/^\w+$/.test(name) || !/^-?\w+$/.test(String(value))) {
        throw new Error(`Not a pragma: ${name}=${value}`)
      }
      database.exec(`pragma ${name} = ${value}`)
    }
    if (begin !== undefined) database.exec(begin)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

function adapt(database: DatabaseSync) {
  const kept = new Map<string, ReturnType<typeof statement>>()
  return {
    close: () => database.close(),
    prepare(sql: string) {
      const known = kept.get(sql)
      if (known !== undefined) return known
      // A kept statement remembers its columns, so a change of the schema drops them all.
      if (/^\s*(create|alter|drop)\b/i.test(sql)) kept.clear()
      if (kept.size >= STATEMENTS_KEPT) kept.clear()
      const made = statement(database, sql)
      kept.set(sql, made)
      return made
    },
  }
}

function statement(database: DatabaseSync, sql: string) {
  const prepared: StatementSync = database.prepare(sql)
  return {
    reader: prepared.columns().length > 0,
    all: (parameters: readonly unknown[]) => prepared.all(...bound(parameters)),
    run: (parameters: readonly unknown[]) => prepared.run(...bound(parameters)),
    iterate: (parameters: readonly unknown[]) => prepared.iterate(...bound(parameters)),
  }
}

function bound(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) => {
    if (typeof value === 'boolean') return value ? 1 : 0
    // node:sqlite refuses what it cannot store; Kysely's types leave only what it can.
    return value as SQLInputValue
  })
}

// The few words in which SQLite and PostgreSQL differ, for queries over read models. Everything
// else is written once, in what both take: names in quotes, CASE for what is counted.
import { kindOf } from '@linli/sql'
import { type Kysely, type RawBuilder, sql } from 'kysely'

/** A fragment of SQL with its values. */
export type Sql = RawBuilder<unknown>

/** The words of one of them. Columns are given as SQL. */
export type SqlWords = {
  kind: 'sqlite' | 'postgres'
  /** A text stands in a column. */
  holds(column: Sql, text: string): Sql
  /** A column has one of many texts. */
  among(column: Sql, texts: readonly string[]): Sql
  /** A column of JSON text, which may be empty, has a value at two names, one in the other. */
  jsonHas(column: Sql, names: readonly [string, string], value: string | number | boolean): Sql
}

/** The words that a database takes. */
export const wordsOf = (db: Kysely<unknown>): SqlWords =>
  kindOf(db) === 'postgres' ? postgres : sqlite

const sqlite: SqlWords = {
  kind: 'sqlite',
  holds: (column, text) => sql`instr(${column}, ${text}) > 0`,
  among: (column, texts) =>
    sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(texts)}))`,
  jsonHas(column, names, value) {
    const path = `$.${names.map((name) => JSON.stringify(name)).join('.')}`
    const stored = typeof value === 'boolean' ? Number(value) : value
    return sql`CASE WHEN ${column} = '' THEN NULL ELSE json_extract(${column}, ${path}) END = ${stored}`
  },
}

const postgres: SqlWords = {
  kind: 'postgres',
  holds: (column, text) => sql`strpos(${column}, ${text}) > 0`,
  among: (column, texts) => sql`${column} = ANY(${[...texts]}::text[])`,
  jsonHas(column, [outer, inner], value) {
    const found = sql`CAST(${column} AS jsonb) -> ${outer}::text -> ${inner}::text`
    const stored = sql`CAST(${JSON.stringify(value)} AS jsonb)`
    return sql`CASE WHEN ${column} = '' THEN NULL ELSE ${found} END = ${stored}`
  },
}

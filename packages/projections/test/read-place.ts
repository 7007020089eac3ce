// Where the suite of the runner keeps its read models: a file, or a database of its own on a server.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kindOf, openDatabase } from '@linli/sql'
import { type Kysely, sql } from 'kysely'
import type { Test } from 'tap'
import { READ_SCHEMA } from '../src/index.ts'

/** `file` is what a runner is given; `db` queries and also spoils what it wrote. */
export type ReadPlace = { file: string; db: Kysely<unknown> }

/** Gives a place for a test, gone after it. */
export type OpenPlace = (t: Test) => Promise<ReadPlace>

/** A folder for a test, and the file in it. */
export function folderFor(t: Test): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'linli-projections-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, file: join(folder, 'read.db') }
}

/** Opens it for queries. */
export async function placeAt(t: Test, file: string): Promise<ReadPlace> {
  const db = await openDatabase<unknown>(file, { schema: READ_SCHEMA, poolSize: 2 })
  t.teardown(() => db.destroy())
  return { file, db }
}

/** What the read model `tally` says. */
export async function tallies({ db }: ReadPlace): Promise<{ count: number; sum: number }> {
  const { rows } = await sql<{ count: number | null; sum: number | null }>`
    SELECT sum("count") AS "count", sum("sum") AS "sum" FROM tallies`.execute(db)
  return { count: rows[0]?.count ?? 0, sum: rows[0]?.sum ?? 0 }
}

/** The tables of `tally`, to see which builds there are. */
export async function tableNames({ db }: ReadPlace): Promise<string[]> {
  const all =
    kindOf(db) === 'postgres'
      ? sql<{ name: string }>`SELECT tablename AS name FROM pg_tables
          WHERE schemaname = ${READ_SCHEMA} AND tablename LIKE 'tallies%'`
      : sql<{ name: string }>`SELECT name FROM sqlite_schema
          WHERE type = 'table' AND name LIKE 'tallies%'`
  return (await all.execute(db)).rows.map((row) => row.name).sort()
}

/** What must be there after so many events: each counted once, none left out. */
export const whole = (count: number) => ({ count, sum: (count * (count + 1)) / 2 })

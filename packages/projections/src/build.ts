// Builds of projections in their file: each with its own tables and checkpoint. The live build is
// what the views of the plain names show, so that queries never name a version.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { EventReader } from '@linli/event-store'
import { Kysely } from 'kysely'
import { limits } from './limits.ts'
import type { OpenSealed, Projection, ProjectionHost, Projector } from './projection.ts'
import { sqliteDialect } from './sqlite-dialect.ts'

/** A build as its file knows it. `tables` are base names. */
export type BuildRow = {
  name: string
  version: number
  build: number
  position: number
  live: boolean
  tables: readonly string[]
}

/** A build with the code that keeps it. */
export type Build = BuildRow & { projection: Projection; projector: Projector; failed: boolean }

/** What builds need of their runner. */
export type BuildScene = {
  file: string
  database: DatabaseSync
  reader: EventReader
  open: OpenSealed
}

/** All builds in the file, the oldest first. */
export function storedBuilds(database: DatabaseSync): BuildRow[] {
  const rows = database.prepare('SELECT * FROM projection_build ORDER BY rowid').all()
  return rows.map((row) => ({
    name: String(row.name),
    version: Number(row.version),
    build: Number(row.build),
    position: Number(row.position),
    live: row.live === 1,
    tables: JSON.parse(String(row.tables)) as string[],
  }))
}

/** Creates the tables of a new build. The first of its name is live at once. */
export async function createBuild(scene: BuildScene, projection: Projection): Promise<BuildRow> {
  const { name, version } = projection
  const others = storedBuilds(scene.database).filter((other) => other.name === name)
  const builds = others.filter((other) => other.version === version).map((other) => other.build)
  const row = { name, version, build: Math.max(0, ...builds) + 1, position: 0, tables: [] }
  const tables = new Set<string>()
  const named = (base: string) => {
    tables.add(base)
    return tableName(base, row)
  }
  const pragmas = { synchronous: 'NORMAL' }
  const db = new Kysely<unknown>({ dialect: sqliteDialect(scene.file, { pragmas }) })
  try {
    await projection.tables(db, named)
  } finally {
    await db.destroy()
  }
  const made = { ...row, live: false, tables: [...tables] }
  scene.database
    .prepare('INSERT INTO projection_build VALUES (?, ?, ?, 0, 0, ?)')
    .run(name, version, row.build, JSON.stringify(made.tables))
  if (others.some((other) => other.live)) return made
  return takeOver(scene.database, made)
}

/** Lets a build serve the queries, and drops every other of its name. */
export function takeOver(database: DatabaseSync, row: BuildRow): BuildRow {
  const others = storedBuilds(database).filter(
    (other) => other.name === row.name && !sameBuild(other, row),
  )
  inTransaction(database, () => {
    for (const other of others) {
      for (const base of other.tables) {
        database.exec(`DROP VIEW IF EXISTS "${base}"`)
        database.exec(`DROP TABLE "${tableName(base, other)}"`)
      }
    }
    for (const base of row.tables) {
      database.exec(`CREATE VIEW "${base}" AS SELECT * FROM "${tableName(base, row)}"`)
    }
    const where = 'name = ? AND version = ? AND build = ?'
    const remove = database.prepare(`DELETE FROM projection_build WHERE ${where}`)
    for (const other of others) remove.run(other.name, other.version, other.build)
    database
      .prepare(`UPDATE projection_build SET live = 1 WHERE ${where}`)
      .run(row.name, row.version, row.build)
  })
  return { ...row, live: true }
}

/** Puts code to a build. */
export function startBuild(scene: BuildScene, row: BuildRow, projection: Projection): Build {
  return { ...row, projection, projector: projection.begin(host(scene, row)), failed: false }
}

/** True when both are the same build. */
export function sameBuild(a: BuildRow, b: BuildRow): boolean {
  return a.name === b.name && a.version === b.version && a.build === b.build
}

/** Writes how far a build is; called in the transaction of its batch. */
export function checkpoint(database: StatementSync, row: BuildRow, position: number): void {
  database.run(position, row.name, row.version, row.build)
}

/** The text of the statement that `checkpoint` runs. */
export const CHECKPOINT =
  'UPDATE projection_build SET position = ? WHERE name = ? AND version = ? AND build = ?'

/** All or nothing. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** The name of a build's own table. */
export function tableName(base: string, row: Pick<BuildRow, 'version' | 'build'>): string {
  if (!/^[a-z][a-z0-9_]*$/.test(base)) throw new Error(`not a table's name: ${base}`)
  return row.build === 1 ? `${base}_v${row.version}` : `${base}_v${row.version}_${row.build}`
}

function host(scene: BuildScene, row: BuildRow): ProjectionHost {
  const kept = new Map<string, StatementSync>()
  const statement = (text: string): StatementSync => {
    const known = kept.get(text)
    if (known !== undefined) return known
    if (kept.size >= limits.statements) kept.clear()
    const made = scene.database.prepare(text)
    kept.set(text, made)
    return made
  }
  return {
    table: (base) => tableName(base, row),
    statement,
    run: (text: string, ...values: SQLInputValue[]) => {
      statement(text).run(...values)
    },
    reader: scene.reader,
    open: scene.open,
  }
}

// Read models in a file of SQLite: every row is written at once by a prepared statement, in one
// transaction with the checkpoint. What cannot be used is deleted: the log can make it again.
// Must not know a projection.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { sqliteDialect } from '@linli/sql'
import { Kysely } from 'kysely'
import { insertText, quoted } from './insert-text.ts'
import { limits } from './limits.ts'
import type { Projection, RowTarget, RowValue, RowWriting } from './projection.ts'
import {
  type BegunAnew,
  type BuildRow,
  buildOf,
  nextBuild,
  type ReadDatabase,
  type Step,
  sameBuild,
  tableName,
} from './read-database.ts'
import { isDamage, openAnew, openReadFile } from './read-file.ts'

/** The read models of a file. */
export class SqliteReads implements ReadDatabase {
  readonly overlaps = false
  readonly #file: string
  #opened: DatabaseSync | undefined

  constructor(file: string) {
    this.#file = file
  }

  async open(): Promise<BegunAnew | undefined> {
    const { database, anew } = openReadFile(this.#file)
    this.#opened = database
    return anew
  }

  async builds(): Promise<BuildRow[]> {
    return this.#stored()
  }

  async create(projection: Projection, { again }: { again: boolean }): Promise<BuildRow> {
    const stored = this.#stored()
    const row = nextBuild(projection, stored)
    const there = stored.find((one) => sameBuild(one, { ...row, build: row.build - 1 }))
    if (there !== undefined && !again) return there
    const tables = new Set<string>()
    const named = (base: string) => {
      tables.add(base)
      return tableName(base, row)
    }
    const pragmas = { synchronous: 'NORMAL' }
    const db = new Kysely<unknown>({ dialect: sqliteDialect(this.#file, { pragmas }) })
    try {
      await projection.tables(db, named)
      await projection.indexes?.(db, named)
    } finally {
      await db.destroy()
    }
    const made = { ...row, indexed: true, tables: [...tables] }
    this.#database
      .prepare('INSERT INTO projection_build VALUES (?, ?, ?, 0, 0, ?)')
      .run(row.name, row.version, row.build, JSON.stringify(made.tables))
    if (stored.some((other) => other.name === row.name && other.live)) return made
    await this.takeOver(made)
    return { ...made, live: true }
  }

  async index(): Promise<void> {}

  async takeOver(row: BuildRow): Promise<void> {
    const others = this.#stored().filter(
      (other) => other.name === row.name && !sameBuild(other, row),
    )
    const database = this.#database
    inTransaction(database, () => {
      for (const other of others) {
        for (const base of other.tables) {
          database.exec(`DROP VIEW IF EXISTS ${quoted(base)}`)
          database.exec(`DROP TABLE ${quoted(tableName(base, other))}`)
        }
      }
      for (const base of row.tables) {
        const own = quoted(tableName(base, row))
        database.exec(`CREATE VIEW ${quoted(base)} AS SELECT * FROM ${own}`)
      }
      const remove = database.prepare(`DELETE FROM projection_build WHERE ${ONE}`)
      for (const other of others) remove.run(other.name, other.version, other.build)
      database
        .prepare(`UPDATE projection_build SET live = 1 WHERE ${ONE}`)
        .run(row.name, row.version, row.build)
    })
  }

  writing(row: BuildRow): RowWriting {
    const prepared = preparing(this.#database)
    const table = (base: string) => tableName(base, row)
    return {
      kind: 'sqlite',
      table,
      writer: (target) => writerOf(this.#database, target, table(target.table)),
      remover: (base, column) => {
        const where = `${quoted(column)} = ?`
        const statement = this.#database.prepare(
          `DELETE FROM ${quoted(table(base))} WHERE ${where}`,
        )
        return (value) => void statement.get(value)
      },
      run: (text, ...values) => void prepared(text).get(...values),
      rows: async (text, ...values) => prepared(text).all(...values),
    }
  }

  async commit(work: () => void, steps: readonly Step[]): Promise<void> {
    const database = this.#database
    inTransaction(database, () => {
      work()
      const checkpoint = database.prepare(`UPDATE projection_build SET position = ? WHERE ${ONE}`)
      for (const { row, through } of steps) {
        checkpoint.get(through, row.name, row.version, row.build)
      }
    })
  }

  isDamage = isDamage

  async beginAnew(): Promise<void> {
    await this.close()
    this.#opened = openAnew(this.#file)
  }

  async close(): Promise<void> {
    if (this.#opened?.isOpen) this.#opened.close()
  }

  get #database(): DatabaseSync {
    if (this.#opened === undefined) throw new Error(`${this.#file} is not open`)
    return this.#opened
  }

  #stored(): BuildRow[] {
    return this.#database
      .prepare('SELECT * FROM projection_build ORDER BY rowid')
      .all()
      .map(buildOf)
  }
}

const ONE = 'name = ? AND version = ? AND build = ?'

function writerOf(database: DatabaseSync, target: RowTarget, table: string) {
  const marks = target.columns.map(() => '?').join(', ')
  const statement = database.prepare(insertText(target, table, `VALUES (${marks})`))
  // Not `run`: it also reads the last inserted rowid, and after a deletion FTS5 may have left one
  // there that no number holds.
  return (row: readonly RowValue[]) => void statement.get(...row)
}

function preparing(database: DatabaseSync): (text: string) => StatementSync {
  const kept = new Map<string, StatementSync>()
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    if (kept.size >= limits.statements) kept.clear()
    const made = database.prepare(text)
    kept.set(text, made)
    return made
  }
}

/** All or nothing. */
function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

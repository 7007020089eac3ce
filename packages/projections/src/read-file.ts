// The file of the read models: opened, checked, and deleted when it cannot be used, because the
// log can always make it again. Must not know a projection.
import { mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { limits } from './limits.ts'
import type { BegunAnew } from './read-database.ts'

/** An open file; `anew` says why an older one was deleted. */
export type ReadFile = { database: DatabaseSync; anew?: BegunAnew }

/** Marks the file as ours and of this layout. */
const FORMAT = 7_310_002

/** Opens the file, deleting one that is damaged or of another layout. */
export function openReadFile(file: string): ReadFile {
  mkdirSync(dirname(file), { recursive: true })
  try {
    const database = opened(file)
    if (database !== undefined) return { database }
    return { database: openAnew(file), anew: 'foreign' }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { database: openAnew(file), anew: 'damaged' }
  }
}

/** Deletes the file and opens an empty one. */
export function openAnew(file: string): DatabaseSync {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
  const database = opened(file)
  if (database === undefined) throw new Error(`${file} is in use by something else`)
  return database
}

/** True for an error that says the file is not, or no longer, a sound database. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false
  const primary = Number(error.errcode) & 0xff
  return primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB
}

const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

function opened(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  try {
    database.exec('PRAGMA journal_mode = WAL')
    // The log is the truth and the checkpoint is in the same file: a lost tail is read again.
    database.exec('PRAGMA synchronous = NORMAL')
    database.exec(`PRAGMA cache_size = -${limits.cacheKib}`)
    database.exec(`PRAGMA wal_autocheckpoint = ${limits.walPages}`)
    const format = Number(database.prepare('PRAGMA user_version').get()?.user_version)
    const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n
    if (format === FORMAT) return probed(database)
    if (tables === 0) {
      database.exec(`BEGIN IMMEDIATE; ${LAYOUT}; PRAGMA user_version = ${FORMAT}; COMMIT`)
      return database
    }
    database.close()
    return undefined
  } catch (error) {
    if (database.isOpen) database.close()
    throw error
  }
}

function probed(database: DatabaseSync): DatabaseSync {
  database.prepare('SELECT * FROM projection_build').all()
  return database
}

const LAYOUT = `CREATE TABLE projection_build (
  name TEXT NOT NULL, version INTEGER NOT NULL, build INTEGER NOT NULL,
  position INTEGER NOT NULL, live INTEGER NOT NULL, tables TEXT NOT NULL,
  PRIMARY KEY (name, version, build));
CREATE VIEW current AS SELECT name, version, build, position FROM projection_build WHERE live = 1`

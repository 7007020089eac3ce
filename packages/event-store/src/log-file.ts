// The file of the log: its name, its tables, its settings. Opened by the writer thread and by the
// checkpointing thread; readers open it by sqlite-reader.ts. Must not import a store.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreFault } from './port.ts'

// "LinL" in ASCII, in SQLite's header: a file of another program is told apart.
const applicationId = 0x4c696e4c
const format = 1

// Not WITHOUT ROWID: a rowid table with two indexes took 114k events/s, that one 13.7k.
const tables = `
  CREATE TABLE event (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    text TEXT NOT NULL
  );
  CREATE UNIQUE INDEX event_by_revision ON event (stream, revision);
  CREATE UNIQUE INDEX event_by_id ON event (id);
  CREATE TABLE writer (opened INTEGER NOT NULL);
  INSERT INTO writer VALUES (0);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${format};
`

/** How long a connection waits for a lock of another program. */
export const lockTimeoutMs = 2_000

/** The log's file in a data folder. */
export function logFile(folder: string): string {
  return join(folder, 'log.db')
}

/** Opens the log for writing, making it if need be, every commit synced to the disk. */
export function openLogForWriting(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: lockTimeoutMs })
  try {
    database.exec('PRAGMA journal_mode = WAL')
    // NORMAL loses acknowledged commits at a power cut; only FULL syncs the WAL at each commit.
    database.exec('PRAGMA synchronous = FULL')
    // Checkpoints are the work of a thread of their own (35 ms at p99.9 otherwise).
    database.exec('PRAGMA wal_autocheckpoint = 0')
    assertDurable(database)
    makeTables(database, file)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Asserts by reading them back that the settings which make a commit durable are in force. */
export function assertDurable(database: DatabaseSync): void {
  assert.equal(readPragma(database, 'journal_mode'), 'wal')
  assert.equal(readPragma(database, 'synchronous'), 2, 'synchronous is FULL')
}

/** The value of a setting. */
export function readPragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name]
}

function makeTables(database: DatabaseSync, file: string): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    if (readPragma(database, 'schema_version') === 0) database.exec(tables)
    assertOurs(database, file)
    // A write before the first append: a read-only file or a full disk shows at the start, and
    // after a failed commit this one takes its place in the WAL, so that it cannot come back.
    database.exec('UPDATE writer SET opened = opened + 1')
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function assertOurs(database: DatabaseSync, file: string): void {
  const ours = readPragma(database, 'application_id') === applicationId
  if (ours && readPragma(database, 'user_version') === format) return
  throw new StoreFault(
    'log-foreign',
    ours
      ? `The file ${file} was written by a newer version of linli: use that version.`
      : `The file ${file} is not an event log of linli.`,
    { retry: 'never' },
  )
}

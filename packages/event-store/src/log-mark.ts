// A mark in the embedded log that says: it is leaving for another store, has moved there, or is
// arriving from there. A log that leaves or has moved takes no event from any process, whoever has
// it open: a trigger in the file itself refuses them. Must not import a store.

import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { lockTimeoutMs, logFile } from './log-file.ts'
import { StoreFault } from './port.ts'
import { storageFault } from './sqlite-fault.ts'

/** `other` names the log at the other end of the way; `at` is in epoch milliseconds. */
export type LogMark = { state: 'leaving' | 'moved' | 'arriving'; other: string; at: number }

const fence = `
  CREATE TRIGGER IF NOT EXISTS fence BEFORE INSERT ON event
  BEGIN SELECT RAISE(ABORT, 'this log has moved'); END`

/** The mark of a folder's log, if there are a log and a mark. */
export function readLogMark(folder: string): LogMark | undefined {
  const file = logFile(folder)
  if (!existsSync(file)) return undefined
  return withLog(file, true, (database) => {
    const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'mark'").get()
    if (known === undefined) return undefined
    const row = database.prepare('SELECT state, other, at FROM mark').get()
    if (row === undefined) return undefined
    const { state } = row
    if (state !== 'leaving' && state !== 'moved' && state !== 'arriving') {
      throw new StoreFault('log-foreign', `${file} has a mark of a newer version of linli.`, {
        retry: 'never',
      })
    }
    return { state, other: String(row.other), at: Number(row.at) }
  })
}

/** Sets or clears the mark of a log that exists, durably, while others may have it open. */
export function writeLogMark(folder: string, mark: LogMark | undefined): void {
  withLog(logFile(folder), false, (database) => {
    database.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE')
    database.exec('CREATE TABLE IF NOT EXISTS mark (state TEXT, other TEXT, at INTEGER)')
    database.exec('DELETE FROM mark')
    if (mark !== undefined) {
      const { state, other, at } = mark
      database.prepare('INSERT INTO mark VALUES (?, ?, ?)').run(state, other, at)
    }
    const isClosed = mark?.state === 'leaving' || mark?.state === 'moved'
    database.exec(isClosed ? fence : 'DROP TRIGGER IF EXISTS fence')
    database.exec('COMMIT')
  })
}

/** Throws `log-moved` unless the log may be opened to serve. */
export function assertServing(folder: string): void {
  const mark = readLogMark(folder)
  if (mark !== undefined) throw movedFault(folder, mark)
}

/** The fault of opening a log with a mark. */
export function movedFault(where: string, { state, other, at }: LogMark): StoreFault {
  const since = new Date(at).toISOString()
  const sentence = {
    moved: `This installation was moved to ${other} (${since}): use it there. ${where} stays as it was.`,
    leaving:
      `${where} is being moved to ${other} (since ${since}): give the same linli move again, or ` +
      'with --abandon to go on here.',
    arriving:
      `${where} holds a part of what is moved from ${other} (since ${since}): give the same ` +
      'linli move again.',
  }
  return new StoreFault('log-moved', sentence[state], { retry: 'never' })
}

function withLog<T>(file: string, readOnly: boolean, use: (database: DatabaseSync) => T): T {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { readOnly, timeout: lockTimeoutMs })
    return use(database)
  } catch (error) {
    throw storageFault(error, file)
  } finally {
    database?.close()
  }
}

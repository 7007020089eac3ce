// One batch of appends, one transaction: the rules of `append` in SQL, on the writer thread.
// Must not import anything of the main thread.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Batch, Outcomes } from './batch.ts'
import { outcome } from './batch.ts'
import { isUniqueViolation } from './sqlite-fault.ts'

/** Statements of one open log. */
export type BatchCommit = {
  /** Runs all appends of the batch in the open transaction; throws only when storage fails. */
  apply(batch: Batch): Outcomes
  head(): number
}

/** Prepares the statements of a batch. */
export function prepareBatchCommit(database: DatabaseSync): BatchCommit {
  const statements = prepare(database)
  return {
    apply(batch) {
      const outcomes: Outcomes = []
      for (let at = 0; at < batch.length; ) {
        const append = appendAt(batch, at)
        outcomes.push(...applyAppend(statements, append))
        at += append.width
      }
      return outcomes
    },
    head: () => Number(statements.head.get()?.position ?? 0),
  }
}

type Statements = Record<
  'insert' | 'last' | 'byId' | 'head' | 'savepoint' | 'release' | 'rollback',
  StatementSync
>

type Append = { stream: string; expected: number; batch: Batch; first: number; width: number }

type Outcome = [outcome: number, first: number, second: number]

function prepare(database: DatabaseSync): Statements {
  return {
    insert: database.prepare(
      'INSERT INTO event (stream, revision, id, type, text) VALUES (?, ?, ?, ?, ?)',
    ),
    last: database.prepare('SELECT max(revision) AS revision FROM event WHERE stream = ?'),
    byId: database.prepare('SELECT position, stream, revision FROM event WHERE id = ?'),
    head: database.prepare('SELECT max(position) AS position FROM event'),
    savepoint: database.prepare('SAVEPOINT append'),
    release: database.prepare('RELEASE append'),
    rollback: database.prepare('ROLLBACK TO append'),
  }
}

function appendAt(batch: Batch, at: number): Append {
  const width = 3 + 3 * Number(batch[at + 2])
  return { stream: String(batch[at]), expected: Number(batch[at + 1]), batch, first: at + 3, width }
}

function applyAppend(statements: Statements, append: Append): Outcome {
  const actual = Number(statements.last.get(append.stream)?.revision ?? -1)
  if (actual !== append.expected) {
    return firstAnswer(statements, append) ?? [outcome.conflict, actual, 0]
  }
  const several = append.width > 6
  // A failed insert undoes only itself: one event needs no savepoint.
  if (several) statements.savepoint.run()
  try {
    const inserted = insertEvents(statements, append)
    if (several) statements.release.run()
    return inserted
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    if (several) {
      statements.rollback.run()
      statements.release.run()
    }
    return [outcome.idRepeated, 0, 0]
  }
}

function insertEvents({ insert }: Statements, append: Append): Outcome {
  const { stream, expected, batch, first, width } = append
  let revision = expected
  let position = 0
  for (let at = first; at < first + width - 3; at += 3) {
    revision += 1
    const row = insert.run(
      stream,
      revision,
      String(batch[at]),
      String(batch[at + 1]),
      String(batch[at + 2]),
    )
    position = Number(row.lastInsertRowid)
  }
  return [outcome.appended, position, revision]
}

function firstAnswer({ byId }: Statements, append: Append): Outcome | undefined {
  const { stream, batch, first, width } = append
  let revision = append.expected
  let position = 0
  for (let at = first; at < first + width - 3; at += 3) {
    revision += 1
    const stored = byId.get(String(batch[at]))
    if (stored?.stream !== stream || stored.revision !== revision) return undefined
    position = Number(stored.position)
  }
  return [outcome.appended, position, revision]
}

// Reading the log over a connection of its own, which never waits for the writer. The main thread
// reads by it, and so may any other thread of the same process. Must not write.

import type { StatementSync } from 'node:sqlite'
import { DatabaseSync } from 'node:sqlite'
import { checkLimit, closedFault, streamTooLong } from './append-check.ts'
import { limits } from './limits.ts'
import { lockTimeoutMs, logFile } from './log-file.ts'
import type { EventReader, Filter, Page, ReadAllOptions, ReadOptions, StoredEvent } from './port.ts'
import { storageFault } from './sqlite-fault.ts'

/** A reader of the log of a data folder; made by `openSqliteReader`. */
export type SqliteReader = EventReader & { close(): void }

type Row = [
  position: number,
  stream: string,
  revision: number,
  id: string,
  type: string,
  text: string,
]

const columns = 'SELECT position, stream, revision, id, type, text FROM event'

/**
 * Opens the log of a folder for reading. The folder's store must be open in this process (the
 * store makes the log), and closed after this reader.
 */
export function openSqliteReader(folder: string): SqliteReader {
  return new Reader(logFile(folder))
}

class Reader implements SqliteReader {
  readonly #file: string
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()
  #open = true

  constructor(file: string) {
    this.#file = file
    this.#database = this.#guard(
      () => new DatabaseSync(file, { readOnly: true, timeout: lockTimeoutMs }),
    )
  }

  async read(stream: string, options: ReadOptions = {}): Promise<StoredEvent[]> {
    const { limit, direction = 'forward' } = options
    if (limit !== undefined) checkLimit(limit)
    const forward = direction === 'forward'
    const from = options.from ?? (forward ? 0 : Number.MAX_SAFE_INTEGER)
    const events = this.#all(forward ? forwardSql : backwardSql, [
      stream,
      from,
      limit ?? limits.wholeStreamEvents + 1,
    ])
    if (limit === undefined && events.length > limits.wholeStreamEvents) {
      throw streamTooLong(stream)
    }
    return events
  }

  async readAll(options: ReadAllOptions = {}): Promise<Page> {
    const { after = 0, filter = {}, limit = limits.defaultPageEvents } = options
    checkLimit(limit)
    // The head is read first: what a later commit adds is beyond `upTo` and left for next time.
    const upTo = Math.min(this.#head(), after + limits.examinedPositions)
    if (upTo <= after) return { events: [], through: after }
    const [sql, values] = pageSql(filter)
    const events = this.#all(sql, [after, upTo, ...values, limit])
    const last = events.length === limit ? events.at(-1) : undefined
    return { events, through: last?.position ?? upTo }
  }

  async head(): Promise<number> {
    return this.#head()
  }

  close(): void {
    if (this.#open) this.#database.close()
    this.#open = false
  }

  #head(): number {
    return this.#guard(() => {
      const row: unknown = this.#statement('SELECT max(position) FROM event').get()
      return Array.isArray(row) ? Number(row[0] ?? 0) : 0
    })
  }

  #all(sql: string, values: (string | number)[]): StoredEvent[] {
    const rows = this.#guard(() => this.#statement(sql).all(...values) as unknown[]) as Row[]
    return rows.map(([position, stream, revision, id, type, text]) => ({
      position,
      stream,
      revision,
      id,
      type,
      text,
    }))
  }

  #statement(sql: string): StatementSync {
    let statement = this.#prepared.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      statement.setReturnArrays(true)
      this.#prepared.set(sql, statement)
    }
    return statement
  }

  #guard<T>(use: () => T): T {
    if (!this.#open) throw closedFault()
    try {
      return use()
    } catch (error) {
      throw storageFault(error, this.#file)
    }
  }
}

const forwardSql = `${columns} WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`
const backwardSql = `${columns} WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?`

function pageSql({ types, streamPrefix }: Filter): [sql: string, values: string[]] {
  let where = 'WHERE position > ? AND position <= ?'
  const values: string[] = []
  if (types !== undefined) {
    where += ' AND type IN (SELECT value FROM json_each(?))'
    values.push(JSON.stringify(types))
  }
  if (streamPrefix !== undefined) {
    where += ' AND instr(stream, ?) = 1'
    values.push(streamPrefix)
  }
  return [`${columns} ${where} ORDER BY position LIMIT ?`, values]
}

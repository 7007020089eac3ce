// The embedded event log: one SQLite file, a writer thread with group commit, a checkpointing
// thread, and reads on a connection of the main thread. Composes; the rules are in
// batch-commit.ts, the file's settings in log-file.ts.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { checkLimit, closedFault } from './append-check.ts'
import { limits } from './limits.ts'
import type { FolderLock } from './lock.ts'
import { lockFolder } from './lock.ts'
import { backupLog } from './log-backup.ts'
import { logFile } from './log-file.ts'
import { assertServing } from './log-mark.ts'
import type { EventReader, EventStore } from './port.ts'
import type { SqliteReader } from './sqlite-reader.ts'
import { openSqliteReader } from './sqlite-reader.ts'
import { subscription } from './subscription.ts'
import { Tail } from './tail.ts'
import { threadOptions } from './thread-options.ts'
import { Wakeups } from './wakeups.ts'
import type { WriterThread } from './writer-thread.ts'
import { startWriter } from './writer-thread.ts'

/**
 * `commitDelayMs` adds so much to each commit, as a slow disk would. `arriving` opens a log that
 * is being moved here, or had moved away and comes back, which otherwise is not opened.
 */
export type SqliteStoreOptions = { folder: string; commitDelayMs?: number; arriving?: boolean }

/** The embedded store. */
export interface SqliteStore extends EventStore {
  /** Writes the log as of now to a new file, while appends go on. */
  backup(file: string): Promise<void>
  /** Calls the listener with the log's head after each commit; the answer stops it. */
  onAppended(listener: (position: number) => void): () => void
}

type Parts = {
  folder: string
  lock: FolderLock
  writer: WriterThread
  checkpointer: Worker
  reader: SqliteReader
  wakeups: Wakeups
  tail: Tail
}

/**
 * Opens the log of a data folder, making both if need be, as the folder's only owner. Rejects
 * with a StoreFault: `folder-in-use`, `folder-read-only`, `folder-unusable`, `disk-full`,
 * `log-damaged`, `log-foreign`, `log-moved`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { folder, commitDelayMs = 0, arriving = false } = options
  const lock = lockFolder(folder)
  try {
    if (!arriving) assertServing(folder)
    return storeOf({ folder, lock, ...(await startParts(folder, commitDelayMs)) })
  } catch (error) {
    lock.release()
    throw error
  }
}

async function startParts(
  folder: string,
  commitDelayMs: number,
): Promise<Omit<Parts, 'folder' | 'lock'>> {
  const file = logFile(folder)
  const walFrames = new Int32Array(new SharedArrayBuffer(4))
  const wakeups = new Wakeups(0)
  const tail = new Tail(limits.tailEvents)
  const writer = await startWriter({ file, commitDelayMs, walFrames }, (head) => {
    wakeups.tell(head)
    tail.endsAt(head)
    return {
      added: (added) => tail.add(added),
      committed(position) {
        tail.endsAt(position)
        wakeups.tell(position)
      },
    }
  })
  const checkpointer = new Worker(new URL('./sqlite-checkpointer.ts', import.meta.url), {
    workerData: { file, walFrames },
    ...threadOptions(),
  })
  return { writer, checkpointer, reader: openSqliteReader(folder), wakeups, tail }
}

function storeOf(parts: Parts): SqliteStore {
  const { folder, writer, wakeups } = parts
  const following = followingReader(parts)
  let closing: Promise<void> | undefined
  return {
    ...following,
    append: (stream, expected, events) => writer.append(stream, expected, events),
    subscribe: (options) => subscription(following, wakeups, options),
    backup: (file) => backupLog(logFile(folder), file),
    onAppended: (listener) => wakeups.listen(listener),
    close() {
      closing ??= closeParts(parts)
      return closing
    },
  }
}

/** Reads the newest events from memory, all others from the disk. */
function followingReader({ reader, wakeups, tail }: Parts): EventReader {
  return {
    read: (stream, options) => reader.read(stream, options),
    async readAll(options = {}) {
      const { after = 0, limit = limits.defaultPageEvents, filter } = options
      checkLimit(limit)
      const page = wakeups.ended ? undefined : tail.page(after, limit, filter)
      return page ?? (await reader.readAll(options))
    },
    async head() {
      if (wakeups.ended) throw closedFault()
      return wakeups.head
    },
  }
}

async function closeParts(parts: Parts): Promise<void> {
  await parts.writer.close()
  parts.wakeups.end()
  parts.reader.close()
  // Last, because the last connection that can write empties the WAL into the log's file.
  const exited = once(parts.checkpointer, 'exit')
  parts.checkpointer.postMessage('close')
  await exited
  parts.lock.release()
}

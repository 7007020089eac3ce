// The event log: the port, a store in memory, and the embedded store over SQLite.

export { checkAppend, checkLimit, closedFault, streamTooLong } from './append-check.ts'
export { limits } from './limits.ts'
export { type FolderLock, lockFolder } from './lock.ts'
export type { LogCopy, LogCopyOptions, LogProof } from './log-copy.ts'
export { openLogCopy } from './log-copy.ts'
export type { LogMark } from './log-mark.ts'
export { movedFault, readLogMark, writeLogMark } from './log-mark.ts'
export { openMemoryStore } from './memory-store.ts'
export type {
  Appended,
  EventReader,
  EventStore,
  Filter,
  NewEvent,
  Page,
  ReadAllOptions,
  ReadOptions,
  Retry,
  StoredEvent,
  StoreFaultCode,
  SubscribeOptions,
} from './port.ts'
export { StoreFault } from './port.ts'
export type { SqliteReader } from './sqlite-reader.ts'
export { openSqliteReader } from './sqlite-reader.ts'
export type { SqliteStore, SqliteStoreOptions } from './sqlite-store.ts'
export { openSqliteStore } from './sqlite-store.ts'
export { passes } from './tail.ts'

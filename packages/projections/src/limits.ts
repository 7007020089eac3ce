// The named limits of the runner. Imports nothing.

/** Bounds on what the runner reads, holds and waits for. */
export const limits = {
  /** Events in one batch, and so in one transaction, unless the runner is told otherwise. */
  batchEvents: 1_000,
  /** Rows in one statement to PostgreSQL. */
  statementRows: 5_000,
  /** Prepared statements kept for one build. */
  statements: 200,
  /** KiB of the file kept in memory by the runner's connection. */
  cacheKib: 8_192,
  /** Pages in the WAL before it is written back. */
  walPages: 4_000,
  /** Waiters for a position at one time; more are answered at once. */
  waiters: 10_000,
} as const

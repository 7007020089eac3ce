// The named limits of every store. Imports nothing.

const mebibyte = 1024 * 1024

/** Bounds on what a store takes, holds and hands out. */
export const limits = {
  /** UTF-8 bytes of one event's text. */
  textBytes: mebibyte,
  /** Characters of a stream's name, an event's id or its type. */
  nameLength: 200,
  /** Events in one append. */
  appendEvents: 500,
  /** Characters of text in one append. */
  appendLength: 16 * mebibyte,
  /** Appends in one commit. */
  batchAppends: 512,
  /** Characters of text after which a batch takes no further append. */
  batchLength: 8 * mebibyte,
  /** Appends that wait for their commit; more are refused as `overloaded`. */
  queuedAppends: 100_000,
  /** Characters of text that wait for their commit. */
  queuedLength: 256 * mebibyte,
  /** Events in one page of a read. */
  pageEvents: 10_000,
  /** Events in a page of `readAll` when no limit is given. */
  defaultPageEvents: 1_000,
  /** Positions that one call of `readAll` examines, whatever its filter lets pass. */
  examinedPositions: 20_000,
  /** Events of a stream that is read without a limit. */
  wholeStreamEvents: 10_000,
  /** Events in one batch of a subscription. */
  subscriptionEvents: 500,
  /** Newest events kept in memory for those who follow closely; at most twice as many. */
  tailEvents: 2_000,
  /** Failed reads in a row after which a subscription gives up. */
  subscriptionTries: 6,
} as const

// The port of an event log: what every store promises, and the one kind of error it throws.
// A stream is a list of events by revision (from 0); the log is all events by position.
// Imports nothing: stores, projections and the engine all depend on this file.

/** An event to append. `text` is the stored JSON, kept byte for byte as UTF-8. */
export type NewEvent = { id: string; type: string; text: string }

/** An event as read. `position` increases along the log and is opaque: it is never a count. */
export type StoredEvent = NewEvent & { position: number; stream: string; revision: number }

/** Position and revision of the last event appended, or the revision that stood in the way. */
export type Appended =
  | { ok: true; position: number; revision: number }
  | { ok: false; actual: number }

/** Events of any of these types, in streams whose name begins so; what is absent lets all pass. */
export type Filter = { types?: string[]; streamPrefix?: string }

/** `from` is a revision, taken in; without it a read begins at the end its direction starts at. */
export type ReadOptions = { from?: number; direction?: 'forward' | 'backward'; limit?: number }

/** `after` is a position, left out. */
export type ReadAllOptions = { after?: number; filter?: Filter; limit?: number }

/** A page of the log. Everything up to `through` was examined: go on from there. */
export type Page = { events: StoredEvent[]; through: number }

/** After `after`, what the filter lets pass, until the signal aborts or the store closes. */
export type SubscribeOptions = { after: number; filter?: Filter; signal?: AbortSignal }

/** The reading half of a store. */
export interface EventReader {
  /**
   * A stream's events, none when there is no such stream. Without a limit the whole stream, or
   * the fault `stream-too-long` above `limits.wholeStreamEvents`: never a silent part of it.
   */
  read(stream: string, options?: ReadOptions): Promise<StoredEvent[]>
  /**
   * The next page of the log. A page may be empty and yet make progress, when the filter let
   * nothing pass; the end is reached when `through` is the `after` that was given.
   */
  readAll(options?: ReadAllOptions): Promise<Page>
  /** Position of the last event; 0 when the log is empty. */
  head(): Promise<number>
}

/** An event log. */
export interface EventStore extends EventReader {
  /**
   * Appends all events or none, when the stream's last revision is `expected` (-1: no stream).
   * Answered only when the events are durable. The same event ids at the same expected revision
   * get the first answer again. When `expected` is right and an id is stored already, elsewhere in
   * the log, that is the fault `id-repeated`, from a store that has an index of ids.
   */
  append(stream: string, expected: number, events: NewEvent[]): Promise<Appended>
  /**
   * Batches in order of position: first what is stored, then what comes. Never skips or doubles
   * an event. Reads on only when the consumer asks for more; ends quietly on abort and close.
   */
  subscribe(options: SubscribeOptions): AsyncIterable<StoredEvent[]>
  /** Waits for the appends taken so far, ends subscriptions, frees the store. */
  close(): Promise<void>
}

/**
 * What may be done after a fault. `later`: nothing was stored, try again. `outcome-unknown`: it
 * may have been stored; append the same ids at the same expected revision, and that answer holds.
 */
export type Retry = 'never' | 'later' | 'outcome-unknown'

/** The codes of store faults. */
export type StoreFaultCode =
  | 'append-too-large'
  | 'busy'
  | 'closed'
  | 'disk-full'
  | 'folder-in-use'
  | 'folder-read-only'
  | 'folder-unusable'
  | 'id-repeated'
  | 'log-damaged'
  | 'log-differs'
  | 'log-foreign'
  | 'log-moved'
  | 'overloaded'
  | 'storage-failed'
  | 'store-not-leader'
  | 'store-refused'
  | 'store-timeout'
  | 'store-unreachable'
  | 'store-version'
  | 'stream-too-long'
  | 'text-malformed'
  | 'writer-stopped'

/** The world failed, or a limit was passed: one clear sentence, a stable code, a retry class. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  readonly code: StoreFaultCode
  readonly retry: Retry

  constructor(code: StoreFaultCode, message: string, how: { retry: Retry; cause?: unknown }) {
    super(message, how.cause === undefined ? undefined : { cause: how.cause })
    this.code = code
    this.retry = how.retry
  }
}

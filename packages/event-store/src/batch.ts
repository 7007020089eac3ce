// What goes between the main thread and the writer thread: a batch of appends as one flat array
// (structured clone takes those fast), and its outcomes as a flat array of numbers in the same
// order. Must not import SQLite.

import type { NewEvent } from './port.ts'
import type { FaultData } from './sqlite-fault.ts'

/** Per append: stream, expected revision, number of events, then id, type and text of each. */
export type Batch = (string | number)[]

/** Per append: an outcome, then two numbers whose meaning depends on it. */
export type Outcomes = number[]

/** Numbers per append in `Outcomes`. */
export const outcomeWidth = 3

export const outcome = {
  /** then position and revision of the last event */
  appended: 0,
  /** then the actual revision */
  conflict: 1,
  /** an id is stored elsewhere */
  idRepeated: 2,
} as const

/** What the writer thread is told. */
export type WriterOrder = Batch | 'close'

/** What the writer thread says: `head` is the last position that can be read. */
export type WriterAnswer =
  | { is: 'ready'; head: number }
  | { is: 'committed'; head: number; outcomes: Outcomes }
  | { is: 'failed'; head: number; fault: FaultData }
  | { is: 'unopened'; fault: FaultData }

/** Settings of the writer thread. */
export type WriterSettings = { file: string; commitDelayMs: number; walFrames: Int32Array }

/** Adds an append to a batch. */
export function pushAppend(batch: Batch, stream: string, [expected, events]: Write): void {
  batch.push(stream, expected, events.length)
  for (const event of events) batch.push(event.id, event.type, event.text)
}

type Write = [expected: number, events: NewEvent[]]

// What every process needs of the read models, wherever they are: in files of the data folder
// (folder-read-models.ts), or in a database that processes share (shared-read-models.ts).
import type { DueClock } from '@linli/engine'
import type { Kysely } from 'kysely'
import type { EventLog } from './event-log.ts'
import type { Writes } from './projection-thread.ts'

/** Reading side of the read models, and what steers the threads that write them. */
export type ReadModels = {
  /** Ask for it anew each time: when the file was damaged and begun anew, it is another one. */
  readonly db: Kysely<unknown>
  /** Resolves when there is something to be asked: on a first start others make it. */
  readonly there: Promise<void>
  position: () => number
  /** True once the read models have the position; false when that took too long. */
  waitFor: (position: number, timeoutMs: number) => Promise<boolean>
  dueClocks: (before: number, limit: number) => Promise<DueClock[]>
  /** Builds one again, or all, beside what is live. */
  rebuild: (name?: string) => Promise<void>
  /** Writes some of them until the signal, where processes share them and one at a time writes. */
  write: (writes: Writes, signal: AbortSignal) => Promise<void>
  close: () => Promise<void>
}

/** What read models are opened with. */
export type ReadModelOptions = {
  folder: string
  keyPath: string
  log: EventLog
  events?: string | undefined
  onFault: (what: string, fault: unknown) => void
}

/** Which thread writes a projection; without a name, both. */
export function writersOf(name: string | undefined): Writes[] {
  if (name === undefined) return ['rows', 'search']
  return name === 'search' ? ['search'] : ['rows']
}

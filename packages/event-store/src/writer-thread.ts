// The main thread's side of the writer: gathers appends into batches, keeps two batches under way
// (the next is posted before the last is answered), and settles each append's promise from the
// flat answer. Must not import SQLite.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { checkAppend, closedFault, idRepeated } from './append-check.ts'
import type { Batch, Outcomes, WriterAnswer, WriterSettings } from './batch.ts'
import { outcome, outcomeWidth, pushAppend } from './batch.ts'
import { limits } from './limits.ts'
import type { Appended, NewEvent } from './port.ts'
import { StoreFault } from './port.ts'
import { faultFrom } from './sqlite-fault.ts'
import type { Added } from './tail.ts'
import { threadOptions } from './thread-options.ts'

type Waiting = {
  batch: Batch
  appends: { stream: string; events: readonly NewEvent[] }[]
  settlers: PromiseWithResolvers<Appended>[]
  length: number
}

const batchesUnderWay = 2

/** Hears what a commit added, in order of position, and then how far the log goes now. */
export type WriterListener = { added: (added: Added) => void; committed: (head: number) => void }

/**
 * Starts the writer thread and resolves when the log is open, or rejects with its fault. `hear`
 * is given the log's head.
 */
export async function startWriter(
  settings: WriterSettings,
  hear: (head: number) => WriterListener,
): Promise<WriterThread> {
  const worker = new Worker(new URL('./sqlite-writer.ts', import.meta.url), {
    workerData: settings,
    ...threadOptions(),
  })
  const [answer] = (await once(worker, 'message')) as [WriterAnswer]
  if (answer.is === 'ready') {
    return new WriterThread(worker, hear(answer.head))
  }
  await worker.terminate()
  if (answer.is === 'unopened') throw faultFrom(answer.fault)
  throw new Error(`the writer began with ${answer.is}`)
}

/** The writer thread and the appends that wait for it. */
export class WriterThread {
  readonly #worker: Worker
  readonly #listener: WriterListener
  readonly #queue: Waiting[] = []
  readonly #underWay: Waiting[] = []
  #gathering: Waiting = emptyBatch()
  #appends = 0
  #length = 0
  #flushScheduled = false
  #refusal: StoreFault | undefined
  readonly #idle = Promise.withResolvers<void>()
  readonly #exited = Promise.withResolvers<void>()

  constructor(worker: Worker, listener: WriterListener) {
    this.#worker = worker
    this.#listener = listener
    worker.on('message', (answer: WriterAnswer) => this.#settle(answer))
    worker.on('error', (error) => this.#stopped(error))
    worker.on('exit', () => {
      this.#stopped()
      this.#exited.resolve()
    })
  }

  append(stream: string, expected: number, events: NewEvent[]): Promise<Appended> {
    const settler = Promise.withResolvers<Appended>()
    try {
      const length = checkAppend(stream, expected, events)
      const refusal = this.#refusal ?? this.#overloaded(length)
      if (refusal) throw refusal
      this.#take(length)
      pushAppend(this.#gathering.batch, stream, [expected, events])
      this.#gathering.appends.push({ stream, events })
      this.#gathering.settlers.push(settler)
      this.#scheduleFlush()
    } catch (error) {
      settler.reject(error)
    }
    return settler.promise
  }

  /** Waits for the appends taken so far and ends the thread. */
  async close(): Promise<void> {
    if (this.#refusal === undefined) {
      this.#refusal = closedFault()
      if (this.#appends > 0) await this.#idle.promise
      this.#worker.postMessage('close')
    }
    await this.#exited.promise
  }

  #overloaded(length: number): StoreFault | undefined {
    if (this.#appends < limits.queuedAppends && this.#length + length <= limits.queuedLength) {
      return undefined
    }
    return new StoreFault(
      'overloaded',
      `${this.#appends} appends wait for the disk already: try again later.`,
      { retry: 'later' },
    )
  }

  #take(length: number): void {
    const { settlers, length: gathered } = this.#gathering
    const full = settlers.length === limits.batchAppends
    if (full || (gathered > 0 && gathered + length > limits.batchLength)) {
      this.#queue.push(this.#gathering)
      this.#gathering = emptyBatch()
    }
    this.#gathering.length += length
    this.#appends += 1
    this.#length += length
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#underWay.length === batchesUnderWay) return
    this.#flushScheduled = true
    // Not a microtask: all that this turn of the event loop brings goes into one batch.
    setImmediate(this.#flush)
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false
    while (this.#underWay.length < batchesUnderWay) {
      const next = this.#queue.shift() ?? this.#gathering
      if (next.settlers.length === 0) return
      if (next === this.#gathering) this.#gathering = emptyBatch()
      this.#underWay.push(next)
      this.#worker.postMessage(next.batch)
    }
  }

  #settle(answer: WriterAnswer): void {
    const batch = this.#underWay.shift()
    if (batch === undefined) return
    this.#appends -= batch.settlers.length
    this.#length -= batch.length
    if (answer.is === 'committed') {
      settleBatch(batch, answer.outcomes, this.#listener.added)
      this.#listener.committed(answer.head)
    } else if (answer.is === 'failed') {
      rejectBatch(batch, faultFrom(answer.fault))
      this.#listener.committed(answer.head)
    }
    if (this.#appends > 0) this.#scheduleFlush()
    else if (this.#refusal) this.#idle.resolve()
  }

  #stopped(cause?: unknown): void {
    this.#refusal ??= stoppedFault('later', cause)
    for (const batch of this.#underWay.splice(0)) {
      rejectBatch(batch, stoppedFault('outcome-unknown', cause))
    }
    for (const batch of [...this.#queue.splice(0), this.#gathering]) {
      rejectBatch(batch, stoppedFault('later', cause))
    }
    this.#gathering = emptyBatch()
    this.#appends = 0
    this.#length = 0
    this.#idle.resolve()
  }
}

function emptyBatch(): Waiting {
  return { batch: [], appends: [], settlers: [], length: 0 }
}

function settleBatch(
  { settlers, appends }: Waiting,
  outcomes: Outcomes,
  added: WriterListener['added'],
): void {
  let at = 0
  for (const [index, settler] of settlers.entries()) {
    const { stream = '', events = [] } = appends[index] ?? {}
    const [first = 0, second = 0] = [outcomes[at + 1], outcomes[at + 2]]
    switch (outcomes[at]) {
      case outcome.appended:
        added({ stream, events, last: { position: first, revision: second } })
        settler.resolve({ ok: true, position: first, revision: second })
        break
      case outcome.conflict:
        settler.resolve({ ok: false, actual: first })
        break
      default:
        settler.reject(idRepeated(stream))
    }
    at += outcomeWidth
  }
}

function rejectBatch({ settlers }: Waiting, fault: StoreFault): void {
  for (const settler of settlers) settler.reject(fault)
}

function stoppedFault(retry: 'later' | 'outcome-unknown', cause: unknown): StoreFault {
  const message = 'The writer of the event log has stopped: start the process again.'
  return new StoreFault('writer-stopped', message, { retry, cause })
}

// The read models of one installation: written by a thread of their own, read from here.
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type DueClock, dueBefore } from '@linli/engine'
import type { SqliteStore } from '@linli/event-store'
import {
  type LoopReport,
  type LoopRequest,
  LoopWaker,
  Progress,
  type RunnerMessage,
  sqliteDialect,
} from '@linli/projections'
import { Kysely } from 'kysely'

/** Reading side of the read models, and what steers the thread that writes them. */
export type ReadModels = {
  /** Ask for it anew each time: when the file was damaged and begun anew, it is another one. */
  readonly db: Kysely<unknown>
  position: () => number
  /** True once the read models have the position; false when that took too long. */
  waitFor: (position: number, timeoutMs: number) => Promise<boolean>
  dueClocks: (before: number, limit: number) => Promise<DueClock[]>
  /** Builds one again, or all, beside what is live. */
  rebuild: (name?: string) => Promise<void>
  close: () => Promise<void>
}

/** What the thread tells: what its loop reports, and what its runner has to say. */
export type ThreadReport = LoopReport | { message: RunnerMessage }

/** The heap of the thread (MB): it keeps a bounded number of folded cases. */
const HEAP = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 } as const

type Options = {
  folder: string
  keyPath: string
  store: SqliteStore
  onFault: (what: string, fault: unknown) => void
}

/** Starts the thread and waits until its tables are there. */
export async function openReadModels(options: Options): Promise<ReadModels> {
  const models = new ThreadedReadModels(options)
  await models.ready
  return models
}

class ThreadedReadModels implements ReadModels {
  readonly #options: Options
  readonly #file: string
  readonly #thread: Worker
  readonly #progress = new Progress()
  readonly #calls = new Map<number, PromiseWithResolvers<void>>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #closed = Promise.withResolvers<void>()
  readonly #waker = new LoopWaker(() => this.#tell({ wake: true }))
  readonly #stopWaking: () => void
  #db: Kysely<unknown> | undefined
  #lastCall = 0

  constructor(options: Options) {
    const { folder, keyPath, store } = options
    this.#options = options
    this.#file = join(folder, 'read.db')
    this.#thread = new Worker(new URL('./read-thread.ts', import.meta.url), {
      workerData: { folder, file: this.#file, keyPath, vaultFile: join(folder, 'vault.db') },
      resourceLimits: HEAP,
    })
    this.#thread.on('error', (fault) => this.#failed(fault))
    this.#thread.on('message', (report: ThreadReport) => this.#hear(report))
    this.#stopWaking = store.onAppended((head) => this.#waker.appended(head))
  }

  get ready(): Promise<void> {
    return this.#ready.promise
  }

  get db(): Kysely<unknown> {
    this.#db ??= new Kysely<unknown>({ dialect: sqliteDialect(this.#file, { readOnly: true }) })
    return this.#db
  }

  position = (): number => this.#progress.position

  waitFor = (position: number, timeoutMs: number): Promise<boolean> =>
    this.#progress.waitFor(position, timeoutMs)

  dueClocks = (before: number, limit: number): Promise<DueClock[]> =>
    dueBefore(this.db, before, limit)

  rebuild = (name?: string): Promise<void> => {
    const call = Promise.withResolvers<void>()
    this.#lastCall += 1
    this.#calls.set(this.#lastCall, call)
    this.#tell({ rebuild: name ?? null, call: this.#lastCall })
    return call.promise
  }

  close = async (): Promise<void> => {
    this.#stopWaking()
    this.#tell({ close: true })
    await this.#closed.promise
    this.#progress.end()
    await this.#db?.destroy()
  }

  #hear(report: ThreadReport): void {
    if ('position' in report) {
      this.#progress.tell(report.position)
      this.#ready.resolve()
      this.#waker.reached(report.position)
    } else if ('done' in report) {
      const call = this.#calls.get(report.done)
      this.#calls.delete(report.done)
      if (report.error === undefined) call?.resolve()
      else call?.reject(new Error(report.error))
    } else if ('message' in report) this.#told(report.message)
    else if ('failed' in report) {
      this.#fault(new Error(report.failed))
      this.#waker.failed()
    } else this.#closed.resolve()
  }

  #told(message: RunnerMessage): void {
    this.#fault(new Error(message.text))
    if (message.code !== 'read-models-begun-anew') return
    void this.#db?.destroy()
    this.#db = undefined
  }

  #failed(fault: unknown): void {
    this.#ready.reject(fault)
    this.#closed.resolve()
    for (const call of this.#calls.values()) call.reject(fault)
    this.#fault(fault)
  }

  #fault(fault: unknown): void {
    this.#options.onFault('read models', fault)
  }

  #tell(request: LoopRequest): void {
    this.#thread.postMessage(request)
  }
}

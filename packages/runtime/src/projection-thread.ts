// A thread that writes read models, as it is seen from where requests are answered: woken when
// the log grows, asked for rebuilds, and closed. What it writes is in read-thread.ts.
import { Worker } from 'node:worker_threads'
import {
  type LoopReport,
  type LoopRequest,
  LoopWaker,
  type RunnerMessage,
} from '@linli/projections'

/** Which read models a thread writes: rows of instances, or what words are found by. */
export type Writes = 'rows' | 'search'

/** What the thread works on. The file and the vault may be the address of a database. */
export type ReadThreadData = {
  folder: string
  /** `esdb://…` where the log is on a server. */
  events: string | undefined
  file: string
  writes: Writes
  keyPath: string
  vault: string
}

/** What the thread tells: what its loop reports, and what its runner has to say. */
type ThreadReport = LoopReport | { message: RunnerMessage }

/** `onAnew` hears that the file was deleted: who has it open, opens it again. */
type Options = {
  data: ReadThreadData
  onAppended: (listener: (position: number) => void) => () => void
  onPosition: () => void
  onAnew: () => void
  onFault: (what: string, fault: unknown) => void
}

/** The heaps of the threads (MB): folded cases and hashed pieces are bounded in number. */
const HEAPS = {
  rows: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 },
  search: { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 12 },
} as const

/** One thread and the file it writes. */
export class ProjectionThread {
  /** How far its read models are. */
  position = 0
  readonly #options: Options
  readonly #worker: Worker
  readonly #calls = new Map<number, PromiseWithResolvers<void>>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<void>()
  readonly #closed = Promise.withResolvers<void>()
  readonly #waker = new LoopWaker(() => this.#tell({ wake: true }))
  readonly #stopWaking: () => void
  #lastCall = 0

  constructor(options: Options) {
    this.#options = options
    this.#worker = new Worker(new URL('./read-thread.ts', import.meta.url), {
      workerData: options.data,
      resourceLimits: HEAPS[options.data.writes],
    })
    // Who does not ask for them is told by `onFault`.
    this.#ended.promise.catch(() => {})
    this.#ready.promise.catch(() => {})
    this.#worker.on('error', (fault) => this.#failed(fault))
    this.#worker.on('message', (report: ThreadReport) => this.#hear(report))
    this.#stopWaking = options.onAppended((head) => this.#waker.appended(head))
  }

  /** Resolves when its tables are there. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Resolves when it is closed; rejects when it failed as a whole. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** Builds one again, or all, beside what is live. */
  rebuild(name?: string): Promise<void> {
    const call = Promise.withResolvers<void>()
    this.#lastCall += 1
    this.#calls.set(this.#lastCall, call)
    this.#tell({ rebuild: name ?? null, call: this.#lastCall })
    return call.promise
  }

  async close(): Promise<void> {
    this.#stopWaking()
    this.#tell({ close: true })
    await this.#closed.promise
  }

  #hear(report: ThreadReport): void {
    if ('position' in report) {
      this.position = report.position
      this.#options.onPosition()
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
    } else {
      this.#closed.resolve()
      this.#ended.resolve()
    }
  }

  #told(message: RunnerMessage): void {
    this.#fault(new Error(message.text))
    if (message.code === 'read-models-begun-anew') this.#options.onAnew()
  }

  #failed(fault: unknown): void {
    this.#ready.reject(fault)
    this.#ended.reject(fault)
    this.#closed.resolve()
    for (const call of this.#calls.values()) call.reject(fault)
    this.#fault(fault)
  }

  #fault(fault: unknown): void {
    this.#options.onFault('read models', fault)
  }

  #tell(request: LoopRequest): void {
    this.#worker.postMessage(request)
  }
}

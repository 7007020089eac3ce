// The read models of one installation: written by a thread of their own, read from here.
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type DueClock, dueBefore } from '@linli/engine'
import type { SqliteStore } from '@linli/event-store'
import { type LoopReport, type LoopRequest, Progress, sqliteDialect } from '@linli/projections'
import { Kysely } from 'kysely'

/** Reading side of the read models, and what steers the thread that writes them. */
export type ReadModels = {
  db: Kysely<unknown>
  position: () => number
  /** True once the read models have the position; false when that took too long. */
  waitFor: (position: number, timeoutMs: number) => Promise<boolean>
  dueClocks: (before: number, limit: number) => Promise<DueClock[]>
  /** Builds one again, or all, beside what is live. */
  rebuild: (name?: string) => Promise<void>
  close: () => Promise<void>
}

/** Starts the thread and waits until its tables are there. */
export async function openReadModels(options: {
  folder: string
  keyPath: string
  store: SqliteStore
  onFault: (what: string, fault: unknown) => void
}): Promise<ReadModels> {
  const { folder, keyPath, store, onFault } = options
  const file = join(folder, 'read.db')
  const thread = new Worker(new URL('./read-thread.ts', import.meta.url), {
    workerData: { folder, file, keyPath, vaultFile: join(folder, 'vault.db') },
  })
  const progress = new Progress()
  const calls = new Map<number, PromiseWithResolvers<void>>()
  const ready = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  thread.on('error', (fault) => {
    ready.reject(fault)
    closed.resolve()
    onFault('read models', fault)
  })
  thread.on('message', (report: LoopReport) => {
    if ('position' in report) {
      progress.tell(report.position)
      ready.resolve()
    } else if ('done' in report) {
      const call = calls.get(report.done)
      calls.delete(report.done)
      if (report.error === undefined) call?.resolve()
      else call?.reject(new Error(report.error))
    } else if ('failed' in report) onFault('read models', new Error(report.failed))
    else closed.resolve()
  })
  const tell = (request: LoopRequest) => thread.postMessage(request)
  const stopWaking = store.onAppended(() => tell({ wake: true }))
  await ready.promise
  const db = new Kysely<unknown>({ dialect: sqliteDialect(file, { readOnly: true }) })
  let lastCall = 0
  return {
    db,
    position: () => progress.position,
    waitFor: (position, timeoutMs) => progress.waitFor(position, timeoutMs),
    dueClocks: (before, limit) => dueBefore(db, before, limit),
    rebuild(name) {
      const call = Promise.withResolvers<void>()
      lastCall += 1
      calls.set(lastCall, call)
      tell({ rebuild: name ?? null, call: lastCall })
      return call.promise
    },
    async close() {
      stopWaking()
      tell({ close: true })
      await closed.promise
      await db.destroy()
    },
  }
}

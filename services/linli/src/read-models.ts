// The read models of one installation: written by threads of their own, read from here.
import { join } from 'node:path'
import { type DueClock, dueBefore } from '@linli/engine'
import type { SqliteStore } from '@linli/event-store'
import { Progress, sqliteDialect } from '@linli/projections'
import { Kysely } from 'kysely'
import { ProjectionThread } from './projection-thread.ts'

/** Reading side of the read models, and what steers the threads that write them. */
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

type Options = {
  folder: string
  keyPath: string
  store: SqliteStore
  onFault: (what: string, fault: unknown) => void
}

/** Starts the threads and waits until their tables are there. */
export async function openReadModels(options: Options): Promise<ReadModels> {
  const models = new ThreadedReadModels(options)
  await models.ready
  return models
}

class ThreadedReadModels implements ReadModels {
  readonly #files: { rows: string; search: string }
  readonly #rows: ProjectionThread
  readonly #search: ProjectionThread
  readonly #progress = new Progress()
  #db: Kysely<unknown> | undefined

  constructor({ folder, keyPath, store, onFault }: Options) {
    this.#files = { rows: join(folder, 'read.db'), search: join(folder, 'search.db') }
    const vaultFile = join(folder, 'vault.db')
    const begun = (writes: 'rows' | 'search') =>
      new ProjectionThread({
        data: { folder, file: this.#files[writes], writes, keyPath, vaultFile },
        store,
        onPosition: () => this.#progress.tell(this.#lowest()),
        onAnew: () => this.#forget(),
        onFault,
      })
    this.#rows = begun('rows')
    this.#search = begun('search')
  }

  get ready(): Promise<unknown> {
    return Promise.all([this.#rows.ready, this.#search.ready])
  }

  get db(): Kysely<unknown> {
    const begin = beside(this.#files.search)
    const options = { readOnly: true, begin }
    this.#db ??= new Kysely<unknown>({ dialect: sqliteDialect(this.#files.rows, options) })
    return this.#db
  }

  position = (): number => this.#progress.position

  waitFor = (position: number, timeoutMs: number): Promise<boolean> =>
    this.#progress.waitFor(position, timeoutMs)

  dueClocks = (before: number, limit: number): Promise<DueClock[]> =>
    dueBefore(this.db, before, limit)

  rebuild = async (name?: string): Promise<void> => {
    const threads = [
      ...(name === 'search' ? [] : [this.#rows]),
      ...(name === 'search' || name === undefined ? [this.#search] : []),
    ]
    await Promise.all(threads.map((thread) => thread.rebuild(name)))
  }

  close = async (): Promise<void> => {
    await Promise.all([this.#rows.close(), this.#search.close()])
    this.#progress.end()
    await this.#db?.destroy()
  }

  #lowest(): number {
    return Math.min(this.#rows.position, this.#search.position)
  }

  #forget(): void {
    void this.#db?.destroy()
    this.#db = undefined
  }
}

/** Queries find the tables of both files, and the builds of both. */
function beside(search: string): string {
  return `ATTACH '${search.replaceAll("'", "''")}' AS search;
    CREATE TEMP VIEW projection_build AS SELECT * FROM main.projection_build
      UNION ALL SELECT * FROM search.projection_build`
}

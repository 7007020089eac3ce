// The read models of one installation in its data folder: written by threads of their own, which
// always run, and read from here.
import { join } from 'node:path'
import { type DueClock, dueBefore } from '@linli/engine'
import { Progress } from '@linli/projections'
import { sqliteDialect } from '@linli/sql'
import { Kysely } from 'kysely'
import { ProjectionThread, type Writes } from './projection-thread.ts'
import { type ReadModelOptions, type ReadModels, writersOf } from './read-models.ts'

/** Starts the threads and waits until their tables are there. */
export async function openFolderReadModels(options: ReadModelOptions): Promise<ReadModels> {
  const models = new ThreadedReadModels(options)
  await models.ready
  return models
}

/** Pages of the read models that are kept (KiB): halves what a list of a past day takes. */
const CACHE_KIB = 32 * 1024

class ThreadedReadModels implements ReadModels {
  readonly #files: Record<Writes, string>
  readonly #threads: Record<Writes, ProjectionThread>
  readonly #progress = new Progress()
  readonly there = Promise.resolve()
  #db: Kysely<unknown> | undefined

  constructor({ folder, keyPath, events, log, onFault }: ReadModelOptions) {
    this.#files = { rows: join(folder, 'read.db'), search: join(folder, 'search.db') }
    const vault = join(folder, 'vault.db')
    const begun = (writes: Writes) =>
      new ProjectionThread({
        data: { folder, events, file: this.#files[writes], writes, keyPath, vault },
        onAppended: log.onAppended,
        onPosition: () => this.#progress.tell(this.#lowest()),
        onAnew: () => this.#forget(),
        onFault,
      })
    this.#threads = { rows: begun('rows'), search: begun('search') }
  }

  get ready(): Promise<unknown> {
    return Promise.all([this.#threads.rows.ready, this.#threads.search.ready])
  }

  get db(): Kysely<unknown> {
    const begin = beside(this.#files.search)
    const options = { readOnly: true, begin, pragmas: { cache_size: -CACHE_KIB } }
    this.#db ??= new Kysely<unknown>({ dialect: sqliteDialect(this.#files.rows, options) })
    return this.#db
  }

  position = (): number => this.#progress.position

  waitFor = (position: number, timeoutMs: number): Promise<boolean> =>
    this.#progress.waitFor(position, timeoutMs)

  dueClocks = (before: number, limit: number): Promise<DueClock[]> =>
    dueBefore(this.db, before, limit)

  rebuild = async (name?: string): Promise<void> => {
    await Promise.all(writersOf(name).map((writes) => this.#threads[writes].rebuild(name)))
  }

  write = (): Promise<void> => Promise.reject(new Error('the threads of a folder always write'))

  close = async (): Promise<void> => {
    await Promise.all([this.#threads.rows.close(), this.#threads.search.close()])
    this.#progress.end()
    await this.#db?.destroy()
  }

  #lowest(): number {
    return Math.min(this.#threads.rows.position, this.#threads.search.position)
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

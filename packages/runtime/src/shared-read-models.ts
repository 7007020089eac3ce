// Read models in a database that processes share. Whoever holds the lock writes them, in a thread;
// every process looks how far they are, often while somebody waits for a write of their own.
import { setTimeout as rest } from 'node:timers/promises'
import { type DueClock, dueBefore } from '@linli/engine'
import { Progress, READ_SCHEMA } from '@linli/projections'
import { openDatabase } from '@linli/sql'
import { type Kysely, sql } from 'kysely'
import { ProjectionThread, type Writes } from './projection-thread.ts'
import { type ReadModelOptions, type ReadModels, writersOf } from './read-models.ts'
import { aborted } from './serving.ts'

/** How often the position is looked at: while somebody waits, and while nobody does (ms). */
const HURRY_MS = 15
const LOOK_MS = 500
/** How many have to be live before lists and figures can be asked for. */
const PROJECTIONS = 4

type Options = ReadModelOptions & { read: string }

/** Opens the database, whatever stands in it. @throws DatabaseFault */
export async function openSharedReadModels(options: Options): Promise<ReadModels> {
  const db = await openDatabase<unknown>(options.read, { schema: READ_SCHEMA })
  return new SharedReadModels(db, options)
}

class SharedReadModels implements ReadModels {
  readonly db: Kysely<unknown>
  readonly #options: Options
  readonly #progress = new Progress()
  readonly #threads = new Map<Writes, ProjectionThread>()
  readonly #closing = new AbortController()
  readonly #looking: Promise<void>
  readonly #there = Promise.withResolvers<void>()
  #waiting = 0
  #hurry = Promise.withResolvers<void>()

  constructor(db: Kysely<unknown>, options: Options) {
    this.db = db
    this.#options = options
    this.#looking = this.#look()
  }

  get there(): Promise<void> {
    return this.#there.promise
  }

  position = (): number => this.#progress.position

  waitFor = async (position: number, timeoutMs: number): Promise<boolean> => {
    if (position <= this.#progress.position) return true
    this.#waiting += 1
    this.#hurry.resolve()
    try {
      return await this.#progress.waitFor(position, timeoutMs)
    } finally {
      this.#waiting -= 1
    }
  }

  dueClocks = (before: number, limit: number): Promise<DueClock[]> =>
    dueBefore(this.db, before, limit)

  rebuild = async (name?: string): Promise<void> => {
    const threads = writersOf(name).map((writes) => {
      const thread = this.#threads.get(writes)
      if (thread === undefined) throw new Error(`${WRITTEN_ELSEWHERE} (${writes})`)
      return thread
    })
    await Promise.all(threads.map((thread) => thread.rebuild(name)))
  }

  write = async (writes: Writes, signal: AbortSignal): Promise<void> => {
    const { folder, events, read: file, keyPath, log, onFault } = this.#options
    const thread = new ProjectionThread({
      data: { folder, events, file, writes, keyPath, vault: file },
      onAppended: log.onAppended,
      onPosition: () => this.#hurry.resolve(),
      onAnew: () => {},
      onFault,
    })
    this.#threads.set(writes, thread)
    try {
      await thread.ready
      await Promise.race([aborted(signal), thread.ended])
    } finally {
      this.#threads.delete(writes)
      await thread.close()
    }
  }

  close = async (): Promise<void> => {
    this.#closing.abort()
    this.#hurry.resolve()
    await this.#looking
    this.#progress.end()
    await this.db.destroy()
  }

  async #look(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      // Where the database is away for a while, nothing is new: who waits is told so in time.
      const position = await this.#stored().catch(() => undefined)
      if (position !== undefined) this.#progress.tell(position)
      this.#hurry = Promise.withResolvers()
      const waitMs = this.#waiting > 0 ? HURRY_MS : LOOK_MS
      await Promise.race([rest(waitMs, undefined, { signal }).catch(() => {}), this.#hurried()])
    }
  }

  /** A hurry lets many looks become one: never more than one each few ms. */
  async #hurried(): Promise<void> {
    await this.#hurry.promise
    await rest(HURRY_MS)
  }

  /** The lowest position of what is live; 0 as long as something is missing. */
  async #stored(): Promise<number> {
    const { rows } = await sql<{ count: number; position: number }>`
      SELECT count(*) AS count, min("position") AS position FROM projection_build
      WHERE live = 1`.execute(this.db)
    const [found] = rows
    if (found === undefined || Number(found.count) < PROJECTIONS) return 0
    this.#there.resolve()
    return Number(found.position)
  }
}

const WRITTEN_ELSEWHERE =
  'Another process writes the read models, or has not given them up: end the workers and try again'

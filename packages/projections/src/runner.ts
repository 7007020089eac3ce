// Brings read models up to the log: batches of events, each applied together with its checkpoint.
// A new version, or a rebuild, grows beside the live one and takes over when it has caught up.
// Reads the log through its port and must not write it.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type EventReader, type Page, type StoredEvent, StoreFault } from '@linli/event-store'
import { isPostgresUrl } from '@linli/sql'
import { ProjectionFault } from './fault.ts'
import { limits } from './limits.ts'
import { isPassing, PostgresReads } from './postgres-reads.ts'
import { Progress } from './progress.ts'
import {
  type OpenSealed,
  type Projection,
  type ProjectionHost,
  type Projector,
  projected,
} from './projection.ts'
import type { BegunAnew, BuildRow, ReadDatabase } from './read-database.ts'
import { SqliteReads } from './sqlite-reads.ts'

/** What the runner has to say: the file was begun anew, or a build beside the live one failed. */
export type RunnerMessage =
  | { code: 'read-models-begun-anew'; why: BegunAnew; text: string }
  | { code: 'build-failed'; projection: string; version: number; cause: unknown; text: string }

/** How far a build is. */
export type BuildProgress = {
  projection: string
  version: number
  position: number
  head: number
  live: boolean
}

/**
 * `file` is the file of the read models, or the `postgres://` address of the database that has
 * them in its schema `linli_read`; `batchEvents` go into one transaction.
 */
export type RunnerOptions = {
  file: string
  reader: EventReader
  batchEvents?: number
  projections: readonly Projection[]
  open?: OpenSealed
  onProgress?: (progress: BuildProgress) => void
  onMessage?: (message: RunnerMessage) => void
}

/** Keeps the read models of one file. */
export interface ProjectionRunner {
  /**
   * Reads on to the end of the log and answers the position that every live read model has.
   * Calls that overlap share one run. @throws ProjectionFault when a live projection fails.
   */
  advance(): Promise<number>
  /** Builds one again, or all, beside what is live, up to its taking over. */
  rebuild(name?: string): Promise<void>
  /** The position of a live read model, or the lowest of all. */
  position(name?: string): number
  /** Calls the listener with the lowest live position whenever that changes. */
  onPosition(listener: (position: number) => void): () => void
  /** True once every live read model has the position; false when that took too long. */
  waitFor(position: number, timeoutMs: number): Promise<boolean>
  close(): Promise<void>
}

/**
 * Opens the read models. A file that can't be used is deleted and built again; a database of many
 * is not: its faults say what to do.
 */
export async function openRunner(options: RunnerOptions): Promise<ProjectionRunner> {
  const runner = new Runner(options)
  try {
    await runner.start()
    return runner
  } catch (fault) {
    await runner.close()
    throw fault
  }
}

/** A build with the code that keeps it. */
type Build = BuildRow & {
  projection: Projection
  projector: Projector
  failed: boolean
  /** What is stored; `position` may be a batch ahead of it. */
  stored: number
}

class Runner implements ProjectionRunner {
  readonly #options: RunnerOptions
  readonly #progress = new Progress()
  readonly #database: ReadDatabase
  readonly #reading: Pick<ProjectionHost, 'reader' | 'open'>
  #builds: Build[] = []
  #frozen: (BuildRow & { stored: number })[] = []
  #running: Promise<number> | undefined
  #sending: Promise<void> = Promise.resolve()
  #again = false
  /** Batches one by one, so that what fails can be told apart. */
  #isCareful = false
  /** What was remembered of the builds may not be so any more. */
  #stale = false
  #closed = false

  constructor(options: RunnerOptions) {
    this.#options = options
    const { file, reader, open = () => undefined } = options
    this.#database = isPostgresUrl(file) ? new PostgresReads(file) : new SqliteReads(file)
    this.#reading = { reader, open }
  }

  async start(): Promise<void> {
    const anew = await this.#database.open()
    if (anew !== undefined) this.#sayAnew(anew)
    const head = await this.#reading.reader.head()
    const builds = await this.#database.builds()
    if (builds.some((row) => row.position > head)) await this.#beginAnew('ahead-of-log')
    else await this.#startBuilds()
  }

  advance(): Promise<number> {
    if (this.#closed) return Promise.reject(closed())
    this.#again = true
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async rebuild(name?: string): Promise<void> {
    const wanted = targets(this.#options.projections).filter(
      (projection) => name === undefined || projection.name === name,
    )
    if (wanted.length === 0) {
      throw new ProjectionFault('projection-unknown', `no projection is named ${name}`)
    }
    await this.#running
    const begun: Build[] = []
    for (const projection of wanted) begun.push(await this.#begin(projection, true))
    await this.advance()
    const failed = begun.find((build) => build.failed)
    if (failed !== undefined) {
      throw new ProjectionFault('projection-failed', `${failed.name} could not be built again`)
    }
  }

  position(name?: string): number {
    const live = [...this.#builds, ...this.#frozen].filter(
      (build) => build.live && (name === undefined || build.name === name),
    )
    return live.length === 0 ? 0 : Math.min(...live.map((build) => build.stored))
  }

  onPosition(listener: (position: number) => void): () => void {
    return this.#progress.listen(listener)
  }

  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    return this.#progress.waitFor(position, timeoutMs)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#progress.end()
    await this.#running?.catch(() => undefined)
    await this.#database.close()
  }

  async #run(): Promise<number> {
    this.#isCareful = !this.#database.overlaps
    while (this.#again && !this.#closed) {
      this.#again = false
      try {
        await this.#catchUp()
      } catch (error) {
        this.#stale = isOutside(error) || !this.#isCareful
        if (this.#database.isDamage(error)) await this.#beginAnew('damaged')
        else if (isOutside(error) || this.#isCareful) throw error
        this.#isCareful = true
        this.#again = true
      }
    }
    return this.position()
  }

  async #catchUp(): Promise<void> {
    if (this.#stale) await this.#startBuilds()
    while (!this.#closed) {
      const growing = this.#builds.filter((build) => !build.live && !build.failed)
      const live = await this.#page(this.#builds.filter((build) => build.live))
      // What serves comes first: the others get a page only when it is at the end of the log.
      const grown = live === 'behind' ? 'behind' : await this.#page(growing)
      if (grown !== 'behind') {
        await this.#sending
        for (const build of this.#builds) await this.#index(build)
      }
      await this.#promoteGrown(growing, grown)
      this.#progress.tell(this.position())
      if (live === 'still' && grown === 'still') return
      await nextTurn()
    }
  }

  /** One page of the log for a group of builds: nothing new, up to the end, or still behind it. */
  async #page(group: readonly Build[]): Promise<'still' | 'reached' | 'behind'> {
    if (group.length === 0) return 'still'
    const after = Math.min(...group.map((build) => build.position))
    const limit = this.#options.batchEvents ?? limits.batchEvents
    const page = await this.#reading.reader.readAll({ after, limit })
    if (page.through <= after) return 'still'
    await this.#apply(
      group.filter((build) => build.position < page.through),
      page,
    )
    const head = await this.#reading.reader.head()
    for (const build of group) this.#tellProgress(build, head)
    return page.through < head ? 'behind' : 'reached'
  }

  async #index(build: Build): Promise<void> {
    if (build.indexed || build.failed) return
    await this.#database.index(build, build.projection)
    build.indexed = true
  }

  /** A build takes over when it has what the live one has, or else the whole log. */
  async #promoteGrown(
    growing: readonly Build[],
    grown: 'still' | 'reached' | 'behind',
  ): Promise<void> {
    for (const build of growing) {
      if (build.failed || !this.#builds.includes(build)) continue
      const live = this.#builds.find((other) => other.live && other.name === build.name)
      const ready = live === undefined ? grown !== 'behind' : build.position >= live.position
      if (ready) await this.#promote(build)
    }
  }

  /** One transaction for all, each event parsed once; what fails in it is found one by one. */
  async #apply(builds: readonly Build[], page: Page): Promise<void> {
    const unseen = (build: Build) => (event: StoredEvent) => event.position > build.position
    try {
      for (const build of builds) await build.projector.prepare?.(page.events.filter(unseen(build)))
      await this.#write(builds, page)
    } catch (cause) {
      for (const build of builds) build.projector.forget?.()
      const [build, another] = builds
      if (build === undefined || !this.#isCareful) throw cause
      if (this.#database.isDamage(cause) || isOutside(cause)) throw cause
      if (another === undefined) this.#failed(build, cause)
      else for (const one of builds) await this.#apply([one], page)
    }
  }

  async #write(builds: readonly Build[], { events, through }: Page): Promise<void> {
    const work = () => {
      for (const event of events) {
        const one = projected(event)
        for (const build of builds) if (one.position > build.position) build.projector.take(one)
      }
      for (const build of builds) build.projector.flush?.()
    }
    const steps = builds.map((row) => ({ row, from: row.position, through }))
    const sending = this.#database.commit(work, steps).then(() => {
      for (const build of builds) build.stored = through
    })
    if (this.#isCareful) await sending
    else {
      const before = this.#sending
      this.#sending = sending
      sending.catch(() => {})
      await before
    }
    for (const build of builds) build.position = through
  }

  #failed(build: Build, cause: unknown): void {
    const { name: projection, version, position } = build
    const text = `${projection}@${version} stopped after position ${position}`
    if (build.live) throw new ProjectionFault('projection-failed', text, cause)
    build.failed = true
    this.#options.onMessage?.({ code: 'build-failed', projection, version, cause, text })
  }

  async #promote(build: Build): Promise<void> {
    await this.#sending
    await this.#index(build)
    await this.#database.takeOver(build)
    build.live = true
    this.#builds = this.#builds.filter((other) => other.name !== build.name || other === build)
    this.#frozen = this.#frozen.filter((other) => other.name !== build.name)
    this.#tellProgress(build, build.position)
  }

  async #startBuilds(): Promise<void> {
    const { projections } = this.#options
    const stored = await this.#database.builds()
    this.#sending = Promise.resolve()
    this.#builds = []
    // Older versions of ours without their code; what bears another name is another runner's.
    const ours = stored.filter((row) => projections.some((one) => one.name === row.name))
    const frozen = ours.filter((row) => !projections.some((one) => isOf(row, one)))
    this.#frozen = frozen.map((row) => ({ ...row, stored: row.position }))
    for (const row of stored) {
      const projection = projections.find((one) => isOf(row, one))
      if (projection !== undefined) this.#put(row, projection)
    }
    for (const projection of targets(projections)) {
      if (!stored.some((row) => isOf(row, projection))) await this.#begin(projection, false)
    }
    this.#stale = false
    this.#progress.tell(this.position())
  }

  async #begin(projection: Projection, again: boolean): Promise<Build> {
    return this.#put(await this.#database.create(projection, { again }), projection)
  }

  #put(row: BuildRow, projection: Projection): Build {
    const host = { ...this.#database.writing(row), ...this.#reading }
    const projector = projection.begin(host)
    const build = { ...row, projection, projector, failed: false, stored: row.position }
    this.#builds.push(build)
    return build
  }

  async #beginAnew(why: BegunAnew): Promise<void> {
    await this.#database.beginAnew(why)
    this.#sayAnew(why)
    await this.#startBuilds()
  }

  #sayAnew(why: BegunAnew): void {
    const text = `${this.#options.file}: ${REASONS[why]}; it is deleted and built again from the log`
    this.#options.onMessage?.({ code: 'read-models-begun-anew', why, text })
  }

  #tellProgress(build: Build, head: number): void {
    const { name: projection, version, stored: position, live } = build
    this.#options.onProgress?.({ projection, version, position, head, live })
  }
}

const REASONS: Record<BegunAnew, string> = {
  damaged: 'the file is damaged',
  foreign: 'the file has another layout',
  'ahead-of-log': 'the file knows more than the log',
}

const isOf = (row: BuildRow, projection: Projection) =>
  row.name === projection.name && row.version === projection.version

/** True for what is no fault of a projection: the log or the database is away, or busy. */
const isOutside = (error: unknown): boolean =>
  isPassing(error) || (error instanceof StoreFault && error.retry !== 'never')

/** The newest version of each name. */
function targets(projections: readonly Projection[]): Projection[] {
  const newest = new Map<string, Projection>()
  for (const projection of projections) {
    const known = newest.get(projection.name)
    if (known === undefined || known.version < projection.version) {
      newest.set(projection.name, projection)
    }
  }
  return [...newest.values()]
}

const closed = () => new ProjectionFault('closed', 'the read models are closed')

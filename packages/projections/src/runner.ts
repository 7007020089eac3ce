// Brings read models up to the log: batches of events, each applied together with its checkpoint.
// A new version, or a rebuild, grows beside the live one and takes over when it has caught up.
// Reads the log through its port and must not write it.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventReader, Page, StoredEvent } from '@linli/event-store'
import {
  type Build,
  type BuildRow,
  type BuildScene,
  CHECKPOINT,
  checkpoint,
  createBuild,
  inTransaction,
  startBuild,
  storedBuilds,
  takeOver,
} from './build.ts'
import { ProjectionFault } from './fault.ts'
import { limits } from './limits.ts'
import { Progress } from './progress.ts'
import { type OpenSealed, type Projection, projected } from './projection.ts'
import { type BegunAnew, isDamage, openAnew, openReadFile } from './read-file.ts'

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

/** `file` is the file of the read models; `batchEvents` go into one transaction. */
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

/** Opens the file of the read models; one that can't be used is deleted and built again. */
export async function openRunner(options: RunnerOptions): Promise<ProjectionRunner> {
  const runner = new Runner(options)
  await runner.start()
  return runner
}

class Runner implements ProjectionRunner {
  readonly #options: RunnerOptions
  readonly #progress = new Progress()
  #scene: BuildScene
  #builds: Build[] = []
  #frozen: BuildRow[] = []
  #running: Promise<number> | undefined
  #again = false
  #closed = false

  constructor(options: RunnerOptions) {
    this.#options = options
    const { database, anew } = openReadFile(options.file)
    const { file, reader, open = () => undefined } = options
    this.#scene = { file, database, reader, open }
    if (anew !== undefined) this.#sayAnew(anew)
  }

  async start(): Promise<void> {
    const head = await this.#scene.reader.head()
    if (storedBuilds(this.#scene.database).some((row) => row.position > head)) {
      await this.#beginAnew('ahead-of-log')
    } else {
      await this.#startBuilds()
    }
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
    for (const projection of wanted) begun.push(await this.#begin(projection))
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
    return live.length === 0 ? 0 : Math.min(...live.map((build) => build.position))
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
    if (this.#scene.database.isOpen) this.#scene.database.close()
  }

  async #run(): Promise<number> {
    while (this.#again && !this.#closed) {
      this.#again = false
      try {
        await this.#catchUp()
      } catch (error) {
        if (!isDamage(error)) throw error
        await this.#beginAnew('damaged')
        this.#again = true
      }
    }
    return this.position()
  }

  async #catchUp(): Promise<void> {
    while (!this.#closed) {
      const growing = this.#builds.filter((build) => !build.live && !build.failed)
      const live = await this.#page(this.#builds.filter((build) => build.live))
      // What serves comes first: the others get a page only when it is at the end of the log.
      const grown = live === 'behind' ? 'behind' : await this.#page(growing)
      this.#promoteGrown(growing, grown)
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
    const page = await this.#scene.reader.readAll({ after, limit })
    if (page.through <= after) return 'still'
    await this.#apply(
      group.filter((build) => build.position < page.through),
      page,
    )
    const head = await this.#scene.reader.head()
    for (const build of group) this.#tellProgress(build, head)
    return page.through < head ? 'behind' : 'reached'
  }

  /** A build takes over when it has what the live one has, or else the whole log. */
  #promoteGrown(growing: readonly Build[], grown: 'still' | 'reached' | 'behind'): void {
    for (const build of growing) {
      if (build.failed || !this.#builds.includes(build)) continue
      const live = this.#builds.find((other) => other.live && other.name === build.name)
      const ready = live === undefined ? grown !== 'behind' : build.position >= live.position
      if (ready) this.#promote(build)
    }
  }

  /** One transaction for all, each event parsed once; what fails in it is found one by one. */
  async #apply(builds: readonly Build[], page: Page): Promise<void> {
    const unseen = (build: Build) => (event: StoredEvent) => event.position > build.position
    try {
      for (const build of builds) await build.projector.prepare?.(page.events.filter(unseen(build)))
      this.#write(builds, page)
    } catch (cause) {
      for (const build of builds) build.projector.forget?.()
      const [build, another] = builds
      if (build === undefined || isDamage(cause)) throw cause
      if (another === undefined) this.#failed(build, cause)
      else for (const one of builds) await this.#apply([one], page)
    }
  }

  #write(builds: readonly Build[], { events, through }: Page): void {
    const { database } = this.#scene
    inTransaction(database, () => {
      for (const event of events) {
        const one = projected(event)
        for (const build of builds) if (one.position > build.position) build.projector.take(one)
      }
      for (const build of builds) {
        build.projector.flush?.()
        checkpoint(database.prepare(CHECKPOINT), build, through)
      }
    })
    for (const build of builds) build.position = through
  }

  #failed(build: Build, cause: unknown): void {
    const { name: projection, version, position } = build
    const text = `${projection}@${version} stopped after position ${position}`
    if (build.live) throw new ProjectionFault('projection-failed', text, cause)
    build.failed = true
    this.#options.onMessage?.({ code: 'build-failed', projection, version, cause, text })
  }

  #promote(build: Build): void {
    takeOver(this.#scene.database, build)
    build.live = true
    this.#builds = this.#builds.filter((other) => other.name !== build.name || other === build)
    this.#frozen = this.#frozen.filter((other) => other.name !== build.name)
    this.#tellProgress(build, build.position)
  }

  async #startBuilds(): Promise<void> {
    const { projections } = this.#options
    const stored = storedBuilds(this.#scene.database)
    this.#builds = []
    this.#frozen = stored.filter((row) => !projections.some((one) => isOf(row, one)))
    for (const row of stored) {
      const projection = projections.find((one) => isOf(row, one))
      if (projection !== undefined) this.#builds.push(startBuild(this.#scene, row, projection))
    }
    for (const projection of targets(projections)) {
      if (!stored.some((row) => isOf(row, projection))) await this.#begin(projection)
    }
    this.#progress.tell(this.position())
  }

  async #begin(projection: Projection): Promise<Build> {
    const row = await createBuild(this.#scene, projection)
    const build = startBuild(this.#scene, row, projection)
    this.#builds.push(build)
    return build
  }

  async #beginAnew(why: BegunAnew): Promise<void> {
    this.#scene.database.close()
    this.#scene = { ...this.#scene, database: openAnew(this.#scene.file) }
    this.#sayAnew(why)
    await this.#startBuilds()
  }

  #sayAnew(why: BegunAnew): void {
    const text = `${this.#options.file}: ${REASONS[why]}; it is deleted and built again from the log`
    this.#options.onMessage?.({ code: 'read-models-begun-anew', why, text })
  }

  #tellProgress(build: Build, head: number): void {
    const { name: projection, version, position, live } = build
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

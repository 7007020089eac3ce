// What the runner needs of the database that holds read models: builds, each with its own tables
// and checkpoint, and writing all or nothing. Queries read views of the plain names, which show
// the live build. Must not import a database.
import type { Projection, RowWriting } from './projection.ts'

/** A build as its database knows it. `tables` are base names. */
export type BuildRow = {
  name: string
  version: number
  build: number
  position: number
  live: boolean
  /** Its indexes for queries are there. */
  indexed: boolean
  tables: readonly string[]
}

/** Why everything was begun anew. */
export type BegunAnew = 'damaged' | 'foreign' | 'ahead-of-log'

/** From where to where a batch brings a build. */
export type Step = { row: BuildRow; from: number; through: number }

/** A database of read models. */
export interface ReadDatabase {
  /** Whether it stores a batch while the next is taken. */
  readonly overlaps: boolean
  /** Makes the layout if it is not there; says why an older one was deleted. */
  open(): Promise<BegunAnew | undefined>
  /** All builds, the oldest first. */
  builds(): Promise<BuildRow[]>
  /** Creates the tables of a build. The first of its name is live at once. */
  create(projection: Projection, how: { again: boolean }): Promise<BuildRow>
  /** Creates the indexes of a build that has caught up, where they were not created at once. */
  index(row: BuildRow, projection: Projection): Promise<void>
  /** Lets a build serve the queries, and drops every other of its name. */
  takeOver(row: BuildRow): Promise<void>
  /** What the code of a build writes with, within `commit`. */
  writing(row: BuildRow): RowWriting
  /**
   * What `work` writes, and how far the builds then are: all or nothing. The work is done before
   * this returns; it is stored when the promise resolves, after those before it. Where one fails,
   * those that wait behind it fail too.
   */
  commit(work: () => void, steps: readonly Step[]): Promise<void>
  /** True for an error that says the database is not, or no longer, sound. */
  isDamage(error: unknown): boolean
  /** Deletes everything, or throws where that is not for a program to decide. */
  beginAnew(why: BegunAnew): Promise<void>
  close(): Promise<void>
}

/** True when both are the same build. */
export function sameBuild(a: BuildRow, b: BuildRow): boolean {
  return a.name === b.name && a.version === b.version && a.build === b.build
}

/** The name of a build's own table. */
export function tableName(base: string, row: Pick<BuildRow, 'version' | 'build'>): string {
  if (!/^[a-z][a-z0-9_]*$/.test(base)) throw new Error(`not a table's name: ${base}`)
  return row.build === 1 ? `${base}_v${row.version}` : `${base}_v${row.version}_${row.build}`
}

/** The build of a projection that comes after those that are there. */
export function nextBuild(projection: Projection, stored: readonly BuildRow[]): BuildRow {
  const { name, version } = projection
  const builds = stored.filter((row) => row.name === name && row.version === version)
  const build = Math.max(0, ...builds.map((row) => row.build)) + 1
  return { name, version, build, position: 0, live: false, indexed: false, tables: [] }
}

/** A row of the table of builds. */
export function buildOf(row: Record<string, unknown>): BuildRow {
  return {
    name: String(row.name),
    version: Number(row.version),
    build: Number(row.build),
    position: Number(row.position),
    live: row.live === 1,
    indexed: row.indexed !== 0,
    tables: JSON.parse(String(row.tables)) as string[],
  }
}

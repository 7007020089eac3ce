// What a read model is: its tables, and what an event does to them. A definition holds no state;
// each build of it does. It writes by writers that any database can offer, and so must not import
// a runner, a workflow, a file or a database.
import type { EventReader, StoredEvent } from '@linli/event-store'
import type { Kysely } from 'kysely'

/** Opens a sealed value that stands there, or says that it is destroyed (undefined). */
export type OpenSealed = (
  sealed: unknown,
  where: { stream: string; event: string; field: string },
) => string | undefined

/** A stored event with its text parsed at most once, however many projections look. */
export type ProjectedEvent = Omit<StoredEvent, 'text'> & { text: string; readonly json: unknown }

/** The real name of a table of this build. */
export type TableName = (base: string) => string

/** What a column takes. Whole numbers only: databases differ in all others. */
export type RowValue = string | number | null

/** A row as a database gives it. */
export type Row = Record<string, unknown>

/**
 * What happens to a row whose key is there: it is left as it is, or the columns named are
 * replaced (`update`) or grow by the new value (`add`).
 */
export type OnConflict =
  | 'ignore'
  | { key: readonly string[]; update?: readonly string[]; add?: readonly string[] }

/** Where rows go: a table by its base name, and the columns in the order of a row's values. */
export type RowTarget = { table: string; columns: readonly string[]; onConflict?: OnConflict }

/**
 * What a build writes with, inside `take` and `flush` only, in the order of the calls. SQLite
 * writes at once; PostgreSQL when the batch is complete, many rows in one statement.
 */
export type RowWriting = {
  kind: 'sqlite' | 'postgres'
  table: TableName
  /** Make a writer once for each target. The row must not be changed after it was given. */
  writer(target: RowTarget): (row: readonly RowValue[]) => void
  /** Deletes the rows with a value so that nothing of them stays in a file. */
  remover(table: string, column: string): (value: RowValue) => void
  /** Runs a statement with `?` for values: one round trip each in PostgreSQL. */
  run(text: string, ...values: RowValue[]): void
  /** Rows of the last batch that was committed, for `prepare`. */
  rows(text: string, ...values: RowValue[]): Promise<Row[]>
}

/** What a build of a projection works with. */
export type ProjectionHost = RowWriting & {
  /** For what a projection has to read again, such as a whole stream. */
  reader: EventReader
  open: OpenSealed
}

/**
 * One build at work. A batch is prepared; then each of its events is taken, and the batch is
 * flushed, in the transaction of its checkpoint.
 */
export type Projector = {
  /** Reads what `take` will need, and what is remembered of the tables; writes nothing. */
  prepare?(events: readonly StoredEvent[]): Promise<void>
  take(event: ProjectedEvent): void
  /** Writes what was gathered of the batch. */
  flush?(): void
  /** The transaction was undone: drop what is remembered of it. */
  forget?(): void
}

/** What an event does; synchronous, inside the transaction. */
export type EventHandler = (event: ProjectedEvent) => void

/** Creates tables or indexes; in PostgreSQL within a transaction. */
export type MakeTables = (db: Kysely<unknown>, table: TableName) => Promise<void>

/** A read model. A change of its tables or of what it writes needs a new version. */
export type Projection = {
  name: string
  version: number
  /** Creates the tables; each is named by `table(base)`, and is read by its base name. */
  tables: MakeTables
  /** Creates the indexes that only queries need: many rows are written sooner without them. */
  indexes?: MakeTables
  begin: (host: ProjectionHost) => Projector
}

type Definition = Pick<Projection, 'name' | 'version' | 'tables' | 'indexes'> &
  (
    | { begin: Projection['begin'] }
    | { on: (host: ProjectionHost) => Readonly<Record<string, EventHandler>> }
  )

/** Defines a projection by handlers (event type or `*`, which sees every event), or by `begin`. */
export function defineProjection(definition: Definition): Projection {
  const { name, version, tables, indexes } = definition
  const made = { name, version, tables, ...(indexes === undefined ? {} : { indexes }) }
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`not a projection's name: ${name}`)
  if (!Number.isSafeInteger(version) || version < 1) throw new Error(`${name}: version ${version}`)
  if ('begin' in definition) return { ...made, begin: definition.begin }
  const { on } = definition
  return {
    ...made,
    begin(host) {
      const handlers = new Map(Object.entries(on(host)))
      const all = handlers.get('*')
      return {
        take(event) {
          handlers.get(event.type)?.(event)
          all?.(event)
        },
      }
    },
  }
}

/** Makes the event a projection sees. */
export function projected(event: StoredEvent): ProjectedEvent {
  return new LazyEvent(event)
}

class LazyEvent implements ProjectedEvent {
  readonly position: number
  readonly stream: string
  readonly revision: number
  readonly id: string
  readonly type: string
  readonly text: string
  #json: unknown

  constructor(event: StoredEvent) {
    this.position = event.position
    this.stream = event.stream
    this.revision = event.revision
    this.id = event.id
    this.type = event.type
    this.text = event.text
  }

  get json(): unknown {
    this.#json ??= JSON.parse(this.text)
    return this.#json
  }
}

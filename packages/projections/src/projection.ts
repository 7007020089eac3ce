// What a read model is: its tables, and what an event does to them. A definition holds no state;
// each build of it does. Must not import a runner, a workflow or a file.
import type { SQLInputValue, StatementSync } from 'node:sqlite'
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

/** What a build of a projection works with. Statements are prepared once for each text. */
export type ProjectionHost = {
  table: TableName
  statement(text: string): StatementSync
  run(text: string, ...values: SQLInputValue[]): void
  /** For what a projection has to read again, such as a whole stream. */
  reader: EventReader
  open: OpenSealed
}

/**
 * One build at work. A batch is prepared; then each of its events is taken, and the batch is
 * flushed, in the transaction of its checkpoint.
 */
export type Projector = {
  /** Reads what `take` will need; writes nothing. */
  prepare?(events: readonly StoredEvent[]): Promise<void>
  take(event: ProjectedEvent): void
  /** Writes what was gathered of the batch. */
  flush?(): void
  /** The transaction was undone: drop what is remembered of it. */
  forget?(): void
}

/** What an event does; synchronous, inside the transaction. */
export type EventHandler = (event: ProjectedEvent, host: ProjectionHost) => void

/** A read model. A change of its tables or of what it writes needs a new version. */
export type Projection = {
  name: string
  version: number
  /** Creates the tables; each is named by `table(base)`, and is read by its base name. */
  tables: (db: Kysely<unknown>, table: TableName) => Promise<void>
  begin: (host: ProjectionHost) => Projector
}

type Definition = Pick<Projection, 'name' | 'version' | 'tables'> &
  ({ begin: Projection['begin'] } | { on: Readonly<Record<string, EventHandler>> })

/** Defines a projection by handlers (event type or `*`, which sees every event), or by `begin`. */
export function defineProjection(definition: Definition): Projection {
  const { name, version, tables } = definition
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`not a projection's name: ${name}`)
  if (!Number.isSafeInteger(version) || version < 1) throw new Error(`${name}: version ${version}`)
  if ('begin' in definition) return { name, version, tables, begin: definition.begin }
  const handlers = new Map(Object.entries(definition.on))
  const all = handlers.get('*')
  return {
    name,
    version,
    tables,
    begin: (host) => ({
      take(event) {
        handlers.get(event.type)?.(event, host)
        all?.(event, host)
      },
    }),
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

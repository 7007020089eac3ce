// Read models in a schema of PostgreSQL: what a batch writes is gathered and sent as few statements
// of many rows, in one transaction with the checkpoint. A build belongs to whoever moves its
// checkpoint on from where it stands: a second runner finds it moved and writes nothing. Must not
// know a projection.
import { DatabaseFault, openDatabase } from '@linli/sql'
import { CompiledQuery, type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import { arrayText, withoutNul } from './array-text.ts'
import { ProjectionFault } from './fault.ts'
import { type Gathered, type GatheredRows, GatheredWrites } from './gathered-writes.ts'
import { insertText, quoted } from './insert-text.ts'
import { makePostgresLayout } from './postgres-layout.ts'
import type { Projection, Row, RowValue, RowWriting } from './projection.ts'
import {
  type BegunAnew,
  type BuildRow,
  buildOf,
  nextBuild,
  type ReadDatabase,
  type Step,
  sameBuild,
  tableName,
} from './read-database.ts'

/** The schema of the read models; queries open it by `openDatabase(url, { schema })`. */
export const READ_SCHEMA = 'linli_read'

type Db = Kysely<unknown>

/** The read models of a database. */
export class PostgresReads implements ReadDatabase {
  readonly overlaps = true
  readonly #url: string
  readonly #gathered = new GatheredWrites()
  readonly #types = new Map<string, Map<string, string>>()
  #opened: Db | undefined
  #sending: Promise<void> = Promise.resolve()

  constructor(url: string) {
    this.#url = url
  }

  async open(): Promise<BegunAnew | undefined> {
    const options = { schema: READ_SCHEMA, poolSize: 2, statementTimeoutMs: STATEMENT_MS }
    this.#opened = await openDatabase<unknown>(this.#url, options)
    try {
      return await makePostgresLayout(this.#opened, READ_SCHEMA)
    } catch (fault) {
      await this.close()
      throw fault
    }
  }

  async builds(): Promise<BuildRow[]> {
    await this.#sending.catch(() => {})
    return storedIn(this.#db)
  }

  create(projection: Projection, { again }: { again: boolean }): Promise<BuildRow> {
    return this.#changing(async (change) => {
      const stored = await storedIn(change)
      const row = nextBuild(projection, stored)
      const there = stored.find((one) => sameBuild(one, { ...row, build: row.build - 1 }))
      if (there !== undefined && !again) return there
      const tables = new Set<string>()
      await projection.tables(change, (base) => {
        tables.add(base)
        return tableName(base, row)
      })
      const made = { ...row, tables: [...tables] }
      const { name, version, build } = row
      const tableNames = JSON.stringify(made.tables)
      await sql`
        INSERT INTO projection_build (name, version, build, "position", live, indexed, tables)
        VALUES (${name}, ${version}, ${build}, 0, 0, 0, ${tableNames})`.execute(change)
      if (stored.some((other) => other.name === name && other.live)) return made
      await replaceLive(change, made)
      return { ...made, live: true }
    })
  }

  /** Indexes of many rows are built in one go, and the planner learns what is there. */
  async index(row: BuildRow, projection: Projection): Promise<void> {
    const table = (base: string) => tableName(base, row)
    await this.#changing(async (change) => {
      const { rows } = await sql`UPDATE projection_build SET indexed = 1
        WHERE ${one(row)} AND indexed = 0 RETURNING name`.execute(change)
      if (rows.length > 0) await projection.indexes?.(change, table)
    })
    for (const base of row.tables) await sql`ANALYZE ${sql.id(table(base))}`.execute(this.#db)
  }

  takeOver(row: BuildRow): Promise<void> {
    return this.#changing((change) => replaceLive(change, row))
  }

  writing(row: BuildRow): RowWriting {
    const table = (base: string) => tableName(base, row)
    const gathered = this.#gathered
    return {
      kind: 'postgres',
      table,
      writer: (target) => gathered.writer(target, table(target.table)),
      remover: (base, column) => {
        const text = `DELETE FROM ${quoted(table(base))} WHERE ${quoted(column)} = ?`
        return (value) => gathered.run(text, [value], table(base))
      },
      run: (text, ...values) => gathered.run(text, values),
      rows: async (text, ...values) => {
        await this.#sending
        return (await execute(this.#db, text, values)).rows
      },
    }
  }

  commit(work: () => void, steps: readonly Step[]): Promise<void> {
    this.#gathered.take()
    try {
      work()
    } catch (error) {
      return Promise.reject(error)
    }
    const writes = this.#gathered.take()
    const sending = this.#sending.then(() => this.#send(writes, steps))
    this.#sending = sending
    sending.catch(() => {
      if (this.#sending === sending) this.#sending = Promise.resolve()
    })
    return sending
  }

  isDamage = (): boolean => false

  async beginAnew(): Promise<void> {
    throw new ProjectionFault(
      'ahead-of-log',
      `The read models in schema ${READ_SCHEMA} know more than the log: check that LINLI_EVENTS names the right log. If the log was restored from a backup, run DROP SCHEMA ${READ_SCHEMA} CASCADE; they are built again from the log.`,
    )
  }

  async close(): Promise<void> {
    await this.#sending.catch(() => {})
    await this.#opened?.destroy()
    this.#opened = undefined
  }

  get #db(): Db {
    if (this.#opened === undefined) throw new ProjectionFault('closed', 'not open')
    return this.#opened
  }

  /** Changes of tables, one process at a time. */
  async #changing<Result>(
    work: (change: Transaction<unknown>) => Promise<Result>,
  ): Promise<Result> {
    await this.#sending
    return this.#db.transaction().execute(async (change) => {
      await sql`SELECT pg_advisory_xact_lock(${CHANGE_LOCK})`.execute(change)
      return work(change)
    })
  }

  async #send(writes: readonly Gathered[], steps: readonly Step[]): Promise<void> {
    const emptied = new Set<string>()
    try {
      if (isEachTableOnce(writes)) await this.#sendAtOnce(writes, steps)
      else await this.#sendInOrder(writes, steps, emptied)
    } catch (fault) {
      this.#types.clear()
      throw fault
    }
    // What was deleted stays in its pages until they are cleaned; no transaction may do that.
    for (const table of emptied) await sql`VACUUM ${sql.id(table)}`.execute(this.#db)
  }

  /** One message: the server works on it while this thread takes the next batch. */
  async #sendAtOnce(writes: readonly GatheredRows[], steps: readonly Step[]): Promise<void> {
    const inserts: RawBuilder<unknown>[] = []
    for (const [n, write] of writes.entries()) {
      const insert = insertion(await this.#typesOf(write.table), write, IF_MOVED)
      inserts.push(sql`, ${sql.id(`insert_${n}`)} AS (${insert})`)
    }
    const all = sql`WITH moved AS (${moving(steps)}), proof AS (
        SELECT 1 / CASE WHEN count(*) = ${sql.lit(steps.length)} THEN 1 ELSE 0 END AS one
        FROM moved)
      ${sql.join(inserts, sql``)} SELECT one FROM proof`
    await all.execute(this.#db).catch((fault) => {
      throw codeOf(fault) === DIVISION_BY_ZERO ? overtaken(steps) : fault
    })
  }

  async #sendInOrder(
    writes: readonly Gathered[],
    steps: readonly Step[],
    emptied: Set<string>,
  ): Promise<void> {
    await this.#db.transaction().execute(async (change) => {
      const { rows } = await moving(steps).execute(change)
      if (rows.length < steps.length) throw overtaken(steps)
      for (const write of writes) {
        if ('rows' in write) {
          const types = await this.#typesOf(write.table)
          await insertion(types, write, sql``).execute(change)
        } else await runOne(change, write, emptied)
      }
    })
  }

  async #typesOf(table: string): Promise<Map<string, string>> {
    const known = this.#types.get(table)
    if (known !== undefined) return known
    const { rows } = await sql<{ name: string; type: string }>`
      SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
      WHERE attrelid = to_regclass(${quoted(table)}) AND attnum > 0`.execute(this.#db)
    const types = new Map(rows.map(({ name, type }) => [name, type]))
    this.#types.set(table, types)
    return types
  }
}

/** Building an index of a large table takes long. */
const STATEMENT_MS = 600_000
const CHANGE_LOCK = 7_310_003

async function storedIn(db: Db): Promise<BuildRow[]> {
  const { rows } = await sql<Row>`SELECT * FROM projection_build ORDER BY id`.execute(db)
  return rows.map(buildOf)
}

async function replaceLive(change: Db, row: BuildRow): Promise<void> {
  const stored = await storedIn(change)
  const others = stored.filter((other) => other.name === row.name && !sameBuild(other, row))
  for (const other of others) {
    for (const base of other.tables) {
      await sql`DROP VIEW IF EXISTS ${sql.id(base)}`.execute(change)
      await sql`DROP TABLE ${sql.id(tableName(base, other))}`.execute(change)
    }
    await sql`DELETE FROM projection_build WHERE ${one(other)}`.execute(change)
  }
  for (const base of row.tables) {
    const own = sql.id(tableName(base, row))
    await sql`CREATE VIEW ${sql.id(base)} AS SELECT * FROM ${own}`.execute(change)
  }
  await sql`UPDATE projection_build SET live = 1 WHERE ${one(row)}`.execute(change)
}

const one = ({ name, version, build }: BuildRow) =>
  sql`name = ${name} AND version = ${version} AND build = ${build}`

const SOURCE = '$rows$'
const DIVISION_BY_ZERO = '22012'
/** The checkpoint is moved first; where it is not, dividing by zero undoes the statement. */
const IF_MOVED = sql`WHERE (SELECT one FROM proof) = 1`

const isEachTableOnce = (writes: readonly Gathered[]): writes is readonly GatheredRows[] =>
  writes.every((write) => 'rows' in write) &&
  new Set(writes.map((write) => write.table)).size === writes.length

/** A lost tail is read again from the log: the server need not wait for its disk. */
function moving(steps: readonly Step[]): RawBuilder<unknown> {
  const values = steps.map(({ row: { name, version, build }, from, through }) => {
    const numbers = [version, build, from, through].map((number) => sql`${number}::int8`)
    return sql`(${name}, ${sql.join(numbers)})`
  })
  return sql`UPDATE projection_build AS b SET "position" = s.through
    FROM (VALUES ${sql.join(values)}) AS s (name, version, build, since, through)
    WHERE b.name = s.name AND b.version = s.version AND b.build = s.build
      AND b."position" = s.since
    RETURNING set_config('synchronous_commit', 'off', true)`
}

function overtaken(steps: readonly Step[]): ProjectionFault {
  const where = steps.map(({ row, from }) => `${row.name}@${row.version} at ${from}`).join(', ')
  const text = `another process has moved on a read model of these: ${where}`
  return new ProjectionFault('overtaken', text)
}

function insertion(
  types: ReadonlyMap<string, string>,
  { target, table, rows }: GatheredRows,
  condition: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const arrays = target.columns.map(
    (name, column) => sql`${arrayText(rows, column)}::${sql.raw(types.get(name) ?? 'text')}[]`,
  )
  const [before = '', after = ''] = insertText(target, table, SOURCE).split(SOURCE)
  return sql`${sql.raw(before)} SELECT one_row.* FROM unnest(${sql.join(arrays)}) AS one_row
    ${condition}${sql.raw(after)}`
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

async function runOne(
  change: Db,
  { text, values, vacuums }: Exclude<Gathered, GatheredRows>,
  emptied: Set<string>,
): Promise<void> {
  const { numAffectedRows = 0n } = await execute(change, text, values)
  if (vacuums !== undefined && numAffectedRows > 0n) emptied.add(vacuums)
}

function execute(db: Db, text: string, values: readonly RowValue[]) {
  let n = 0
  const numbered = text.replaceAll('?', () => `$${++n}`)
  return db.executeQuery<Row>(CompiledQuery.raw(numbered, values.map(withoutNul)))
}

/** True for what is the world's doing and not the code's: tried again later, by nobody's fault. */
export const isPassing = (error: unknown): boolean =>
  (error instanceof DatabaseFault && error.retry === 'later') ||
  (error instanceof ProjectionFault && error.code === 'overtaken')

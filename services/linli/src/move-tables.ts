// The tables of vault and work as a move takes them from one database to another, row by row, and
// every position of a log that stands in them, translated for the log it is moved to.

import type { Work, WorkTables } from '@linli/engine'
import { kindOf } from '@linli/sql'
import type { VaultTables } from '@linli/vault'
import { type Kysely, sql } from 'kysely'

/** Each table with its key, by which it is read in parts. */
export type TableKeys = Readonly<Record<string, readonly string[]>>

/** The tables of the vault. */
export const VAULT_KEYS = {
  vault_keys: ['number'],
  vault_pool: ['key'],
  vault_bindings: ['key'],
  vault_identities: ['hash'],
  vault_tombstones: ['subject'],
  vault_marks: ['name'],
} as const satisfies Record<keyof VaultTables, readonly string[]>

/** The tables of work. */
export const WORK_KEYS = {
  progress: ['slot'],
  waiting_effect: ['id'],
  notice: ['id'],
  notice_read: ['person', 'notice'],
  notice_choice: ['person'],
  notice_delivery: ['id'],
  login: ['name'],
  token: ['hash'],
  session: ['hash'],
  link: ['hash'],
  link_round: ['instance'],
  calendar_change: ['id'],
  unattached_file: ['instance', 'file'],
  access: ['id'],
} as const satisfies Record<keyof WorkTables, readonly string[]>

/** Tables whose ids the database itself counts on. */
const COUNTED = new Set(['access', 'calendar_change'])
const PART = 500

/** Makes the target's tables hold what the source's do, all or nothing. Gives the rows. */
export async function copyTables<Tables>(
  from: Kysely<Tables>,
  to: Kysely<Tables>,
  tables: TableKeys,
): Promise<number> {
  return to.transaction().execute(async (change) => {
    let rows = 0
    for (const [table, key] of Object.entries(tables)) {
      await sql`delete from ${sql.table(table)}`.execute(change)
      rows += await copyTable(from, change, { table, key })
      if (COUNTED.has(table) && kindOf(to) === 'postgres') await countOn(change, table)
    }
    return rows
  })
}

type Row = Readonly<Record<string, unknown>>

async function copyTable<Tables>(
  from: Kysely<Tables>,
  to: Kysely<Tables>,
  { table, key }: { table: string; key: readonly string[] },
): Promise<number> {
  const columns = sql.join(key.map((name) => sql.ref(name)))
  let rows = 0
  for (let last: Row | undefined; ; ) {
    const seen = last
    const beyond =
      seen === undefined
        ? sql``
        : sql`where (${columns}) > (${sql.join(key.map((name) => seen[name]))})`
    const read = sql<Row>`select * from ${sql.table(table)} ${beyond}
      order by ${columns} limit ${PART}`
    const part = (await read.execute(from)).rows
    if (part.length === 0) return rows
    await insertRows(to, table, part)
    rows += part.length
    last = part.at(-1)
  }
}

async function insertRows<Tables>(
  to: Kysely<Tables>,
  table: string,
  rows: readonly Row[],
): Promise<void> {
  const names = Object.keys(rows[0] ?? {})
  const values = rows.map((row) => sql`(${sql.join(names.map((name) => storable(row[name])))})`)
  await sql`insert into ${sql.table(table)} (${sql.join(names.map((name) => sql.ref(name)))})
    values ${sql.join(values)}`.execute(to)
}

/** PostgreSQL takes bytes as a Buffer only. */
const storable = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value) : value

async function countOn<Tables>(to: Kysely<Tables>, table: string): Promise<void> {
  const highest = sql`coalesce((select max(id) from ${sql.table(table)}), 0) + 1`
  await sql`select setval(pg_get_serial_sequence(${table}, 'id'), ${highest}, false)`.execute(to)
}

/** The place that an event has in the log that it was moved to. */
export type PlaceOf = (position: number) => Promise<number>

/** Names the log whose positions stand in the database. */
const POSITIONS_OF = 'positions-of'

/**
 * Translates every position in the vault: how far bindings are written, and how far erasures are
 * done. Again, for the same log, it changes nothing.
 */
export async function translateVault(
  vault: Kysely<VaultTables>,
  log: string,
  placeOf: PlaceOf,
): Promise<void> {
  await vault.transaction().execute(async (change) => {
    const rows = await change.selectFrom('vault_marks').selectAll().execute()
    const marks = new Map(rows.map(({ name, value }) => [name, value]))
    if (marks.get(POSITIONS_OF) === log) return
    for (const name of ['checkpoint', 'reconciled']) {
      const position = marks.get(name)
      if (position !== undefined) marks.set(name, String(await placeOf(Number(position))))
    }
    marks.set(POSITIONS_OF, log)
    await change.deleteFrom('vault_marks').execute()
    const values = [...marks].map(([name, value]) => ({ name, value }))
    await change.insertInto('vault_marks').values(values).execute()
  })
}

/**
 * Translates every position in work: how far effects had their turn, and where those stand that
 * wait. It changes nothing when `isDone`; `done` notes it in the same commit.
 */
export async function translateWork(
  work: Work,
  placeOf: PlaceOf,
  note: { isDone: (work: Work) => Promise<boolean>; done: (work: Work) => Promise<void> },
): Promise<void> {
  await work.transaction().execute(async (change) => {
    if (await note.isDone(change)) return
    const known = new Map<number, number>()
    const placed = async (before: number) => {
      const after = known.get(before) ?? (await placeOf(before))
      known.set(before, after)
      return after
    }
    for (const row of await change.selectFrom('progress').selectAll().execute()) {
      const position = await placed(row.position)
      await change.updateTable('progress').set({ position }).where('slot', '=', row.slot).execute()
    }
    const waiting = change.selectFrom('waiting_effect').select(['id', 'position'])
    for (const row of await waiting.execute()) {
      const position = await placed(row.position)
      await change
        .updateTable('waiting_effect')
        .set({ position })
        .where('id', '=', row.id)
        .execute()
    }
    await note.done(change)
  })
}

// Lists, boards and single rows of instances, as of now or any past moment. Reads the read model
// by Kysely; knows no HTTP. The link from a figure to its cases is the filter that made it.
import { type Kysely, sql } from 'kysely'
import { caseNumber } from './case-number.ts'
import { idsIn, OPEN, type Rest } from './instance-columns.ts'
import { type InstancesAsked, rowsOf } from './instance-source.ts'

/** A row as lists show it. Times are epoch milliseconds. */
export type InstanceRow = {
  id: string
  workflow: string
  number?: string
  /** The newest revision that left the row as it is. */
  revision: number
  state: string
  ended: boolean
  category?: string
  channel?: string
  place: string[]
  units: string[]
  persons: string[]
  leadUnit?: string
  owner?: string
  supervised: boolean
  card: 'none' | 'yellow' | 'red'
  dueAt?: number
  warnAt?: number
  responsible?: string
  startedAt: number
  enteredAt: number
  closedAt?: number
  title?: string
  /** Since when the row has been as it is, by effective time. */
  fromAt: number
} & Rest

/** What a list may be sorted by. What has no due time comes last; no number: left out. */
export type Sort = 'dueAt' | 'startedAt' | 'enteredAt' | 'number'

/** Where a page ended; as a text it is opaque. */
export type Cursor = { value: number; key: number }

/** A list's question. */
export type ListAsked = InstancesAsked & {
  sort?: Sort
  descending?: boolean
  limit?: number
  cursor?: Cursor
}

/** A page; `next` continues it. */
export type InstancePage = { rows: InstanceRow[]; next?: string }

/** Rows in a page, at the most and when not said; groups of a board. */
const LIST_LIMIT = 500
const LIST_DEFAULT = 50
const GROUPS = 10_000

/** One page of instances, in an order that is total: paging neither skips nor doubles. */
export async function listInstances(db: Kysely<unknown>, asked: ListAsked): Promise<InstancePage> {
  const { sort = 'startedAt', descending = false, cursor } = asked
  const limit = Math.min(Math.max(1, asked.limit ?? LIST_DEFAULT), LIST_LIMIT)
  const column = sql.ref(sort)
  const way = sql.raw(descending ? 'DESC' : 'ASC')
  const beyond = sql.raw(descending ? '<' : '>')
  const conditions = [
    ...(sort === 'number' ? [sql`"number" IS NOT NULL`] : []),
    ...(cursor === undefined
      ? []
      : [sql`(${column}, "key") ${beyond} (${cursor.value}, ${cursor.key})`]),
  ]
  const where = conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`
  const { rows } = await sql<StoredRow>`SELECT * FROM ${rowsOf(db, asked)} ${where}
    ORDER BY ${column} ${way}, "key" ${way} LIMIT ${limit + 1}`.execute(db)
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  if (last === undefined) return { rows: page.map(rowOf) }
  return { rows: page.map(rowOf), next: cursorText({ value: Number(last[sort]), key: last.key }) }
}

/** Every row of a question, in its order, a page at a time: who asks bounds how many are taken. */
export async function* everyInstance(
  db: Kysely<unknown>,
  asked: Omit<ListAsked, 'limit' | 'cursor'>,
): AsyncGenerator<InstanceRow> {
  let cursor: Cursor | undefined
  do {
    const page = await listInstances(db, {
      ...asked,
      limit: LIST_LIMIT,
      ...(cursor === undefined ? {} : { cursor }),
    })
    yield* page.rows
    cursor = page.next === undefined ? undefined : readCursor(page.next)
  } while (cursor !== undefined)
}

/** The row of one instance, or undefined where there was none, or none in the scope. */
export async function findInstance(
  db: Kysely<unknown>,
  id: string,
  asked: Omit<InstancesAsked, 'filter'>,
): Promise<InstanceRow | undefined> {
  const asOne = rowsOf(db, { ...asked, filter: { ids: [id] } })
  const { rows } = await sql<StoredRow>`SELECT * FROM ${asOne}`.execute(db)
  const [row] = rows
  return row === undefined ? undefined : rowOf(row)
}

/** What a board counts by. `unit` counts a case for each of its units, `place` for each level. */
export type CountBy =
  | 'state'
  | 'card'
  | 'category'
  | 'channel'
  | 'responsible'
  | 'workflow'
  | 'leadUnit'
  | 'owner'
  | 'supervised'
  | 'unit'
  | 'place'

/** The cases of one key; no key: those that have none. */
export type Count = { key?: string; count: number }

/** How many instances there are of each key, the most first. */
export async function countInstances(
  db: Kysely<unknown>,
  asked: InstancesAsked & { by: CountBy },
): Promise<Count[]> {
  const { by } = asked
  const column = sql.ref(by === 'unit' ? 'units' : by)
  const { rows } = await sql<{ key: string | number | null; count: number }>`
    SELECT ${column} AS "key", count(*) AS "count" FROM ${rowsOf(db, asked)}
    GROUP BY 1 ORDER BY 2 DESC LIMIT ${GROUPS}`.execute(db)
  const counts = new Map<string | undefined, number>()
  for (const { key, count } of rows) {
    const text = key === null || key === '' ? undefined : String(key)
    const many = text !== undefined && (by === 'unit' || by === 'place')
    for (const one of many ? idsIn(text) : [text]) counts.set(one, (counts.get(one) ?? 0) + count)
  }
  return [...counts]
    .map(([key, count]) => (key === undefined ? { count } : { key, count }))
    .sort((a, b) => b.count - a.count)
}

/** How many instances there are in all. */
export async function totalInstances(db: Kysely<unknown>, asked: InstancesAsked): Promise<number> {
  const { rows } = await sql<{
    n: number
  }>`SELECT count(*) AS "n" FROM ${rowsOf(db, asked)}`.execute(db)
  return rows[0]?.n ?? 0
}

/** Reads a cursor's text; undefined for one that we did not write. */
export function readCursor(text: string): Cursor | undefined {
  const match = /^(-?\d{1,16})\.(\d{1,16})$/.exec(text)
  return match === null ? undefined : { value: Number(match[1]), key: Number(match[2]) }
}

const cursorText = ({ value, key }: Cursor): string => `${value}.${key}`

type StoredRow = {
  key: number
  id: string
  workflow: string
  number: number | null
  revision: number
  state: string
  ended: number
  category: string | null
  channel: string | null
  place: string
  units: string
  persons: string
  leadUnit: string | null
  owner: string | null
  supervised: number
  card: InstanceRow['card']
  dueAt: number
  warnAt: number | null
  responsible: string | null
  startedAt: number
  enteredAt: number
  closedAt: number | null
  title: string | null
  rest: string
  fromAt: number
}

function rowOf(row: StoredRow): InstanceRow {
  const { id, workflow, revision, state, card, startedAt, enteredAt, fromAt } = row
  return {
    ...{ id, workflow, revision, state, card, startedAt, enteredAt, fromAt },
    ended: row.ended === 1,
    supervised: row.supervised === 1,
    place: idsIn(row.place),
    units: idsIn(row.units),
    persons: idsIn(row.persons),
    ...(row.number === null ? {} : { number: caseNumber(row.number) }),
    ...(row.category === null ? {} : { category: row.category }),
    ...(row.channel === null ? {} : { channel: row.channel }),
    ...(row.leadUnit === null ? {} : { leadUnit: row.leadUnit }),
    ...(row.owner === null ? {} : { owner: row.owner }),
    ...(row.dueAt === OPEN ? {} : { dueAt: row.dueAt }),
    ...(row.warnAt === null ? {} : { warnAt: row.warnAt }),
    ...(row.responsible === null ? {} : { responsible: row.responsible }),
    ...(row.closedAt === null ? {} : { closedAt: row.closedAt }),
    ...(row.title === null ? {} : { title: row.title }),
    ...(row.rest === '' ? {} : (JSON.parse(row.rest) as Rest)),
  }
}

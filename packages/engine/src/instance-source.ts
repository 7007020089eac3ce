// Where the rows of a query come from: those that hold now, or those that held at a moment.
// A row holds when fromAt <= T and fromPosition <= K and (toAt > T or toPosition > K); the two
// sides of that `or` are asked apart, each by the index on its spans, and never overlap.
import { type Kysely, sql } from 'kysely'
import type { AsOf } from './as-of.ts'
import { OPEN, VARYING } from './instance-columns.ts'
import { conditionsOf, type InstanceFilter } from './instance-filter.ts'
import { SPANS } from './interval-span.ts'
import type { Scope } from './permission.ts'
import { type Sql, wordsOf } from './sql-words.ts'

/** The moment a query asks for: `at` by what happened, `known` by position; absent: now. */
export type Moment = Pick<AsOf, 'at' | 'known'>

/** What every query over instances takes; `now` (epoch ms) is for what is due by now. */
export type InstancesAsked = {
  filter?: InstanceFilter
  scope: Scope
  asOf?: Moment
  now?: number
}

/** The moment by which something is due or not yet. */
export const dueByOf = ({ asOf, now }: InstancesAsked): number => asOf?.at ?? now ?? Date.now()

/** The rows asked for, as a query of a database to select from. */
export function rowsOf(db: Kysely<unknown>, asked: InstancesAsked): Sql {
  const { filter = {}, scope, asOf = {} } = asked
  const words = wordsOf(db)
  const conditions = conditionsOf(filter, scope, {
    dueBy: dueByOf(asked),
    past: asOf.at !== undefined || asOf.known !== undefined,
    words,
  })
  const arms = armsOf(asOf, words.kind === 'postgres' ? byRange : bySpan)
  const met = arms.map((arm) => sql`SELECT * FROM (${arm}) AS held WHERE ${conditions}`)
  return sql`(${sql.join(met, sql` UNION ALL `)}) AS asked`
}

/**
 * The position up to which things were known at a time: the end of the longest prefix of the log
 * in which no `recordedAt` is after it.
 */
export async function knownAt(db: Kysely<unknown>, time: number): Promise<number> {
  const { rows } = await sql<{ position: number }>`
    SELECT "position" FROM recorded_moments WHERE "recordedAt" > ${time}
    ORDER BY "recordedAt" LIMIT 1`.execute(db)
  const [beyond] = rows
  return beyond === undefined ? OPEN : beyond.position - 1
}

const BEGUN = ['key', 'id', 'workflow', 'number', 'startedAt']
const HELD = [...VARYING, 'revision', 'fromAt']
const columns = sql.join([...BEGUN, ...HELD].map((name) => sql.ref(name)))
const pastColumns = sql.join([
  ...BEGUN.map((name) => sql`${sql.ref(`n.${name}`)} AS ${sql.ref(name)}`),
  ...HELD.map((name) => sql`${sql.ref(`p.${name}`)} AS ${sql.ref(name)}`),
])
const spans = sql.raw(
  `(VALUES ${Array.from({ length: SPANS }, (_, n) => `(${n}, ${2 ** n})`).join(', ')})`,
)

/** How the intervals of an axis that hold at a moment are found. */
type Finder = (axis: 'At' | 'Position', moment: number, exact: Sql) => Sql

function armsOf({ at, known }: Moment, find: Finder): Sql[] {
  if (at === undefined && known === undefined) return [sql`SELECT ${columns} FROM instances`]
  const t = at ?? OPEN
  const k = known ?? OPEN
  const now = sql`SELECT ${columns} FROM instances
    WHERE "fromAt" <= ${t} AND "fromPosition" <= ${k}`
  const arms = [now]
  if (at !== undefined) arms.push(find('At', t, sql`p."fromPosition" <= ${k}`))
  if (known !== undefined) {
    arms.push(find('Position', k, sql`p."fromAt" <= ${t} AND p."toAt" <= ${t}`))
  }
  return arms
}

const byRange: Finder = (axis, moment, exact) => sql`SELECT ${pastColumns}
  FROM instance_intervals p JOIN instances n ON n."key" = p."key"
  WHERE int8range(p.${sql.id(`from${axis}`)}, p.${sql.id(`to${axis}`)}) @> ${moment}::int8
    AND ${exact}`

/** What began at most a span's length before the moment. */
const bySpan: Finder = (axis, moment, exact) => {
  const from = sql.ref(`p.from${axis}`)
  const span = sql.ref(`p.${axis === 'At' ? 'atSpan' : 'positionSpan'}`)
  return sql`SELECT ${pastColumns}
    FROM ${spans} s CROSS JOIN instance_intervals p CROSS JOIN instances n
    WHERE ${span} = s.column1 AND ${from} > ${moment} - s.column2 AND ${from} <= ${moment}
      AND ${sql.ref(`p.to${axis}`)} > ${moment} AND ${exact} AND n."key" = p."key"`
}

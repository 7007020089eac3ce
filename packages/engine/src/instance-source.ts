// Where the rows of a query come from: those that hold now, or those that held at a moment.
// A row holds when fromAt <= T and fromPosition <= K and (toAt > T or toPosition > K); the two
// sides of that `or` are asked apart, each by the index on its spans, and never overlap.
import { type Kysely, sql } from 'kysely'
import type { AsOf } from './as-of.ts'
import { OPEN, VARYING } from './instance-columns.ts'
import { conditionsOf, type InstanceFilter, type Sql } from './instance-filter.ts'
import { SPANS } from './interval-span.ts'
import type { Scope } from './permission.ts'

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

/** The rows asked for, as a query to select from. */
export function rowsOf(asked: InstancesAsked): Sql {
  const { filter = {}, scope, asOf = {} } = asked
  const conditions = conditionsOf(filter, scope, {
    dueBy: dueByOf(asked),
    past: asOf.at !== undefined || asOf.known !== undefined,
  })
  const arms = armsOf(asOf).map((arm) => sql`SELECT * FROM (${arm}) WHERE ${conditions}`)
  return sql`(${sql.join(arms, sql` UNION ALL `)})`
}

/**
 * The position up to which things were known at a time: the end of the longest prefix of the log
 * in which no `recordedAt` is after it.
 */
export async function knownAt(db: Kysely<unknown>, time: number): Promise<number> {
  const { rows } = await sql<{ position: number }>`
    SELECT position FROM recorded_moments WHERE recordedAt > ${time}
    ORDER BY recordedAt LIMIT 1`.execute(db)
  const [beyond] = rows
  return beyond === undefined ? OPEN : beyond.position - 1
}

const columns = sql.raw(
  ['key', 'id', 'workflow', 'number', 'startedAt', ...VARYING, 'revision', 'fromAt'].join(', '),
)
const pastColumns = sql.raw(
  [
    'p.key AS key, n.id AS id, n.workflow AS workflow, n.number AS number',
    'n.startedAt AS startedAt',
    ...[...VARYING, 'revision', 'fromAt'].map((name) => `p.${name} AS ${name}`),
  ].join(', '),
)
const spans = sql.raw(
  `(VALUES ${Array.from({ length: SPANS }, (_, n) => `(${n}, ${2 ** n})`).join(', ')})`,
)

function armsOf({ at, known }: Moment): Sql[] {
  if (at === undefined && known === undefined) return [sql`SELECT ${columns} FROM instances`]
  const t = at ?? OPEN
  const k = known ?? OPEN
  const arms = [sql`SELECT ${columns} FROM instances WHERE fromAt <= ${t} AND fromPosition <= ${k}`]
  if (at !== undefined) {
    const later = sql`p.toAt > ${t} AND p.fromPosition <= ${k}`
    arms.push(past(sql`p.atSpan = s.column1 AND ${within('fromAt', t)}`, later))
  }
  if (known !== undefined) {
    const later = sql`p.toPosition > ${k} AND p.fromAt <= ${t} AND p.toAt <= ${t}`
    arms.push(past(sql`p.positionSpan = s.column1 AND ${within('fromPosition', k)}`, later))
  }
  return arms
}

const past = (spanned: Sql, exact: Sql): Sql => sql`SELECT ${pastColumns}
  FROM ${spans} s CROSS JOIN instance_intervals p CROSS JOIN instances n
  WHERE ${spanned} AND ${exact} AND n.key = p.key`

/** What began at most a span's length before the moment. */
const within = (column: 'fromAt' | 'fromPosition', moment: number): Sql => {
  const from = sql.ref(`p.${column}`)
  return sql`${from} > ${moment} - s.column2 AND ${from} <= ${moment}`
}

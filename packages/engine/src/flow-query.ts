// How often each state led to each other, and after how long: the figures of the process map.
import { type Kysely, sql } from 'kysely'
import { BUCKET_MS } from './flow-counter.ts'

/** Whole UTC hours from `from` up to, and without, `to`; epoch ms. */
export type FlowsAsked = { workflow?: string; from?: number; to?: number; loops?: boolean }

/** An arrow of the map. `waitedMs` is the sum of what the first state had lasted. */
export type Flow = {
  workflow: string
  from: string
  to: string
  type: string
  count: number
  waitedMs: number
}

/** Arrows in an answer. */
const FLOWS = 5_000

/** The arrows, the most frequent first; events that stay in their state only with `loops`. */
export async function flows(db: Kysely<unknown>, asked: FlowsAsked = {}): Promise<Flow[]> {
  const conditions = [sql`1 = 1`]
  if (asked.workflow !== undefined) conditions.push(sql`"workflow" = ${asked.workflow}`)
  if (asked.from !== undefined)
    conditions.push(sql`"hour" >= ${Math.floor(asked.from / BUCKET_MS)}`)
  if (asked.to !== undefined) conditions.push(sql`"hour" < ${Math.ceil(asked.to / BUCKET_MS)}`)
  if (asked.loops !== true) conditions.push(sql`"fromState" <> "toState"`)
  const { rows } = await sql<Flow>`
    SELECT "workflow", "fromState" AS "from", "toState" AS "to", "type",
      sum("count") AS "count", sum("waitedMs") AS "waitedMs"
    FROM state_flows WHERE ${sql.join(conditions, sql` AND `)}
    GROUP BY "workflow", "fromState", "toState", "type"
    ORDER BY 5 DESC LIMIT ${FLOWS}`.execute(db)
  return rows
}

// How long closed cases took from begin to end, by nearest rank: no value that no case had.
import { type Kysely, sql } from 'kysely'
import { type InstancesAsked, rowsOf } from './instance-source.ts'

/** Milliseconds from begin to end over the closed cases; no figures where there are none. */
export type Durations = { count: number; median?: number; p90?: number; max?: number }

/** The durations of the instances asked for that have been closed. */
export async function durations(db: Kysely<unknown>, asked: InstancesAsked): Promise<Durations> {
  const closed = rowsOf(db, { ...asked, filter: { ...asked.filter, closed: true } })
  const { rows } = await sql<{ n: number; rank: number; ms: number }>`
    WITH taken AS MATERIALIZED (SELECT "closedAt" - "startedAt" AS "ms" FROM ${closed}),
      ranked AS (SELECT "ms", row_number() OVER (ORDER BY "ms") AS "rank", count(*) OVER () AS "n"
        FROM taken)
    SELECT "n", "rank", "ms" FROM ranked
    WHERE "rank" IN (("n" + 1) / 2, ("n" * 9 + 9) / 10, "n")`.execute(db)
  const n = rows[0]?.n ?? 0
  if (n === 0) return { count: 0 }
  const at = (rank: number) => rows.find((row) => row.rank === rank)?.ms ?? 0
  return {
    count: n,
    median: at(nearestRank(n, 50)),
    p90: at(nearestRank(n, 90)),
    max: at(n),
  }
}

/** The rank of a percentile among n values, counted from 1. */
const nearestRank = (n: number, percent: number): number => Math.ceil((n * percent) / 100)

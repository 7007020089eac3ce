// The running clocks of every instance that is not ended, as the timer service asks for them.
// The read model may lag: who turns a clock compares its generation with the folded instance.
import { type Kysely, sql } from 'kysely'
import { OPEN } from './instance-columns.ts'
import type { RunningInstance } from './rescheduling.ts'
import type { DueClock } from './timers.ts'

/** What the table keeps of a clock that will turn by itself. */
type Turn = { clock: string; round: number; generation: number; at: number; turn: DueClock['kind'] }

/** The clocks that turn at or before a moment (epoch ms), the earliest first. */
export async function dueBefore(
  db: Kysely<unknown>,
  before: number,
  limit: number,
): Promise<DueClock[]> {
  const { rows } = await sql<{ id: string; workflow: string; clocks: string }>`
    SELECT "id", "workflow", "clocks" FROM instances
    WHERE "nextAt" IS NOT NULL AND "nextAt" <= ${before} ORDER BY "nextAt" LIMIT ${limit}`.execute(
    db,
  )
  const due = rows.flatMap(({ id, workflow, clocks }) =>
    (JSON.parse(clocks) as Turn[])
      .filter((turn) => turn.at <= before)
      .map(({ clock, round, generation, at, turn }): DueClock => {
        return { instance: id, workflow, clock, round, generation, kind: turn, dueAt: at }
      }),
  )
  return due.sort((a, b) => a.dueAt - b.dueAt).slice(0, limit)
}

/** How many instances have a clock that turns at or before a moment (epoch ms). */
export async function countDue(db: Kysely<unknown>, before: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM instances
    WHERE "nextAt" IS NOT NULL AND "nextAt" <= ${before}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

/** Instances in which a clock runs, whether or not it has ended, in the order of their rows. */
export async function runningAfter(
  db: Kysely<unknown>,
  after: number,
  limit: number,
): Promise<RunningInstance[]> {
  const { rows } = await sql<RunningInstance>`
    SELECT "key", "id" FROM instances
    WHERE "key" > ${after} AND "ended" = 0 AND "dueAt" < ${OPEN} ORDER BY "key" LIMIT ${limit}`.execute(
    db,
  )
  return rows
}

/** When the next clock turns, epoch ms; undefined when none runs. */
export async function nextClockAt(db: Kysely<unknown>): Promise<number | undefined> {
  const { rows } = await sql<{ at: number }>`SELECT "nextAt" AS "at" FROM instances
    WHERE "nextAt" IS NOT NULL ORDER BY "nextAt" LIMIT 1`.execute(db)
  return rows[0]?.at
}

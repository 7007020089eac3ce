// Late entries: what people recorded long after it happened, as a supervisor looks through it. A
// small read model of its own; what linli itself recorded (clocks, effects, imports) is left out.
import { defineProjection, type Projection } from '@linli/projections'
import type { Event, Role } from '@linli/workflow'
import { type Kysely, sql } from 'kysely'
import { rowsOf } from './instance-source.ts'
import type { Scope } from './permission.ts'

/** Recorded so long after it happened, an event counts as a late entry (ms). */
export const LATE_MS = 5 * 60_000

/** One late entry; times are epoch milliseconds. */
export type LateEntry = {
  position: number
  instance: string
  revision: number
  type: string
  at: number
  recordedAt: number
  role: Role
  person: string | null
}

/** Which: by when they were recorded, before a position, in a scope. */
export type LateAsked = {
  scope: Scope
  workflow?: string
  from?: number
  to?: number
  before?: number
  limit?: number
}

/** The projection `late_entries`. */
export function lateEntryProjection(): Projection {
  return defineProjection({
    name: 'late_entries',
    version: 1,
    async tables(db, table) {
      const name = table('late_entries')
      await sql`create table ${sql.table(name)} (
        position integer primary key, instance text not null, revision integer not null,
        type text not null, at integer not null, recordedAt integer not null,
        role text not null, person text)`.execute(db)
    },
    on: {
      '*': ({ position, stream, revision, type, json }, host) => {
        const { at, recordedAt, by } = json as Event
        if (by.role === 'system' || recordedAt === at) return
        const times = [Date.parse(at), Date.parse(recordedAt)] as const
        if (times[1] - times[0] <= LATE_MS) return
        host
          .statement(`insert into ${host.table('late_entries')} values (?, ?, ?, ?, ?, ?, ?, ?)`)
          .run(position, stream, revision, type, ...times, by.role, by.person ?? null)
      },
    },
  })
}

/** Late entries, the newest recorded first. */
export async function lateEntries(db: Kysely<unknown>, asked: LateAsked): Promise<LateEntry[]> {
  const { scope, workflow, from, to, before, limit = PAGE } = asked
  const filter = workflow === undefined ? {} : { workflow }
  const conditions = [
    sql`instance IN (SELECT id FROM ${rowsOf({ scope, filter })})`,
    ...(from === undefined ? [] : [sql`recordedAt >= ${from}`]),
    ...(to === undefined ? [] : [sql`recordedAt < ${to}`]),
    ...(before === undefined ? [] : [sql`position < ${before}`]),
  ]
  const { rows } = await sql<LateEntry>`SELECT * FROM late_entries
    WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY position DESC LIMIT ${Math.min(limit, PAGE)}`.execute(db)
  return rows
}

const PAGE = 200

// Late entries: what people recorded long after it happened, as a supervisor looks through it. A
// small read model of its own; what linli itself recorded (clocks, effects, imports) is left out.
import { defineProjection, type Projection } from '@linli/projections'
import { kindOf } from '@linli/sql'
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
      const [int, text] = kindOf(db) === 'postgres' ? [BIGINT, BYTES] : [sql`integer`, sql`text`]
      await sql`create table ${sql.table(table('late_entries'))} (
        "position" ${int} primary key, "instance" ${text} not null, "revision" ${int} not null,
        "type" ${text} not null, "at" ${int} not null, "recordedAt" ${int} not null,
        "role" ${text} not null, "person" ${text})`.execute(db)
    },
    on({ writer }) {
      const columns = 'position instance revision type at recordedAt role person'.split(' ')
      const write = writer({ table: 'late_entries', columns })
      return {
        '*': ({ position, stream, revision, type, json }) => {
          const { at, recordedAt, by } = json as Event
          if (by.role === 'system' || recordedAt === at) return
          const times = [Date.parse(at), Date.parse(recordedAt)] as const
          if (times[1] - times[0] <= LATE_MS) return
          write([position, stream, revision, type, ...times, by.role, by.person ?? null])
        },
      }
    },
  })
}

const BIGINT = sql`bigint`
const BYTES = sql`text collate "C"`

/** Late entries, the newest recorded first. */
export async function lateEntries(db: Kysely<unknown>, asked: LateAsked): Promise<LateEntry[]> {
  const { scope, workflow, from, to, before, limit = PAGE } = asked
  const filter = workflow === undefined ? {} : { workflow }
  const conditions = [
    sql`"instance" IN (SELECT "id" FROM ${rowsOf(db, { scope, filter })})`,
    ...(from === undefined ? [] : [sql`"recordedAt" >= ${from}`]),
    ...(to === undefined ? [] : [sql`"recordedAt" < ${to}`]),
    ...(before === undefined ? [] : [sql`"position" < ${before}`]),
  ]
  const { rows } = await sql<LateEntry>`SELECT * FROM late_entries
    WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY "position" DESC LIMIT ${Math.min(limit, PAGE)}`.execute(db)
  return rows
}

const PAGE = 200

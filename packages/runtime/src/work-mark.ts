// Marks in work that say of a log on a server, which has no file of ours to be marked: it is
// leaving for another store, has moved there, or is arriving. Every process of an installation
// has the same work, and none opens a log with a mark. The embedded log carries its own mark.
import { type LogMark, movedFault } from '@linli/event-store'
import { makeAlone } from '@linli/sql'
import { type Kysely, sql } from 'kysely'

/** The mark of a log, named without user, password and options. */
export async function readWorkMark<Tables>(
  work: Kysely<Tables>,
  log: string,
): Promise<LogMark | undefined> {
  await makeTable(work)
  const { rows } = await sql<{ state: string; other: string; at: number }>`
    select state, other, at from log_mark where log = ${log}`.execute(work)
  const [row] = rows
  if (row === undefined) return undefined
  const { other, at } = row
  // A state that only a later version knows must keep the log closed too.
  return { state: STATES.find((state) => state === row.state) ?? 'moved', other, at }
}

/** Sets or clears the mark of a log. */
export async function writeWorkMark<Tables>(
  work: Kysely<Tables>,
  log: string,
  mark: LogMark | undefined,
): Promise<void> {
  await makeTable(work)
  if (mark === undefined) {
    await sql`delete from log_mark where log = ${log}`.execute(work)
    return
  }
  const { state, other, at } = mark
  await sql`insert into log_mark (log, state, other, at) values (${log}, ${state}, ${other}, ${at})
    on conflict (log) do update set state = excluded.state, other = excluded.other,
      at = excluded.at`.execute(work)
}

/** Rejects with the StoreFault `log-moved` unless the log may be opened to serve. */
export async function assertLogServes<Tables>(work: Kysely<Tables>, log: string): Promise<void> {
  const mark = await readWorkMark(work, log)
  if (mark !== undefined) throw movedFault(log, mark)
}

/** What is said of the address of a log: without user, password and options. */
export function logName(url: string): string {
  const [, scheme = '', hosts = ''] = /^([a-z+]+:\/\/)(?:[^@/?]*@)?([^/?]*)/.exec(url) ?? []
  return `${scheme}${hosts}`
}

const STATES = ['leaving', 'moved', 'arriving'] as const

/** Handles whose database has the table: a process that serves looks at its mark each second. */
const made = new WeakSet<object>()

async function makeTable<Tables>(work: Kysely<Tables>): Promise<void> {
  if (made.has(work)) return
  await makeAlone(
    work,
    sql`create table if not exists log_mark (log text primary key, state text not null,
      other text not null, at bigint not null)`,
  )
  made.add(work)
}

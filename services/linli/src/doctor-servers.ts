// What doctor sees of the servers that an installation is on, without opening it: whether they
// answer and are new enough, whether the tables are those of this linli, whether the log is being
// moved, and who serves and works. Changes nothing there.
import { checkWorkTables, SLOTS, type WorkTables } from '@linli/engine'
import { openKurrentStore } from '@linli/event-store-kurrent'
import { installationMark, logName, SEATS } from '@linli/runtime'
import { openDatabase, shownUrl } from '@linli/sql'
import { type Kysely, sql } from 'kysely'
import { toldOf } from './command-fault.ts'
import type { Finding } from './doctor-outside.ts'
import type { Installation } from './installation.ts'
import { DUTIES, heldOf } from './who-serves.ts'

/** What was found, and whether there is an installation that can be opened. */
export type OnServers = { findings: Finding[]; isBegun: boolean }

/** Looks at the log's server and at the database, as far as the installation has them. */
export async function findingsOnServers(installation: Installation): Promise<OnServers> {
  const { events, read } = installation
  const [log, base] = await Promise.all([
    events === undefined ? [] : [await logServer(events)],
    read === undefined ? { findings: [], isBegun: true } : database(read),
  ])
  const findings = [...log, ...base.findings]
  if (!base.isBegun || findings.some(({ ok }) => !ok)) return { findings, isBegun: base.isBegun }
  if (events !== undefined) findings.push(await mark(installation))
  if (read !== undefined) findings.push(await processes(read))
  return { findings, isBegun: true }
}

const MEND = 'Do what the sentence says, then give the command again.'

async function logServer(url: string): Promise<Finding> {
  const check = 'log server'
  try {
    const store = await openKurrentStore({ url })
    const { serverVersion } = store
    await store.close()
    return { check, ok: true, found: `${logName(url)} answers, version ${serverVersion}` }
  } catch (fault) {
    return { check, ok: false, found: toldOf(fault).message, mend: MEND }
  }
}

async function database(url: string): Promise<OnServers> {
  let db: Kysely<unknown> | undefined
  try {
    db = await openDatabase<unknown>(url, { schema: 'public' })
    const { rows } = await sql<{ version: string }>`
      select current_setting('server_version') as version`.execute(db)
    const found = `PostgreSQL at ${shownUrl(url)} answers, version ${rows[0]?.version}`
    const schema = await tables(db, url)
    return { ...schema, findings: [{ check: 'database', ok: true, found }, ...schema.findings] }
  } catch (fault) {
    const found = toldOf(fault).message
    return { findings: [{ check: 'database', ok: false, found, mend: MEND }], isBegun: false }
  } finally {
    await db?.destroy()
  }
}

const SCHEMAS = ['linli_work', 'linli_vault'] as const

async function tables(db: Kysely<unknown>, url: string): Promise<OnServers> {
  const check = 'tables'
  const steps: string[] = []
  for (const schema of SCHEMAS) {
    const step = await lastStep(db, schema)
    if (step !== undefined) steps.push(`${schema} is at step ${step}`)
  }
  if (steps.length === 0) {
    const found = 'nothing was begun there'
    const mend = 'Start a worker, or linli start; or correct LINLI_READ.'
    return { findings: [{ check, ok: false, found, mend }], isBegun: false }
  }
  try {
    const work = await openDatabase<WorkTables>(url, { schema: SCHEMAS[0] })
    await checkWorkTables(work).finally(() => work.destroy())
  } catch (fault) {
    const found = toldOf(fault).message
    return { findings: [{ check, ok: false, found, mend: MEND }], isBegun: false }
  }
  return { findings: [{ check, ok: true, found: steps.join(', ') }], isBegun: true }
}

async function lastStep(db: Kysely<unknown>, schema: string): Promise<string | undefined> {
  const table = `${schema}.migration`
  const known = await sql<{ known: boolean }>`
    select to_regclass(${table}) is not null as known`.execute(db)
  if (known.rows[0]?.known !== true) return undefined
  const { rows } = await sql<{ number: number; linli: string }>`
    select number, linli from ${sql.table(table)} order by number desc limit 1`.execute(db)
  const [last] = rows
  return last === undefined ? '0' : `${last.number} (linli ${last.linli})`
}

async function mark(installation: Installation): Promise<Finding> {
  const check = 'move'
  const found = await installationMark(installation)
  if (found === undefined) return { check, ok: true, found: 'the log is not being moved' }
  const { state, other } = found
  const mend = 'End the move (linli move), give it up (--abandon), or change the settings.'
  return { check, ok: false, found: `the log is marked as ${state}: ${other}`, mend }
}

const SLOT_LOCKS = Array.from({ length: SLOTS }, (_, slot) => `effects ${slot}`)

async function processes(url: string): Promise<Finding> {
  const check = 'processes'
  const held = await heldOf(url, [...SEATS, ...DUTIES, ...SLOT_LOCKS])
  const count = (names: readonly string[]) => names.filter((name) => held.has(name)).length
  const free = DUTIES.filter((name) => !held.has(name))
  const slots = count(SLOT_LOCKS)
  const found = `${count(SEATS)} serve; effects: ${slots} of ${SLOTS} slots are held`
  if (free.length === 0 && slots === SLOTS) return { check, ok: true, found }
  const nobody = free.length === 0 ? '' : `; nobody has ${free.join(', ')}`
  const mend = 'Start a worker, and give the command again: whoever runs takes it within seconds.'
  return { check, ok: false, found: `${found}${nobody}`, mend }
}

// What doctor sees in an open community: whether the log folds, keys fit, erasures agree, read
// models and effects have followed, and whether the machine's clock can be right.

import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { checkAccounts, type Engine, openFields, parseEvent } from '@linli/engine'
import type { Community } from '@linli/runtime'
import { VaultFault } from '@linli/vault'
import { FoldFault, fold } from '@linli/workflow'
import { sql } from 'kysely'
import { checkDatabase } from './database-check.ts'
import type { Finding } from './doctor-outside.ts'
import type { TaskScene } from './task.ts'

/** Looks at an open community; with `all` at every stream, else at a sample. */
export async function findingsInside(scene: TaskScene, all: boolean): Promise<Finding[]> {
  const { community, tell } = scene
  return [
    ...(all && community.backupLog !== undefined ? [await file(community, tell)] : []),
    ...(await streams(scene, all)),
    await erasures(community),
    await readModels(community),
    await accounts(community),
    await effects(community),
    await clock(community),
  ]
}

async function file({ folder }: Community, tell: TaskScene['tell']): Promise<Finding> {
  tell('reading the log from end to end')
  const { trouble, events } = await checkDatabase(join(folder, 'log.db'))
  if (trouble.length === 0) return { check: 'log file', ok: true, found: `${events} events` }
  const mend = 'Restore the log from a backup: linli restore DIR --keys DIR2 --replace.'
  return { check: 'log file', ok: false, found: trouble.join('; '), mend }
}

const SAMPLE = 200

/** Folds streams, and opens what is sealed in them, of which nothing is kept. */
async function streams({ community, tell, signal }: TaskScene, all: boolean): Promise<Finding[]> {
  const { engine } = community
  const trouble: string[] = []
  const sealed = { fields: 0, trouble: [] as string[] }
  let folded = 0
  for await (const stream of all ? everyStream(engine, signal) : sampled(community)) {
    const events = (await engine.store.read(stream)).map(parseEvent)
    const workflow = engine.instances.workflowOf(stream)
    try {
      if (workflow === undefined) trouble.push(`${stream} is of no workflow known here`)
      else fold(workflow, events)
    } catch (fault) {
      if (!(fault instanceof FoldFault)) throw fault
      trouble.push(fault.message)
    }
    for (const event of events) await tryKeys(engine, event, sealed)
    folded += 1
    if (folded % SHOWN_EVERY === 0) tell(`${folded} cases looked at`)
  }
  const part = all ? 'all' : 'a sample of'
  return [
    {
      check: 'log',
      ...judged(trouble, `${part} ${folded} cases fold to what they say`),
      ...(trouble.length === 0 ? {} : { mend: UNFOLDING }),
    },
    {
      check: 'keys',
      ...judged(sealed.trouble, `${sealed.fields} sealed fields of them have their keys`),
      ...(sealed.trouble.length === 0 ? {} : { mend: KEYLESS }),
    },
  ]
}

const SHOWN_EVERY = 1_000
const TROUBLES_SHOWN = 5
const UNFOLDING =
  'Those cases are not touched. Use the version of linli that wrote them, or restore the log.'
const KEYLESS = 'Restore the newest copy of the keys: linli restore DIR --keys DIR2 --replace.'

const judged = (trouble: readonly string[], well: string) => ({
  ok: trouble.length === 0,
  found: trouble.length === 0 ? well : shortened(trouble),
})

const shortened = (lines: readonly string[]): string =>
  lines.length <= TROUBLES_SHOWN
    ? lines.join('; ')
    : `${lines.slice(0, TROUBLES_SHOWN).join('; ')}; and ${lines.length - TROUBLES_SHOWN} more`

/** By the keys of the read model: positions of a log on a server cannot be guessed. */
async function* sampled({ read }: Community): AsyncGenerator<string> {
  const last = await sql<{ key: number | null }>`select max("key") as "key" from instances`.execute(
    read.db,
  )
  const most = last.rows[0]?.key ?? 0
  const seen = new Set<string>()
  for (let tries = 0; tries < SAMPLE && most > 0; tries += 1) {
    const { rows } = await sql<{ id: string }>`select "id" from instances
      where "key" > ${randomInt(most)} order by "key" limit 1`.execute(read.db)
    const [found] = rows
    if (found === undefined || seen.has(found.id)) continue
    seen.add(found.id)
    yield found.id
  }
}

async function* everyStream({ store }: Engine, signal: AbortSignal): AsyncGenerator<string> {
  for (let after = 0; !signal.aborted; ) {
    const page = await store.readAll({ after })
    for (const { stream, revision } of page.events) if (revision === 0) yield stream
    if (page.through === after) return
    after = page.through
    await nextTurn()
  }
}

async function tryKeys(
  engine: Engine,
  event: ReturnType<typeof parseEvent>,
  into: { fields: number; trouble: string[] },
): Promise<void> {
  try {
    into.fields += (await openFields(engine.vault, event)).length
  } catch (fault) {
    if (!(fault instanceof VaultFault)) throw fault
    into.trouble.push(`${event.stream} revision ${event.revision}: ${fault.message}`)
  }
}

async function erasures({ engine }: Community): Promise<Finding> {
  const check = 'erasures'
  const trouble: string[] = []
  const tombstones = engine.vault.tombstones()
  for (const { subject } of tombstones) {
    const instance = await engine.instances.get(subject)
    if (instance === undefined || instance.snapshot.status !== 'active') continue
    trouble.push(`${subject} has no key and is not recorded as erased`)
  }
  const filter = { types: ['person.erased'] }
  for (let after = 0; ; ) {
    const page = await engine.store.readAll({ after, filter })
    for (const { stream } of page.events) {
      if (!engine.vault.isErased(stream)) trouble.push(`${stream} is erased and has a key`)
    }
    if (page.through === after) break
    after = page.through
  }
  const finding = judged(trouble, `${tombstones.length} persons, the same in log and vault`)
  if (finding.ok) return { check, ...finding }
  return { check, ...finding, mend: 'Start linli again: it brings log and vault together.' }
}

const CATCH_UP_MS = 5_000

async function readModels({ read, store }: Community): Promise<Finding> {
  const check = 'read models'
  const head = await store.head()
  const caughtUp = await read.waitFor(head, CATCH_UP_MS)
  if (caughtUp) return { check, ok: true, found: 'they have the whole log' }
  const found = `they are at ${read.position()} of ${head}`
  const mend = 'Wait while they catch up; if they stand still, `linli rebuild`.'
  return { check, ok: false, found, mend }
}

/** An effect that is due and not tried for so long is stuck (ms). */
const STUCK_MS = 60_000

/** Every balance is the sum of its postings, and all of them with the transit come to zero. */
async function accounts({ read }: Community): Promise<Finding> {
  const { accounts: count, postings, inTransit, trouble } = await checkAccounts(read.db)
  const under = Object.entries(inTransit).map(([currency, sum]) => `${sum} ${currency}`)
  const well = `${postings} postings of ${count} accounts come to zero`
  const transit = under.length === 0 ? '' : `; in transit ${under.join(', ')}`
  const finding = judged(trouble, `${well}${transit}`)
  if (finding.ok) return { check: 'accounts', ...finding }
  const mend = 'Build the read models anew: linli rebuild. If it stays, restore the log.'
  return { check: 'accounts', ...finding, mend }
}

async function effects({ work, engine }: Community): Promise<Finding> {
  const check = 'effects'
  const stuck = await work
    .selectFrom('waiting_effect')
    .select('id')
    .where('parked', '=', 0)
    .where('nextAt', '<', engine.now() - STUCK_MS)
    .execute()
  if (stuck.length > 0) {
    const found = `${stuck.length} are due and not tried: ${shortened(stuck.map(({ id }) => id))}`
    const mend = 'They are tried as soon as linli start, or a worker, runs: look into its log.'
    return { check, ok: false, found, mend }
  }
  const parked = await work
    .selectFrom('waiting_effect')
    .select(['id', 'error'])
    .where('parked', '=', 1)
    .orderBy('position')
    .execute()
  if (parked.length === 0) return { check, ok: true, found: 'none is parked, none is stuck' }
  const lines = parked.map(({ id, error }) => `${id}: ${error}`)
  const mend =
    'Mend what each names, then release it: POST /api/effects/{id}/release as coordinator.'
  return { check, ok: false, found: `${parked.length} parked: ${shortened(lines)}`, mend }
}

const AHEAD_MS = 1_000

/** The log is never written with an earlier time, so a clock set ahead once shows for long. */
async function clock({ newest: newestOf }: Community): Promise<Finding> {
  const check = 'clock'
  const last = await newestOf()
  const now = Date.now()
  const newest = last === undefined ? 0 : Date.parse(parseEvent(last).recordedAt)
  if (newest <= now + AHEAD_MS) return { check, ok: true, found: new Date(now).toISOString() }
  const found =
    `The machine says ${new Date(now).toISOString()} and the newest event was recorded at ` +
    `${new Date(newest).toISOString()}`
  const mend = 'Set the clock of this machine (switch on NTP); until then times stand still.'
  return { check, ok: false, found, mend }
}

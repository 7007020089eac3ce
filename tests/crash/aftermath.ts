// What must hold after a kill: nothing acknowledged is lost, no effect came to two outcomes, and
// the read models are those that a fresh build makes.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { commandId, execute, openFields, parseEvent, workflowOf } from '@linli/engine'
import type { EventReader } from '@linli/event-store'
import { type Community, openCommunity } from '@linli/runtime'
import { type Event, isRefusal } from '@linli/workflow'
import type { Acknowledged } from './acknowledged.ts'

/** What was looked at: how many of each. */
export type Checked = Record<'events' | 'effects' | 'notices' | 'clocks' | 'rows', number>

const REPEATED = 20

/** Opens the folder that a killed process left and checks it; throws at the first fault. */
export async function checkAftermath(
  folder: string,
  acknowledged: readonly Acknowledged[],
  clock: () => number,
): Promise<Checked> {
  const faults: string[] = []
  const community = await openCommunity({
    folder,
    clock,
    onFault: (what, fault) => faults.push(`${what}: ${String(fault)}`),
  })
  try {
    await comeToRest(community)
    const before = await community.store.head()
    await checkRepeats(community, acknowledged.slice(-REPEATED))
    assert.equal(await community.store.head(), before, 'a repeated command appends nothing')
    const log = await readLog(community.store)
    await checkAcknowledged(community, log, acknowledged)
    const clocks = checkClocks(log)
    const checked = { events: log.length, clocks, ...(await checkEffects(community, log)) }
    checkReporters(log)
    const rows = await checkReadModels(community)
    assert.deepEqual(faults, [], 'the background had no fault')
    return { ...checked, rows }
  } finally {
    await community.close()
  }
}

/** Stops the service's own rounds, turns every clock that is due, and lets what follows happen. */
async function comeToRest(community: Community): Promise<void> {
  await community.timers.stop()
  const now = community.engine.now()
  do await community.settled()
  while ((await community.timers.tick(now)) > 0)
}

async function readLog(reader: EventReader): Promise<Event[]> {
  const log: Event[] = []
  for (let after = 0; ; ) {
    const page = await reader.readAll({ after, limit: 2_000 })
    log.push(...page.events.map(parseEvent))
    if (page.through === after) return log
    after = page.through
  }
}

/** Every acknowledged event stands where it was said, and the vault opens what is sealed in it. */
async function checkAcknowledged(
  { engine }: Community,
  log: readonly Event[],
  acknowledged: readonly Acknowledged[],
): Promise<void> {
  const known = new Map(log.map((event) => [event.id, event]))
  for (const { event: id, instance, revision, clear } of acknowledged) {
    const event = known.get(id)
    assert.ok(event !== undefined, `acknowledged event ${id} of ${instance} is lost`)
    assert.deepEqual([event.stream, event.revision], [instance, revision])
    for (const { field, text } of await openFields(engine.vault, event)) {
      assert.equal(text, clear[field], `${field} of ${id} is opened`)
    }
  }
}

/** The same command with the same key finds its first answer after the crash. */
async function checkRepeats(
  { engine }: Community,
  acknowledged: readonly Acknowledged[],
): Promise<void> {
  for (const { request, caller, event, revision } of acknowledged) {
    const answer = await execute(engine, { ...request, caller })
    assert.ok(!isRefusal(answer), `${request.key} is refused the second time`)
    assert.deepEqual([answer.event.id, answer.revision, answer.repeated], [event, revision, true])
  }
}

/** Each `open` and `tell` came to exactly one event, or went back as refused; notices once. */
async function checkEffects({ work }: Community, log: readonly Event[]) {
  const outcomes = new Map<string, number>()
  for (const { command } of log) outcomes.set(command, (outcomes.get(command) ?? 0) + 1)
  for (const [command, count] of outcomes) assert.equal(count, 1, `command ${command} twice`)
  const refused = new Set(
    log.filter(({ type }) => type === 'effect.refused').map(({ data }) => data.effect),
  )
  const notices: string[] = []
  let effects = 0
  for (const event of log) {
    for (const effect of event.effects ?? []) {
      if (effect.kind === 'notify') notices.push(effect.id)
      if (effect.kind !== 'open' && effect.kind !== 'tell') continue
      effects += 1
      const { instance, command } = effect
      assert.ok(instance !== undefined, `${effect.id} names its instance`)
      const workflow = workflowOf(instance)
      const id = commandId({ caller: 'system', workflow, command, instance, key: effect.id })
      const outcome = Number(outcomes.has(id)) + Number(refused.has(effect.id))
      assert.equal(outcome, 1, `${effect.id} (${command}) has ${outcome} outcomes`)
    }
  }
  const kept = await work.selectFrom('notice').select('id').orderBy('id').execute()
  assert.deepEqual(
    kept.map(({ id }) => id),
    notices.sort(),
    'every notice once',
  )
  const waiting = await work.selectFrom('waiting_effect').selectAll().execute()
  assert.deepEqual(waiting, [], 'no effect waits')
  return { effects, notices: notices.length }
}

/** A clock warns once and ends once in a round, whoever was killed while turning it. */
function checkClocks(log: readonly Event[]): number {
  const turned = log
    .filter(({ type }) => type === 'clock.warned' || type === 'clock.expired')
    .map(({ stream, type, data }) => `${stream} ${type} ${data.clock} ${data.generation}`)
  assert.equal(new Set(turned).size, turned.length, 'no clock turns twice')
  return turned.length
}

/** One person is one subject: each registered person was assigned by exactly one report. */
function checkReporters(log: readonly Event[]): void {
  const registering = log
    .flatMap((event) => event.effects ?? [])
    .filter((effect) => effect.kind === 'open' && effect.command === 'register')
  const persons = registering.map((effect) => (effect.kind === 'open' ? effect.instance : ''))
  assert.equal(new Set(persons).size, persons.length, 'a person is opened once')
}

/** Compares every row of the live read models with a build of them all from nothing. */
async function checkReadModels({ folder, read }: Community): Promise<number> {
  const dump = () => ['read.db', 'search.db'].flatMap((name) => dumpOf(join(folder, name)))
  const live = dump()
  await read.rebuild()
  assert.deepEqual(live, dump(), 'the read models equal a fresh rebuild')
  return live.length
}

/** Rows by what they say, not by the order in which they were written. */
function dumpOf(file: string): string[] {
  const database = new DatabaseSync(file)
  const rows = (sql: string) => database.prepare(sql).all()
  const tables = rows('SELECT tables FROM projection_build WHERE live = 1').flatMap(
    (build) => JSON.parse(String(build.tables)) as string[],
  )
  const keyed = tables.includes('instances') ? rows('SELECT key, id FROM instances') : []
  const ids = new Map(keyed.map(({ key, id }) => [key, id]))
  const dump = tables.flatMap((table) =>
    rows(`SELECT * FROM "${table}"`).map((one) =>
      JSON.stringify({ table, ...one, ...('key' in one ? { key: ids.get(one.key) } : {}) }),
    ),
  )
  // A full-text table shows no column: its pieces are read from its index.
  for (const { name } of rows(`SELECT name FROM sqlite_master WHERE sql LIKE '%using fts5(%'`)) {
    database.exec(`CREATE VIRTUAL TABLE temp.pieces USING fts5vocab(main, '${name}', 'instance')`)
    dump.push(...rows('SELECT term, doc FROM temp.pieces').map((one) => JSON.stringify(one)))
    database.exec('DROP TABLE temp.pieces')
  }
  database.close()
  return dump.sort()
}

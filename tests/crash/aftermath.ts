// What must hold after a kill: nothing acknowledged is lost, no effect came to two outcomes, and
// the read models are those that a fresh build makes.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  commandId,
  execute,
  instanceProjection,
  openFields,
  parseEvent,
  workflowOf,
} from '@linli/engine'
import { type EventReader, openSqliteReader } from '@linli/event-store'
import { type Community, openCommunity } from '@linli/linli'
import { openRunner } from '@linli/projections'
import { type Event, isRefusal } from '@linli/workflow'
import { workflows } from '@linli/workflows'
import type { Acknowledged } from './acknowledged.ts'

/** What was looked at. */
export type Checked = { events: number; effects: number; notices: number; rows: number }

const REPEATED = 20

/** Opens the folder that a killed process left and checks it; throws at the first fault. */
export async function checkAftermath(
  folder: string,
  scratch: string,
  acknowledged: readonly Acknowledged[],
): Promise<Checked> {
  const faults: string[] = []
  const community = await openCommunity({
    folder,
    onFault: (what, fault) => faults.push(`${what}: ${String(fault)}`),
  })
  try {
    await community.settled()
    const before = await community.store.head()
    await checkRepeats(community, acknowledged.slice(-REPEATED))
    assert.equal(await community.store.head(), before, 'a repeated command appends nothing')
    const log = await readLog(community.store)
    await checkAcknowledged(community, log, acknowledged)
    const checked = { events: log.length, ...(await checkEffects(community, log)) }
    checkReporters(log)
    const rows = await checkReadModels(folder, scratch)
    assert.deepEqual(faults, [], 'the background had no fault')
    return { ...checked, rows }
  } finally {
    await community.close()
  }
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

/** One person is one subject: each registered person was assigned by exactly one report. */
function checkReporters(log: readonly Event[]): void {
  const registering = log
    .flatMap((event) => event.effects ?? [])
    .filter((effect) => effect.kind === 'open' && effect.command === 'register')
  const persons = registering.map((effect) => (effect.kind === 'open' ? effect.instance : ''))
  assert.equal(new Set(persons).size, persons.length, 'a person is opened once')
}

/** Compares every row of the live read models with a build from nothing. */
async function checkReadModels(folder: string, scratch: string): Promise<number> {
  const reader = openSqliteReader(folder)
  const file = join(scratch, `fresh-${process.hrtime.bigint()}.db`)
  const runner = await openRunner({ file, reader, projections: [instanceProjection({ workflows })] })
  await runner.advance()
  await runner.close()
  reader.close()
  const [live, fresh] = [join(folder, 'read.db'), file].map(dumpOf)
  assert.deepEqual(live, fresh, 'the read models equal a fresh rebuild')
  return live?.length ?? 0
}

/** Rows by what they say, not by the order in which they were written. */
function dumpOf(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true })
  const rows = (sql: string) => database.prepare(sql).all()
  const [row] = rows('SELECT tables FROM projection_build WHERE live = 1')
  const tables = JSON.parse(String(row?.tables)) as string[]
  const ids = new Map(rows('SELECT key, id FROM instances').map(({ key, id }) => [key, id]))
  const dump = tables.flatMap((table) =>
    rows(`SELECT * FROM "${table}"`).map((one) =>
      JSON.stringify({ table, ...one, ...('key' in one ? { key: ids.get(one.key) } : {}) }),
    ),
  )
  database.close()
  return dump.sort()
}

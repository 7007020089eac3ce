// The runner over PostgreSQL, which other processes also use, which goes away and comes back, and
// which no program may empty by mistake.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { openMemoryStore, openSqliteStore } from '@linli/event-store'
import { openDatabase } from '@linli/sql'
import { sql } from 'kysely'
import t from 'tap'
import { givenServer, startPostgres } from '../../../tests/postgres/server.ts'
import { defineProjection, openRunner, READ_SCHEMA } from '../src/index.ts'
import { folderFor, placeAt, tallies, whole } from './read-place.ts'
import { runnerSuite } from './runner-suite.ts'
import { appendMany, tally } from './tally.ts'

const server = await startPostgres()
t.teardown(() => server.stop())

async function openPlace(t: Parameters<typeof placeAt>[0]) {
  const url = await server.freshDatabase()
  const maker = await openDatabase(url, { schema: READ_SCHEMA })
  await maker.destroy()
  return placeAt(t, url)
}

t.test('in PostgreSQL', async (t) => runnerSuite(t, openPlace))

t.test('runners of one database, each with read models of its own', async (t) => {
  const place = await openPlace(t)
  const store = openMemoryStore()
  const options = { file: place.file, reader: store }
  const named = (name: string) => defineProjection({ ...tally(), name })
  const slow = await openRunner({ ...options, projections: [named('slow')] })
  const tables = async () => {}
  const projections = [defineProjection({ ...tally(), tables, name: 'fast', on: () => ({}) })]
  const fast = await openRunner({ ...options, projections })
  await appendMany(store, 30)
  t.equal(await fast.advance(), 30)
  t.equal(slow.position(), 0)
  t.equal(await slow.advance(), 30)
  const again = await openRunner({ ...options, projections })
  t.equal(again.position(), 30)
  for (const runner of [slow, fast, again]) await runner.close()
})

t.test('two that write the same read model lose and double nothing', async (t) => {
  const place = await openPlace(t)
  const store = openMemoryStore()
  const options = { file: place.file, reader: store, batchEvents: 50, projections: [tally()] }
  const both = await Promise.all([openRunner(options), openRunner(options)])
  await appendMany(store, 3_000)
  const faults: unknown[] = []
  const reached = async (runner: (typeof both)[0]) => {
    while (runner.position() < 3_000) await runner.advance().catch((fault) => faults.push(fault))
  }
  await Promise.all(both.map(reached))
  t.same(await tallies(place), whole(3_000))
  t.ok(faults.length > 0)
  t.ok(faults.every((fault) => fault instanceof Error && /another process/.test(fault.message)))
  for (const runner of both) await runner.close()
})

t.test(
  'away and back: the runner goes on where it was',
  { skip: givenServer !== undefined },
  async (t) => {
    const place = await openPlace(t)
    const store = openMemoryStore()
    const options = { file: place.file, reader: store }
    await (await openRunner({ ...options, projections: [tally(1)] })).close()
    const runner = await openRunner({ ...options, projections: [tally(1), tally(2)] })
    await appendMany(store, 1_200)
    await server.away()
    await t.rejects(runner.advance(), { name: 'DatabaseFault', code: 'server-away' })
    await t.rejects(openRunner({ ...options, projections: [] }), { code: 'server-away' })
    await server.back()
    t.equal(await runner.advance(), 1_200)
    t.same(await tallies(place), whole(1_200), 'the build beside the live one was not given up')
    const current = await sql`SELECT version FROM current`.execute(place.db)
    t.same(current.rows, [{ version: 2 }])
    await runner.close()
  },
)

t.test('a killed process goes on from its checkpoint', async (t) => {
  const place = await openPlace(t)
  const { folder } = folderFor(t)
  const store = await openSqliteStore({ folder })
  for (let from = 0; from < 12_000; from += 500) await appendMany(store, 500, from)
  const child = fork(new URL('./runner-child.ts', import.meta.url), [folder, place.file])
  const exited = once(child, 'exit')
  child.on('message', (message) => {
    if (message === 'done' || Number(message) >= 3_000) child.kill('SIGKILL')
  })
  await exited
  const runner = await openRunner({ file: place.file, reader: store, projections: [tally()] })
  t.ok(runner.position() >= 3_000, 'what was done is kept')
  t.equal(await runner.advance(), 12_000)
  t.same(await tallies(place), whole(12_000))
  await runner.close()
  await store.close()
})

t.test('a shorter log, or a newer linli, empties nothing', async (t) => {
  const place = await openPlace(t)
  const store = openMemoryStore()
  await appendMany(store, 100)
  const options = { file: place.file, projections: [tally()] }
  const runner = await openRunner({ ...options, reader: store })
  await runner.advance()
  await runner.close()
  await t.rejects(openRunner({ ...options, reader: openMemoryStore() }), {
    code: 'ahead-of-log',
    message: /LINLI_EVENTS.*DROP SCHEMA linli_read CASCADE/,
  })
  await sql`UPDATE projection_layout SET format = 99`.execute(place.db)
  await t.rejects(openRunner({ ...options, reader: store }), { code: 'newer-linli' })
  t.same(await tallies(place), whole(100))
  await sql`UPDATE projection_layout SET format = 1`.execute(place.db)
  const back = await openRunner({ ...options, reader: store })
  t.equal(back.position(), 100)
  await back.close()
})

t.test('what an older linli left is built again', async (t) => {
  const place = await openPlace(t)
  await sql`CREATE TABLE projection_layout (format integer)`.execute(place.db)
  await sql`INSERT INTO projection_layout VALUES (-1)`.execute(place.db)
  await sql`CREATE TABLE tallies_v1 (something text)`.execute(place.db)
  const store = openMemoryStore()
  await appendMany(store, 10)
  const codes: string[] = []
  const runner = await openRunner({
    file: place.file,
    reader: store,
    projections: [tally()],
    onMessage: (message) => codes.push(message.code),
  })
  await runner.advance()
  t.same(codes, ['read-models-begun-anew'])
  t.same(await tallies(place), whole(10))
  await runner.close()
})

t.test('texts that PostgreSQL cannot hold as they are', async (t) => {
  const place = await openPlace(t)
  const store = openMemoryStore()
  await appendMany(store, 1)
  const texts = ['a\0b', '', 'NULL', '{"x"}', 'back\\slash', '\ud800', '住建局，二号楼', ',']
  const projection = defineProjection({
    name: 'texts',
    version: 1,
    tables: async (db, table) => {
      const name = sql.table(table('texts'))
      await sql`CREATE TABLE ${name} ("n" integer, "text" text)`.execute(db)
    },
    on({ writer }) {
      const write = writer({ table: 'texts', columns: ['n', 'text'] })
      return { a: () => texts.forEach((text, n) => void write([n, text])) }
    },
  })
  const { file } = place
  const runner = await openRunner({ file, reader: store, projections: [projection] })
  await runner.advance()
  const { rows } = await sql<{ text: string }>`SELECT "text" FROM texts ORDER BY "n"`.execute(
    place.db,
  )
  const kept = ['ab', '', 'NULL', '{"x"}', 'back\\slash', '\ufffd', '住建局，二号楼', ',']
  t.same(
    rows.map(({ text }) => text),
    kept,
  )
  await runner.close()
})

// The tables of work: those of an older linli are taken over, those of a newer one are refused;
// and the tests of logins, effects, files and commands once more, with vault and work in
// PostgreSQL.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@linli/sql'
import { openVault } from '@linli/vault'
import { sql } from 'kysely'
import t from 'tap'
import { startPostgres } from '../../../tests/postgres/server.ts'
import {
  checkWorkTables,
  erasePerson,
  followBindings,
  makeWorkTables,
  recoverVault,
  SYSTEM,
  type WorkTables,
} from '../src/index.ts'
import { foundTown, openEngineScene, report, settled, workerOf } from './engine-scene.ts'

const server = await startPostgres()
t.teardown(() => server.stop())
const schema = 'linli_work'

t.test('a work.db from before steps were counted keeps every row', async (t) => {
  const file = join(t.testdir(), 'work.db')
  const old = new DatabaseSync(file)
  old.exec(readFileSync(new URL('./before-steps.sql', import.meta.url), 'utf8'))
  const tables = old.prepare("select name from sqlite_schema where type = 'table'").all()
  const names = tables.map(({ name }) => String(name))
  const rowsOf = (name: string) => old.prepare(`select * from "${name}"`).all()
  const before = names.map(rowsOf)
  t.ok(before.every((rows) => rows.length > 0))
  const work = await openDatabase<WorkTables>(file, { schema })
  await makeWorkTables(work)
  await makeWorkTables(work)
  await checkWorkTables(work)
  t.same(names.map(rowsOf), before)
  old.close()
  await work.destroy()
  t.equal(names.length, 12)
})

t.test('both kinds have the same tables and columns; a newer linli’s are refused', async (t) => {
  const shapes: string[][] = []
  for (const where of [':memory:', await server.freshDatabase()]) {
    const work = await openDatabase<WorkTables>(where, { schema })
    await makeWorkTables(work)
    const found = await work.introspection.getTables()
    const own = found.filter((table) => (table.schema ?? schema) === schema)
    const columns = own.flatMap(({ name, columns }) => columns.map((one) => `${name}.${one.name}`))
    shapes.push(columns.toSorted())
    await sql`insert into migration (number, name, at, linli) values (9, 'later', 0, '9.0.0')`.execute(
      work,
    )
    const newer = { name: 'DatabaseFault', code: 'newer-linli', retry: 'never' }
    await t.rejects(makeWorkTables(work), newer)
    await t.rejects(checkWorkTables(work), newer)
    await work.destroy()
  }
  t.same(shapes[0], shapes[1])
})

t.test('two processes on one log and one vault make one person of one number', async (t) => {
  process.env.LINLI_TEST_TABLES = server.url
  const scene = await openEngineScene()
  delete process.env.LINLI_TEST_TABLES
  const other = await openVault({ db: scene.keys, keyFile: scene.keyFile })
  await recoverVault({ reader: scene.store, vault: other, workflows: scene.engine.workflows })
  const engines = [scene.engine, { ...scene.beside(), vault: other }]
  const town = await foundTown(scene.engine)
  const phone = '13905370055'
  const given = engines.flatMap((engine) => [1, 2, 3].map(() => report(engine, town, { phone })))
  const reporters = (await Promise.all(given)).map(({ event }) => event.data.reporter)
  t.equal(new Set(reporters).size, 1)

  const hash = other.hashPhone(phone) ?? ''
  await scene.keys.deleteFrom('vault_identities').execute()
  const head = await scene.store.head()
  await followBindings(scene.engine, head)
  t.equal(await other.identify(hash), reporters[0], 'written by another, if its process ended')
  t.equal(await other.checkpoint(), head)
  const readAll = () => Promise.reject(new Error('nothing is read again'))
  await followBindings({ ...scene.engine, store: { ...scene.store, readAll } }, head)

  const person = String(reporters[0])
  const erasure = { caller: SYSTEM, key: 'erase' }
  const worker = workerOf(scene)
  await worker.worker.start()
  await settled(scene, worker.worker)
  await worker.worker.stop()
  await erasePerson(scene.engine, person, erasure)
  await other.learnErasures()
  t.ok(other.isErased(person))
  const late = await report({ ...scene.beside(), vault: other }, town, { phone })
  t.not(late.event.data.reporter, person, 'afterwards it is a new person, in each process')
  await other.close()
  await scene.close()
})

for (const name of ['access', 'effect-worker', 'unattached-files', 'execute']) {
  const file = fileURLToPath(new URL(`./${name}.test.ts`, import.meta.url))
  const env = { ...process.env, LINLI_TEST_TABLES: server.url }
  await t.spawn(process.execPath, [file], { env }, `${name} in PostgreSQL`)
}

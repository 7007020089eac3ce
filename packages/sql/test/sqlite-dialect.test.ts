import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Generated, Kysely, sql } from 'kysely'
import t from 'tap'
import { type SqliteOptions, sqliteDialect } from '../src/sqlite-dialect.ts'

type Tables = { person: { id: Generated<number>; name: string; photo: Uint8Array | null } }

const open = (file: string, options?: SqliteOptions) =>
  new Kysely<Tables>({ dialect: sqliteDialect(file, options) })

async function makeTable(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('person')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('photo', 'blob')
    .execute()
}

t.test('a Kysely over node:sqlite', async (t) => {
  const file = join(t.testdir(), 'a.db')
  const db = open(file)
  await makeTable(db)

  const pragma = async (name: string) =>
    Object.values(
      (await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db)).rows[0] ?? {},
    )
  t.same(await pragma('journal_mode'), ['wal'])
  t.same(await pragma('synchronous'), [2], 'FULL')

  const inserted = await db
    .insertInto('person')
    .values({ name: '甲', photo: null })
    .executeTakeFirst()
  t.equal(inserted.insertId, 1n)
  const returned = await db
    .insertInto('person')
    .values({ name: '乙', photo: Buffer.from([1, 2]) })
    .returning('id')
    .executeTakeFirst()
  t.same(returned, { id: 2 })
  const updated = await db
    .updateTable('person')
    .set({ name: '丙' })
    .where('id', '=', 2)
    .executeTakeFirst()
  t.equal(updated.numUpdatedRows, 1n)
  const rows = await db.selectFrom('person').selectAll().orderBy('id').execute()
  t.same(
    rows.map(({ name }) => name),
    ['甲', '丙'],
  )
  t.same(rows[1]?.photo, new Uint8Array([1, 2]))

  const streamed: string[] = []
  const everyone = db.selectFrom('person').select('name').orderBy('id')
  for await (const { name } of everyone.stream()) streamed.push(name)
  t.same(streamed, ['甲', '丙'])

  for await (const { name } of everyone.stream()) {
    t.equal(name, '甲')
    break
  }
  t.equal((await everyone.execute()).length, 2, 'a stream left early holds nothing')

  await t.rejects(db.insertInto('person').values({ name: '甲' }).execute(), /UNIQUE/)
  await t.rejects(
    db.transaction().execute(async (transaction) => {
      await transaction.insertInto('person').values({ name: '丁' }).execute()
      throw new Error('undo')
    }),
    /undo/,
  )
  t.equal((await db.selectFrom('person').selectAll().execute()).length, 2)
  await sql`alter table person add column unit text`.execute(db)
  t.hasProp((await db.selectFrom('person').selectAll().execute())[0] ?? {}, 'unit')
  await db.destroy()

  const reader = open(file, { readOnly: true })
  t.equal((await reader.selectFrom('person').selectAll().execute()).length, 2)
  await t.rejects(reader.insertInto('person').values({ name: '戊' }).execute(), /readonly/)
  await reader.destroy()
})

t.test('transactions at the same time do not mix', async (t) => {
  const db = open(join(t.testdir(), 'a.db'))
  await makeTable(db)
  const writes = Array.from({ length: 20 }, (_, number) =>
    db
      .transaction()
      .execute(async (transaction) => {
        await transaction
          .insertInto('person')
          .values({ name: `${number} a` })
          .execute()
        await new Promise((turn) => setImmediate(turn))
        if (number % 2 === 1) throw new Error('undo')
        await transaction
          .insertInto('person')
          .values({ name: `${number} b` })
          .execute()
      })
      .catch(() => undefined),
  )
  await Promise.all(writes)
  t.equal((await db.selectFrom('person').selectAll().execute()).length, 20)
  await db.destroy()
})

t.test('pragmas, and files that cannot be opened', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'a.db')
  const db = open(file, {
    pragmas: { secure_delete: 'on', synchronous: 'NORMAL', cache_size: -900 },
  })
  const value = async (name: string) => (await sql`pragma ${sql.raw(name)}`.execute(db)).rows
  t.match(await value('secure_delete'), [{ secure_delete: 1 }])
  t.match(await value('synchronous'), [{ synchronous: 1 }])
  t.match(await value('cache_size'), [{ cache_size: -900 }])
  await db.destroy()

  const injected = open(file, { pragmas: { 'x; drop table person': 1 } })
  await t.rejects(sql`select 1`.execute(injected), /Not a pragma/)
  writeFileSync(join(folder, 'b.db'), 'this is no database '.repeat(500))
  await t.rejects(sql`select 1`.execute(open(join(folder, 'b.db'))), /not a database/)
  await t.rejects(sql`select 1`.execute(open(join(folder, 'none', 'c.db'))), /unable to open/)
})

t.test('another file is attached when the connection begins', async (t) => {
  const folder = t.testdir()
  const other = open(join(folder, 'b.db'))
  await makeTable(other)
  await other.insertInto('person').values({ name: '甲' }).execute()
  const own = open(join(folder, 'a.db'))
  await sql`create table place (id integer)`.execute(own)
  const reader = open(join(folder, 'a.db'), {
    readOnly: true,
    begin: `attach '${join(folder, 'b.db')}' as other; create temp view all_places as select * from place`,
  })
  t.match(await reader.selectFrom('person').select('name').execute(), [{ name: '甲' }])
  t.same((await sql`select * from all_places`.execute(reader)).rows, [])
  await t.rejects(reader.insertInto('person').values({ name: '乙' }).execute(), /readonly/)
  for (const one of [other, own, reader]) await one.destroy()
})

// What a move takes of vault and work: every table there is, every row, every position.
import { makeWorkTables, type WorkTables } from '@linli/engine'
import { openDatabase } from '@linli/sql'
import { keyFileOf, openVault, type VaultTables } from '@linli/vault'
import { type Kysely, sql } from 'kysely'
import t from 'tap'
import {
  copyTables,
  translateVault,
  translateWork,
  VAULT_KEYS,
  WORK_KEYS,
} from '../src/move-tables.ts'

const keyFile = keyFileOf(Buffer.alloc(32, 7))
const tenfold = async (position: number) => position * 10

async function openBoth(folder: string) {
  const vault = await openDatabase<VaultTables>(`${folder}/vault.db`, { schema: 'linli_vault' })
  const work = await openDatabase<WorkTables>(`${folder}/work.db`, { schema: 'linli_work' })
  await (await openVault({ db: vault, keyFile })).close()
  await makeWorkTables(work)
  t.teardown(() => Promise.all([vault.destroy(), work.destroy()]))
  return { vault, work }
}

/** Tables with data; bookkeeping of the schema itself is made anew in each place. */
async function tablesOf<Tables>(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from sqlite_schema
    where type = 'table' and name not like 'sqlite_%' and name not like '%migration%'
    order by name`.execute(db)
  return rows.map(({ name }) => name)
}

t.test('no table of vault or work is left behind', async (t) => {
  const { vault, work } = await openBoth(t.testdir())
  t.same(await tablesOf(vault), Object.keys(VAULT_KEYS).sort())
  t.same(await tablesOf(work), Object.keys(WORK_KEYS).sort())
})

t.test('rows are copied over what is there, and again', async (t) => {
  const folders = t.testdir({ from: {}, to: {} })
  const [from, to] = [await openBoth(`${folders}/from`), await openBoth(`${folders}/to`)]
  const read = Array.from({ length: 1_200 }, (_, n) => ({
    ...{ person: `person-${n % 7}`, notice: `notice-${n}`, at: n },
  }))
  for (let at = 0; at < read.length; at += 400) {
    await from.work
      .insertInto('notice_read')
      .values(read.slice(at, at + 400))
      .execute()
  }
  const key = { number: 1, id: 'k', wrapped: Buffer.from([0, 255, 1]) }
  await from.vault.insertInto('vault_keys').values(key).execute()
  await to.work.insertInto('link_round').values({ instance: 'stale', round: 1 }).execute()
  for (let round = 0; round < 2; round += 1) {
    t.ok((await copyTables(from.work, to.work, WORK_KEYS)) >= 1_200)
    await copyTables(from.vault, to.vault, VAULT_KEYS)
  }
  const all = (work: Kysely<WorkTables>) =>
    work.selectFrom('notice_read').selectAll().orderBy('at').execute()
  t.same(await all(to.work), await all(from.work))
  t.same(await to.work.selectFrom('link_round').selectAll().execute(), [])
  const copied = await to.vault.selectFrom('vault_keys').selectAll().executeTakeFirstOrThrow()
  t.same({ ...copied, wrapped: Buffer.from(copied.wrapped) }, key)
})

t.test('every position is translated, once', async (t) => {
  const { vault, work } = await openBoth(t.testdir())
  await vault
    .insertInto('vault_marks')
    .values(['checkpoint', 'reconciled', 'tombstones'].map((name) => ({ name, value: '3' })))
    .execute()
  await work.insertInto('progress').values({ slot: 0, position: 4 }).execute()
  const waits = { stream: 'a', ordinal: 0, tries: 0, nextAt: 9, parked: 0, error: '' }
  await work
    .insertInto('waiting_effect')
    .values({ id: 'a:0:0', position: 2, ...waits })
    .execute()
  let isDone = false
  for (let round = 0; round < 2; round += 1) {
    await translateVault(vault, 'esdb://there', tenfold)
    await translateWork(work, tenfold, {
      isDone: async () => isDone,
      done: async () => {
        isDone = true
      },
    })
  }
  const rows = await vault.selectFrom('vault_marks').selectAll().execute()
  const marks = Object.fromEntries(rows.map(({ name, value }) => [name, value]))
  t.match(marks, { checkpoint: '30', reconciled: '30', tombstones: '3', 'key-file': keyFile.id })
  t.match(await work.selectFrom('progress').selectAll().execute(), [{ slot: 0, position: 40 }])
  t.match(await work.selectFrom('waiting_effect').selectAll().execute(), [{ position: 20 }])
  await translateVault(vault, 'sqlite:/back', tenfold)
  const [mark] = await vault
    .selectFrom('vault_marks')
    .select('value')
    .where('name', '=', 'checkpoint')
    .execute()
  t.equal(mark?.value, '300', 'and again for the next log')
})

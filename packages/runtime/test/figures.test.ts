// What one look at the figures costs, however many of them are told from the same.
import { makeWorkTables, type WorkTables } from '@linli/engine'
import { openMemoryStore } from '@linli/event-store'
import { sqliteDialect } from '@linli/sql'
import { Kysely } from 'kysely'
import t from 'tap'
import { askCommunity } from '../src/community-figures.ts'
import { Figures } from '../src/figures.ts'

t.test('one look asks the log and the waiting effects once', async (t) => {
  const asked: string[] = []
  const work = new Kysely<WorkTables>({
    dialect: sqliteDialect(':memory:'),
    log: ({ query }) => void asked.push(query.sql),
  })
  t.teardown(() => work.destroy())
  await makeWorkTables(work)
  const log = openMemoryStore()
  let heads = 0
  const store = {
    ...log,
    append: log.append.bind(log),
    read: log.read.bind(log),
    readAll: log.readAll.bind(log),
    subscribe: log.subscribe.bind(log),
    close: log.close.bind(log),
    head: () => {
      heads += 1
      return log.head()
    },
  }
  await store.append('a', -1, [{ id: crypto.randomUUID(), type: 'a', text: '{}' }])
  const figures = new Figures()
  const read = {
    db: new Kysely<unknown>({ dialect: sqliteDialect(':memory:') }),
    position: () => 0,
  }
  t.teardown(() => read.db.destroy())
  askCommunity({ figures, read, effects: { position: 0 }, work, engine: { store, now: Date.now } })
  asked.length = 0
  const { text } = await figures.read()
  for (const line of [
    'linli_log_position 1',
    'linli_store_up 1',
    'linli_read_lag_events 1',
    'linli_effects_waiting 0',
    'linli_effects_parked 0',
  ]) {
    t.match(text, new RegExp(`^${line}$`, 'm'))
  }
  t.notMatch(text, /^linli_clocks_due /m, 'what cannot be had is left out')
  t.equal(heads, 1)
  t.equal(asked.filter((one) => one.includes('waiting_effect')).length, 1)
  await store.append('a', 0, [{ id: crypto.randomUUID(), type: 'a', text: '{}' }])
  t.match((await figures.read()).text, /^linli_log_position 2$/m, 'and another look anew')
  t.equal(heads, 2)
})

// What the runner does over any database of read models.
import { type EventReader, openMemoryStore } from '@linli/event-store'
import { sql } from 'kysely'
import type { Test } from 'tap'
import { defineProjection, openRunner, type RunnerMessage } from '../src/index.ts'
import { type OpenPlace, tableNames, tallies, whole } from './read-place.ts'
import { appendMany, tally } from './tally.ts'

/** The whole suite. */
export function runnerSuite(t: Test, openPlace: OpenPlace): void {
  following(t, openPlace)
  versions(t, openPlace)
  failing(t, openPlace)
  growing(t, openPlace)
}

function following(t: Test, openPlace: OpenPlace): void {
  t.test('a read model follows the log, and is read by its plain name', async (t) => {
    const { file, db } = await openPlace(t)
    const store = openMemoryStore()
    const runner = await openRunner({ file, reader: store, projections: [tally()] })
    await appendMany(store, 2_500)
    t.equal(await runner.advance(), 2_500)
    t.equal(runner.position('tally'), 2_500)
    const { rows } = await sql`SELECT * FROM tallies ORDER BY "type"`.execute(db)
    t.match(rows, [{ type: 'a', count: 834 }, { count: 833 }, { count: 833 }])
    const current = await sql`SELECT * FROM current`.execute(db)
    t.same(current.rows, [{ name: 'tally', version: 1, build: 1, position: 2_500 }])
    await runner.close()
    await t.rejects(runner.advance(), { code: 'closed' })
  })

  t.test('what is written twice in one batch counts as in two', async (t) => {
    const place = await openPlace(t)
    const store = openMemoryStore()
    await appendMany(store, 40)
    for (const batchEvents of [1, 7, 40]) {
      const runner = await openRunner({
        file: place.file,
        reader: store,
        batchEvents,
        projections: [marks()],
      })
      await runner.rebuild()
      const { rows } = await sql`SELECT * FROM marks ORDER BY "type"`.execute(place.db)
      t.same(rows, [
        { type: 'a', first: 1, last: 40, count: 14, text: 'a\'"\\{},NULL' },
        { type: 'c', first: 30, last: 39, count: 4, text: 'c\'"\\{},NULL' },
      ])
      await runner.close()
    }
  })
}

/** Rows that are begun, changed, counted, left alone, and deleted in the middle. */
const marks = () =>
  defineProjection({
    name: 'marks',
    version: 1,
    tables: async (db, table) => {
      await sql`CREATE TABLE ${sql.table(table('marks'))} ("type" text PRIMARY KEY, "first" integer,
        "last" integer, "count" integer, "text" text)`.execute(db)
    },
    on({ writer, remover }) {
      const columns = ['type', 'first', 'last', 'count', 'text']
      const onConflict = { key: ['type'], update: ['last'], add: ['count'] }
      const mark = writer({ table: 'marks', columns, onConflict })
      const leave = writer({ table: 'marks', columns, onConflict: 'ignore' })
      const remove = remover('marks', 'type')
      return {
        '*': ({ type, position }) => {
          mark([type, position, position, 1, `${type}'"\\{},NULL`])
          leave([type, 0, 0, 0, null])
          if (position === 28) remove('c')
          if (position === 38) remove('b')
        },
      }
    },
  })

function versions(t: Test, openPlace: OpenPlace): void {
  t.test('a new version grows beside the old one while events arrive', async (t) => {
    const place = await openPlace(t)
    const store = openMemoryStore()
    const options = { file: place.file, reader: store }
    const old = await openRunner({ ...options, projections: [tally(1)] })
    await appendMany(store, 3_000)
    await old.advance()
    await old.close()
    const seen: number[] = []
    let arrived = 3_000
    const watched: EventReader = {
      read: (stream, how) => store.read(stream, how),
      head: () => store.head(),
      async readAll(how) {
        seen.push((await tallies(place)).count)
        if (arrived < 3_020) await appendMany(store, 5, arrived)
        arrived = await store.head()
        return store.readAll(how)
      },
    }
    const projections = [tally(1), tally(2, 10)]
    const runner = await openRunner({ ...options, reader: watched, projections })
    t.same(await tableNames(place), ['tallies_v1', 'tallies_v2'])
    t.equal(runner.position('tally'), 3_000)
    await runner.advance()
    await runner.advance()
    const beside = seen.filter((count) => count < 30_000)
    t.ok(beside.length >= 3, 'the old version answered while the new one grew')
    t.ok(beside.every((count) => count >= 3_000))
    t.match(await tallies(place), { count: arrived * 10 })
    t.same(await tableNames(place), ['tallies_v2'])
    await runner.close()
    const back = await openRunner({ ...options, projections: [tally(2, 10)] })
    t.equal(back.position(), arrived)
    await back.close()
  })

  t.test('without its code the old version serves until the new one takes over', async (t) => {
    const place = await openPlace(t)
    const store = openMemoryStore()
    const options = { file: place.file, reader: store }
    const old = await openRunner({ ...options, projections: [tally(1)] })
    await appendMany(store, 10)
    await old.advance()
    await old.close()
    const runner = await openRunner({ ...options, projections: [tally(2, 10)] })
    t.match(await tallies(place), { count: 10 })
    await runner.advance()
    t.match(await tallies(place), { count: 100 })
    await runner.close()
  })

  t.test('a rebuild is made beside what is live', async (t) => {
    const place = await openPlace(t)
    const store = openMemoryStore()
    const runner = await openRunner({ file: place.file, reader: store, projections: [tally()] })
    await appendMany(store, 1_200)
    await runner.advance()
    await sql`UPDATE tallies_v1 SET "count" = 0`.execute(place.db)
    await runner.rebuild('tally')
    t.same(await tallies(place), whole(1_200))
    t.same(await tableNames(place), ['tallies_v1_2'])
    await t.rejects(runner.rebuild('no-such'), { code: 'projection-unknown' })
    await runner.close()
  })
}

function failing(t: Test, openPlace: OpenPlace): void {
  t.test('a batch that fails leaves nothing of itself, and is tried again', async (t) => {
    const place = await openPlace(t)
    const store = openMemoryStore()
    await appendMany(store, 1_500)
    let isFailing = true
    const fragile = defineProjection({
      ...tally(),
      begin(host) {
        const inner = tally().begin(host)
        return {
          take(event) {
            inner.take(event)
            if (isFailing && event.position === 1_200) throw new Error('broken')
          },
        }
      },
    })
    const runner = await openRunner({ file: place.file, reader: store, projections: [fragile] })
    await t.rejects(runner.advance(), { code: 'projection-failed', cause: { message: 'broken' } })
    t.same(await tallies(place), whole(1_000))
    isFailing = false
    t.equal(await runner.advance(), 1_500)
    t.same(await tallies(place), whole(1_500))
    await runner.close()
  })

  t.test('a build that fails beside the live one says so and stops nobody', async (t) => {
    const place = await openPlace(t)
    const store = openMemoryStore()
    await appendMany(store, 10)
    const broken = defineProjection({
      name: 'tally',
      version: 2,
      tables: tally(2).tables,
      on: () => ({
        a: () => {
          throw new Error('broken')
        },
      }),
    })
    const messages: RunnerMessage[] = []
    const onMessage = (one: RunnerMessage) => messages.push(one)
    const options = { file: place.file, reader: store, onMessage }
    const first = await openRunner({ ...options, projections: [tally(1)] })
    await first.close()
    const runner = await openRunner({ ...options, projections: [tally(1), broken] })
    t.equal(await runner.advance(), 10)
    t.same(await tallies(place), whole(10))
    t.match(messages, [{ code: 'build-failed', projection: 'tally', version: 2 }])
    await runner.close()
  })
}

function growing(t: Test, openPlace: OpenPlace): void {
  for (const fails of ['in its code', 'in the database'] as const) {
    t.test(`of builds that grow together, one that fails ${fails} leaves the others whole`, (t) =>
      growsBeside(t, openPlace, fails),
    )
  }
}

async function growsBeside(t: Test, openPlace: OpenPlace, fails: Fails): Promise<void> {
  const place = await openPlace(t)
  const store = openMemoryStore()
  await appendMany(store, 700)
  const messages: RunnerMessage[] = []
  const onMessage = (one: RunnerMessage) => messages.push(one)
  const options = { file: place.file, reader: store, batchEvents: 100, onMessage }
  const first = await openRunner({ ...options, projections: [other(1), tally(1)] })
  await first.advance()
  await first.close()
  const projections = [other(1), other(2, fails), tally(1), tally(2)]
  const runner = await openRunner({ ...options, projections })
  t.equal(await runner.advance(), 700)
  t.match(messages, [
    { code: 'build-failed', projection: 'other', cause: { message: /broken|null/i } },
  ])
  t.same(await tallies(place), whole(700))
  t.same(await tableNames(place), ['tallies_v2'])
  const counts = await sql`SELECT (SELECT count(*) FROM others) AS "live",
    (SELECT count(*) FROM others_v2) AS "failed"`.execute(place.db)
  t.same(counts.rows, [{ live: 700, failed: 300 }], 'what failed keeps its last whole batch')
  await runner.close()
}

type Fails = 'in its code' | 'in the database'

const other = (version: number, fails?: Fails) =>
  defineProjection({
    name: 'other',
    version,
    tables: async (db, table) => {
      await db.schema
        .createTable(table('others'))
        .addColumn('n', 'integer', (n) => n.notNull())
        .execute()
    },
    on: ({ writer }) => {
      const write = writer({ table: 'others', columns: ['n'] })
      return {
        '*': ({ position }) => {
          const breaks = position === 333 ? fails : undefined
          write([breaks === 'in the database' ? null : position])
          if (breaks === 'in its code') throw new Error('broken')
        },
      }
    },
  })

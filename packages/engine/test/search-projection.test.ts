// Words of cases, and late entries, over both databases: found while they may be, and gone with
// the person, from the pages of the disk too.
import { openMemoryStore } from '@linli/event-store'
import { openRunner } from '@linli/projections'
import { kindOf } from '@linli/sql'
import { type Kysely, sql } from 'kysely'
import t, { type Test } from 'tap'
import { instanceProjection } from '../src/instance-projection.ts'
import { lateEntries, lateEntryProjection } from '../src/late-entries.ts'
import { searchInstances, searchProjection } from '../src/search-projection.ts'
import { append, HOUR, stepped, streamOf, T0, workflows } from './instance-history.ts'
import { ALL, give } from './instance-scene.ts'
import { readKinds } from './read-databases.ts'

const secret = Buffer.from('a secret of the test')

type Scene = Awaited<ReturnType<typeof openScene>>

/** A read model whose sealed values are their own texts, until their subject is erased. */
async function openScene(t: Test, kind: (typeof readKinds)[number]) {
  const place = await kind.openPlace()
  const store = openMemoryStore()
  const erased = new Set<string>()
  const projections = [
    instanceProjection({ workflows }),
    searchProjection(secret),
    lateEntryProjection(),
  ]
  const open = (value: unknown) => {
    const { $sealed, subject } = value as { $sealed: string; subject: string }
    return erased.has(subject) ? undefined : $sealed
  }
  const runner = await openRunner({ file: place.file, reader: store, projections, open })
  const db = await place.openQueries()
  t.teardown(async () => {
    await db.destroy()
    await runner.close()
    await place.remove()
  })
  const found = (text: string) => searchInstances(db, secret, text)
  const report = (n: number, subject: string, text: string) =>
    give({ store }, undefined, {
      name: 'report',
      at: T0 + n * HOUR,
      data: { degrees: 15, text: { $sealed: text, subject }, place: 'p' },
      stream: streamOf(n),
    })
  const erase = async (person: string) => {
    erased.add(person)
    const [at, by] = [new Date(T0).toISOString(), { role: 'system' }]
    const text = JSON.stringify({ type: 'person.erased', at, recordedAt: at, by, data: {} })
    await store.append(person, -1, [{ id: `${person}-0`, type: 'person.erased', text }])
  }
  return { store, runner, db, found, report, erase }
}

function onBoth(name: string, body: (t: Test, scene: Scene) => Promise<void>): void {
  for (const kind of readKinds) {
    t.test(`${name} (${kind.kind})`, async (t) => body(t, await openScene(t, kind)))
  }
}

onBoth('cases are found by all words of one text, the newest first', async (t, scene) => {
  const { runner, report, found } = scene
  await report(1, 'person-1', '三单元502室暖气不热')
  await report(2, 'person-2', '暖气漏水 boiler 3')
  await report(3, 'person-1', '楼道灯坏了')
  await runner.advance()
  t.same(await found('暖气'), [streamOf(2), streamOf(1)])
  t.same(await found('暖气 502'), [streamOf(1)])
  t.same(await found('BOILER'), [streamOf(2)])
  t.same(await found('漏水不热'), [])
  t.same(await found('，。'), [])
  await runner.rebuild('search')
  t.same(await found('暖气'), [streamOf(2), streamOf(1)])
})

onBoth(
  'an erased person’s words are gone, also in the batch that brings them',
  async (t, scene) => {
    const { runner, report, erase, found, db } = scene
    await report(1, 'person-1', '三单元暖气不热')
    await report(2, 'person-2', '暖气漏水')
    await runner.advance()
    await report(3, 'person-1', '暖气又坏了')
    await erase('person-1')
    await report(4, 'person-2', '暖气修好了')
    await runner.advance()
    t.same(await found('暖气'), [streamOf(4), streamOf(2)])
    t.same(await subjects(db), ['person-2', 'person-2'])
    await report(5, 'person-3', '楼道灯坏了')
    await runner.advance()
    t.same(await found('楼道'), [streamOf(5)])
    if (kindOf(db) !== 'postgres') return
    const { rows } = await sql<{ dead: number; vacuums: number }>`
    SELECT n_dead_tup AS dead, vacuum_count AS vacuums FROM pg_stat_user_tables
    WHERE relname = 'search_document_v1'`.execute(db)
    t.match(rows, [{ vacuums: 1 }], 'nothing of them stays in the pages')
    await runner.rebuild()
    t.same(await found('暖气'), [streamOf(4), streamOf(2)])
  },
)

async function subjects(db: Kysely<unknown>): Promise<string[]> {
  const { rows } = await sql<{ subject: string }>`SELECT subject FROM search_document`.execute(db)
  return rows.map((row) => row.subject)
}

onBoth('late entries, the newest recorded first', async (t, { store, runner, db }) => {
  for (const [n, late] of [0, 4 * 60_000, 6 * 60_000, 2 * HOUR].entries()) {
    const at = T0 + n * HOUR
    const data = { degrees: 15, text: { $sealed: 'x', subject: 'person-1' }, place: 'p' }
    const made = stepped(streamOf(n), undefined, { name: 'report', at, data, now: at + late })
    if (made === undefined) throw new Error('the report was refused')
    await append(store, made.event)
  }
  await runner.advance()
  const late = await lateEntries(db, { scope: ALL })
  t.same(
    late.map(({ instance, at, recordedAt }) => [instance, recordedAt - at]),
    [
      [streamOf(3), 2 * HOUR],
      [streamOf(2), 6 * 60_000],
    ],
  )
  t.same((await lateEntries(db, { scope: ALL, before: 4 })).length, 1)
  t.same(await lateEntries(db, { scope: ALL, workflow: 'other' }), [])
  t.same(await lateEntries(db, { scope: [] }), [])
  const from = { scope: ALL, from: T0 + 3 * HOUR }
  t.equal((await lateEntries(db, from)).length, 1)
  t.same(await lateEntries(db, { ...from, to: T0 + 4 * HOUR }), [])
})

// A projection for tests: how many events of each type, and the sum of their positions, so that
// an event left out or applied twice shows.
import { DatabaseSync } from 'node:sqlite'
import type { EventStore } from '@linli/event-store'
import { defineProjection, type Projection } from '../src/index.ts'

export const tally = (version = 1, weight = 1): Projection =>
  defineProjection({
    name: 'tally',
    version,
    tables: async (db, table) => {
      await db.schema
        .createTable(table('tallies'))
        .addColumn('type', 'text', (column) => column.primaryKey())
        .addColumn('count', 'integer', (column) => column.notNull())
        .addColumn('sum', 'integer', (column) => column.notNull())
        .execute()
    },
    on: {
      '*': (event, { run, table }) =>
        run(
          `INSERT INTO ${table('tallies')} VALUES (?, ?, ?) ON CONFLICT DO UPDATE
           SET count = count + excluded.count, sum = sum + excluded.sum`,
          event.type,
          weight,
          event.position,
        ),
    },
  })

/** Appends events of the types a, b, c in turn, a few to each stream. */
export async function appendMany(store: EventStore, count: number, from = 0): Promise<number> {
  let position = 0
  for (let n = from; n < from + count; n += 5) {
    const events = Array.from({ length: Math.min(5, from + count - n) }, (_, k) => ({
      id: `event-${n + k}`,
      type: ['a', 'b', 'c'][(n + k) % 3] ?? 'a',
      text: JSON.stringify({ n: n + k }),
    }))
    const answer = await store.append(`stream-${n}`, -1, events)
    if (answer.ok) position = answer.position
  }
  return position
}

/** What the read model says. */
export function tallies(file: string): { count: number; sum: number } {
  const database = new DatabaseSync(file, { readOnly: true })
  const row = database.prepare('SELECT sum(count) AS count, sum(sum) AS sum FROM tallies').get()
  database.close()
  return { count: Number(row?.count ?? 0), sum: Number(row?.sum ?? 0) }
}

/** The tables of the file, to see which builds there are. */
export function tableNames(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true })
  const rows = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'tallies%'`)
    .all()
  database.close()
  return rows.map((row) => String(row.name)).sort()
}

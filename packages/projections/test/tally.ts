// A projection for tests: how many events of each type, and the sum of their positions, so that
// an event left out or applied twice shows.
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
    on: ({ writer }) => {
      const add = writer({
        table: 'tallies',
        columns: ['type', 'count', 'sum'],
        onConflict: { key: ['type'], add: ['count', 'sum'] },
      })
      return { '*': (event) => add([event.type, weight, event.position]) }
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

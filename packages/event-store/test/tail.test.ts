import fc from 'fast-check'
import t from 'tap'
import { type Filter, openMemoryStore } from '../src/index.ts'
import { Tail } from '../src/tail.ts'

t.test('what the tail knows it pages as the log does, and says when it does not know', async () => {
  const append = fc.record({
    stream: fc.constantFrom('a-1', 'a-2', 'b-1'),
    count: fc.integer({ min: 1, max: 4 }),
    again: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(append, { maxLength: 40, size: 'max' }),
      fc.record({ after: fc.nat({ max: 100 }), limit: fc.integer({ min: 1, max: 9 }) }),
      fc.constantFrom<Filter>({}, { streamPrefix: 'a-' }, { types: ['even'] }),
      async (appends, { after, limit }, filter) => {
        const store = openMemoryStore()
        const tail = new Tail(10)
        for (const { stream, count, again } of appends) {
          const revision = (await store.read(stream)).length
          const events = Array.from({ length: count }, (_, index) => ({
            id: `${stream}-${revision + index}`,
            type: (revision + index) % 2 === 0 ? 'even' : 'odd',
            text: '{}',
          }))
          const answer = await store.append(stream, revision - 1, events)
          if (!answer.ok) throw new Error('nobody else appends')
          tail.add({ stream, events, last: answer })
          if (again) tail.add({ stream, events, last: answer })
        }
        const head = await store.head()
        const page = tail.page(after, limit, filter)
        if (page === undefined) return after < head - 10
        const wanted = await store.readAll({ after, limit, filter })
        return JSON.stringify(page) === JSON.stringify(wanted)
      },
    ),
    { numRuns: 500 },
  )
})

t.test('events that came past the tail are read from the disk', async (t) => {
  const tail = new Tail(10)
  const last = { position: 1, revision: 0 }
  tail.add({ stream: 'a', events: [{ id: 'a', type: 'a', text: '{}' }], last })
  tail.endsAt(3)
  t.equal(tail.page(0, 10), undefined)
  t.same(tail.page(3, 10), { events: [], through: 3 })
})

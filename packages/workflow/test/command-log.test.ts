// What a stream of any length rests on: the log of its commands, and how instants are read.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { bodyAt, type CommandLog, idsOf, logged, revisionOf } from '../src/command-log.ts'
import { instantOf, iso } from '../src/instant.ts'

t.test('a log of commands goes on from any of its states, and each sees its own past', (t) => {
  const moves = fc.array(fc.record({ from: fc.nat(), id: fc.nat({ max: 150 }) }), {
    maxLength: 150,
  })
  fc.assert(
    fc.property(moves, fc.boolean(), (moves, often) => {
      const states: { log: CommandLog; ids: string[] }[] = []
      for (const { from, id } of [{ from: 0, id: 0 }, ...moves]) {
        // Mostly on from the newest, as a stream grows; long ones are looked up otherwise.
        const last = often && from % 8 !== 0 ? states.length - 1 : from % Math.max(1, states.length)
        const before = states[last]
        const log = logged(before?.log, `command-${id}`, `body-${states.length}`)
        states.push({ log, ids: [...(before?.ids ?? []), `command-${id}`] })
      }
      for (const { log, ids } of states) {
        assert.deepEqual(idsOf(log), ids)
        for (const id of [...ids, 'none']) {
          const first = ids.indexOf(id)
          assert.equal(revisionOf(log, id), first < 0 ? undefined : first)
          assert.equal(log.includes(id), first >= 0)
        }
      }
      states.forEach(({ log }, n) => {
        assert.equal(bodyAt(log, log.past), `body-${n}`)
      })
    }),
    { numRuns: 100 },
  )
  t.end()
})

t.test('an instant is read as Date.parse reads it, whatever stands there', (t) => {
  const instants = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })
  fc.assert(
    fc.property(instants, fc.nat({ max: 23 }), fc.string({ unit: 'grapheme' }), (at, n, text) => {
      const stored = new Date(at).toISOString()
      assert.equal(instantOf(stored), at)
      assert.equal(iso(at), stored)
      const odd = `${stored.slice(0, n)}${text.slice(0, 1)}${stored.slice(n + 1)}`
      assert.ok(Object.is(instantOf(odd), Date.parse(odd)), odd)
    }),
    { numRuns: 2_000 },
  )
  for (const text of ['', '2026-02-30T00:00:00.000Z', '2026-11-16T24:00:00.000Z', 'x'.repeat(24)]) {
    t.ok(Object.is(instantOf(text), Date.parse(text)), text)
  }
  t.end()
})

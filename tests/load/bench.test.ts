// The bench in so small a form that its figures mean nothing: rows are made, and every command that
// was answered is in the log (each row counts them and throws when one is missing).
import t from 'tap'
import { GROUPS, type Group, measure } from './bench.ts'
import { tableOf } from './row.ts'
import { sizesOf } from './sizes.ts'

/** They begin the most processes, go the same ways as the others, or install something. */
const LEFT_OUT: ReadonlySet<Group> = new Set(['slow', 'start', 'city', 'peers'])

const TINY = { ...sizesOf(0), connections: 4, longEvents: 500, appends: 100, startEvents: 300 }

t.test('rows are measured beside their baselines, and nothing is lost', async (t) => {
  const groups = (Object.keys(GROUPS) as Group[]).filter((group) => !LEFT_OUT.has(group))
  const bench = { sizes: TINY, log: () => {}, execArgv: [], peers: false }
  const rows = await measure(groups, bench)
  for (const { name, figure, baseline, ratio, counts } of rows) {
    t.ok(figure > 0 && Number.isFinite(figure), `${name}: ${figure}`)
    t.ok(baseline.figure > 0 && Number.isFinite(ratio), `${name}: beside ${baseline.name}`)
    t.equal(counts?.lost ?? 0, 0, name)
  }
  const table = tableOf(rows).split('\n')
  t.equal(table.length, rows.length + 1)
  t.match(table[0], /what +figure +unit/)
})

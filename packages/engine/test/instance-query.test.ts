import type { Instance } from '@linli/workflow'
import t, { type Test } from 'tap'
import { caseNumber, numberOf, readNumber } from '../src/case-number.ts'
import { dueBefore, nextClockAt } from '../src/clock-query.ts'
import { durations } from '../src/duration-query.ts'
import { flows } from '../src/flow-query.ts'
import type { InstanceFilter } from '../src/instance-filter.ts'
import {
  countInstances,
  findInstance,
  type InstanceRow,
  listInstances,
  readCursor,
  type Sort,
  totalInstances,
} from '../src/instance-query.ts'
import { spanOf } from '../src/interval-span.ts'
import type { Scope } from '../src/permission.ts'
import { rates } from '../src/rate-query.ts'
import { HOUR, type Line, ORDINARY, streamOf, T0 } from './instance-history.ts'
import { ALL, give, openScene, type Scene } from './instance-scene.ts'
import { openPlaceBeside, readKinds } from './read-databases.ts'

/** Cases 1 to n: case k begins k hours after T0 and is taken through k % 9 of its commands. */
async function cases(scene: Scene, n: number): Promise<void> {
  for (let k = 1; k <= n; k += 1) {
    let instance: Instance | undefined
    for (const line of ORDINARY.slice(0, Math.max(1, k % 9))) {
      const data = line.name === 'report' ? { ...line.data, degrees: 12 + (k % 5) } : line.data
      const moved = { ...line, at: line.at + k * HOUR, ...(data === undefined ? {} : { data }) }
      instance = await give(scene, instance, { ...moved, stream: streamOf(k) })
    }
  }
  await scene.runner.advance()
}

type Asked = Scene & { list: (filter: InstanceFilter, scope?: Scope) => Promise<InstanceRow[]> }
type Body = (test: Test, scene: Asked, openBeside: () => Promise<Scene>) => Promise<void>

const asked = new Map<string, Asked>()
for (const { kind, openPlace } of readKinds) {
  const scene = await openScene(await openPlace())
  await cases(scene, 27)
  const list = async (filter: InstanceFilter, scope: Scope = ALL) =>
    (await listInstances(scene.db, { scope, filter, limit: 500 })).rows
  asked.set(kind, { ...scene, list })
}
t.teardown(() => Promise.all([...asked.values()].map((scene) => scene.close())))

function onBoth(name: string, body: Body): void {
  for (const { kind } of readKinds) {
    t.test(`${name} (${kind})`, async (test) => {
      const scene = asked.get(kind)
      if (scene === undefined) throw new Error(`no ${kind}`)
      const openBeside = async () => {
        const beside = await openScene(await openPlaceBeside(kind))
        test.teardown(beside.close)
        return beside
      }
      await body(test, scene, openBeside)
    })
  }
}

onBoth('pages neither skip nor double, in every order', async (t, { db }) => {
  const sorts: Sort[] = ['dueAt', 'startedAt', 'enteredAt', 'number']
  for (const sort of sorts) {
    for (const descending of [false, true]) {
      const seen: InstanceRow[] = []
      let text: string | undefined
      do {
        const cursor = text === undefined ? undefined : readCursor(text)
        const page = await listInstances(db, {
          scope: ALL,
          sort,
          descending,
          limit: 4,
          ...(cursor === undefined ? {} : { cursor }),
        })
        seen.push(...page.rows)
        text = page.next
      } while (text !== undefined && seen.length < 100)
      t.equal(new Set(seen.map((row) => row.id)).size, 27, sort)
      t.equal(seen.length, 27)
      const values = seen.map((row) => sortValue(row, sort))
      const sorted = values.toSorted((a, b) => (a < b ? -1 : 1))
      t.same(values, descending ? sorted.reverse() : sorted, sort)
    }
  }
  t.equal(readCursor('1.2; DROP TABLE'), undefined)
})

onBoth('a page stays as it was while cases begin and change', async (t, { db, store, runner }) => {
  const first = await listInstances(db, { scope: ALL, sort: 'number', limit: 10 })
  await give({ store }, undefined, { ...first0(), at: T0 + 99 * HOUR, stream: streamOf(99) })
  await runner.advance()
  const cursor = readCursor(first.next ?? '')
  t.ok(cursor)
  const second = await listInstances(db, {
    scope: ALL,
    sort: 'number',
    limit: 10,
    ...(cursor === undefined ? {} : { cursor }),
  })
  t.equal(second.rows[0]?.number, '2026-000011')
})

onBoth('filters', async (t, { list }) => {
  t.equal((await list({ workflow: 'other' })).length, 0)
  t.ok((await list({ states: ['open'] })).every((row) => row.state.startsWith('open.')))
  t.equal((await list({ states: ['ope'] })).length, 0)
  t.same(
    new Set((await list({ notStates: ['open'] })).map((row) => row.state)),
    new Set(['closed']),
  )
  t.ok((await list({ category: 'heating' })).length === 28)
  t.ok(
    (await list({ category: 'heating.indoor' })).every(
      (row) => row.category === 'heating.indoor.cold',
    ),
  )
  t.equal((await list({ category: 'heat' })).length, 0)
  t.ok((await list({ place: 'place-b' })).every((row) => row.place.includes('place-b')))
  t.equal((await list({ place: 'place' })).length, 0)
  const ofUnit = await list({ unit: 'organisation-1' })
  t.ok(ofUnit.length > 0 && ofUnit.every((row) => row.leadUnit === 'organisation-1'))
  t.ok((await list({ person: 'person-1' })).every((row) => row.persons.includes('person-1')))
  t.ok((await list({ owner: 'person-of-organisation-2' })).length > 0)
  t.equal((await list({ ended: true })).length, 3)
  t.same(await list({ closed: true }), await list({ ended: true }))
  t.equal((await list({ text: '2026-000005' }))[0]?.id, streamOf(5))
  t.equal((await list({ text: '5' }))[0]?.id, streamOf(5))
  t.same(
    (await list({ ids: [streamOf(3), 'no'] })).map((row) => row.id),
    [streamOf(3)],
  )
  t.equal((await list({ startedFrom: T0 + 2 * HOUR, startedTo: T0 + 4 * HOUR })).length, 2)
  t.equal(
    (await list({ channel: 'desk', extra: { notes: 1 }, supervised: false })).length > 0,
    true,
  )
  t.ok((await list({ responsible: 'grid-worker' })).every((row) => row.state === 'open.grid'))
  t.ok(
    (await list({ dueTo: T0 + 60 * HOUR })).every(
      (row) => (row.dueAt ?? Infinity) < T0 + 60 * HOUR,
    ),
  )
  t.equal((await list({ card: 'red' })).length, 0)
})

onBoth('what no row can hold finds none, and is no fault', async (t, { list }) => {
  for (const nul of ['\0', '2026\0', "'", '%', '\\', '{}', '\ud800']) {
    t.same(await list({ category: nul }), [])
    t.same(await list({ text: `x${nul}` }), [])
    t.same(await list({ ids: [nul, `"${nul}"`] }), [])
    t.same(await list({ place: nul, extra: { [nul]: nul } }), [])
    t.same(await list({ states: [nul] }), [])
  }
})

onBoth('a scope is what may be seen', async (t, { db, list }) => {
  t.equal((await list({}, [])).length, 0)
  const own = await list({}, [{ person: 'person-2' }, { unit: 'organisation-2' }])
  t.ok(own.length > 0)
  t.ok(own.every((row) => row.persons.includes('person-2') || row.units.includes('organisation-2')))
  const here = await list({}, [{ place: 'place-b' }])
  t.ok(here.length > 0 && here.every((row) => row.place.includes('place-b')))
  t.equal(await findInstance(db, streamOf(1), { scope: [{ place: 'place-b' }] }), undefined)
  t.match(await findInstance(db, streamOf(1), { scope: ALL }), {
    id: streamOf(1),
    number: '2026-000001',
  })
  const before = { at: T0 + HOUR - 1 }
  t.equal(await findInstance(db, streamOf(1), { scope: ALL, asOf: before }), undefined)
})

onBoth('boards', async (t, { db }) => {
  t.equal(await totalInstances(db, { scope: ALL }), 28)
  const places = await countInstances(db, { scope: ALL, by: 'place' })
  t.match(places, [{ key: 'place-community', count: 28 }, {}, {}])
  const units = await countInstances(db, { scope: ALL, by: 'unit' })
  t.equal(
    units.reduce((sum, { count }) => sum + count, 0),
    28,
  )
  t.ok(
    units.some(({ key }) => key === undefined),
    'those that have no unit are counted apart',
  )
  const open = { scope: ALL, filter: { ended: false } }
  const cards = await countInstances(db, { ...open, by: 'card' })
  t.same(cards, [{ key: 'none', count: 25 }])
})

onBoth('rates by group link to the cases they count', async (t, { db, list }) => {
  const asked = { scope: ALL, names: ['solution'], now: T0 + 100 * HOUR }
  for (const by of ['unit', 'place', 'category', 'month'] as const) {
    const figures = await rates(db, { ...asked, by })
    t.ok(figures.length > 0)
    for (const figure of figures.filter(({ key }) => key !== undefined)) {
      const rows = await list(figure.filters.numerator)
      t.equal(rows.length, figure.numerator, `${by} ${figure.key}`)
    }
  }
  t.match(await rates(db, { ...asked, by: 'month' }), [
    { key: '2026-11', numerator: 6, denominator: 6 },
  ])
  const none = await rates(db, { ...asked, scope: [] })
  t.match(none, [{ name: 'solution', numerator: 0, denominator: 0, leftOut: 0 }])
})

onBoth('durations by nearest rank', async (t, { db }) => {
  t.same(await durations(db, { scope: ALL }), {
    count: 3,
    median: 7 * HOUR,
    p90: 7 * HOUR,
    max: 7 * HOUR,
  })
  t.same(await durations(db, { scope: ALL, filter: { ended: false } }), { count: 0 })
})

onBoth('flows', async (t, { db }) => {
  const arrows = await flows(db, { workflow: 'ticket' })
  const closing = arrows.find(({ to }) => to === 'closed')
  t.same(
    { ...closing },
    {
      workflow: 'ticket',
      from: 'open.answered',
      to: 'closed',
      type: 'ticket.closed',
      count: 3,
      waitedMs: 3 * HOUR,
    },
  )
  t.ok(arrows.every(({ from, to }) => from !== to))
  t.ok((await flows(db, { loops: true })).some(({ type }) => type === 'ticket.noted'))
  t.same(await flows(db, { to: T0 }), [])
  t.equal((await flows(db, { from: T0, to: T0 + 2 * HOUR })).length, 1)
})
const sortValue = (row: InstanceRow, sort: Sort): string | number =>
  sort === 'number' ? (row.number ?? '') : (row[sort] ?? Infinity)

function first0(): Line {
  const [line] = ORDINARY
  if (line === undefined) throw new Error('no lines')
  return line
}

onBoth('clocks that turn by themselves', async (t, _, openBeside) => {
  const scene = await openBeside()
  const { db } = scene
  t.equal(await nextClockAt(db), undefined)
  let instance = await give(scene, undefined, first0())
  await scene.runner.advance()
  const base = {
    instance: streamOf(1),
    workflow: 'ticket',
    clock: 'handle',
    round: 1,
    generation: 1,
  }
  t.equal(await nextClockAt(db), T0 + 44 * HOUR)
  t.same(await dueBefore(db, T0 + 44 * HOUR - 1, 10), [])
  t.same(await dueBefore(db, T0 + 48 * HOUR, 10), [
    { ...base, kind: 'warned', dueAt: T0 + 44 * HOUR },
  ])
  const data = { clock: 'handle', round: 1, generation: 1 }
  instance = await give(scene, instance, { name: 'clock.warned', at: T0 + 44 * HOUR, data })
  await scene.runner.advance()
  t.same(await dueBefore(db, T0 + 48 * HOUR, 10), [
    { ...base, kind: 'expired', dueAt: T0 + 48 * HOUR },
  ])
  t.match(await countInstances(db, { scope: ALL, by: 'card' }), [{ key: 'yellow', count: 1 }])
  const until = new Date(T0 + 50 * HOUR).toISOString()
  await give(scene, instance, { name: 'suspend', at: T0 + 45 * HOUR, data: { until } })
  await scene.runner.advance()
  t.match(await dueBefore(db, T0 + 99 * HOUR, 10), [{ clock: 'suspended', kind: 'expired' }])
})

onBoth('numbers count by year, in the order of the log', async (t, _, openBeside) => {
  t.equal(caseNumber(numberOf(2026, 123)), '2026-000123')
  t.equal(caseNumber(numberOf(2026, 24_200_000)), '2026-24200000')
  t.same(readNumber('2026-000123'), { number: numberOf(2026, 123) })
  t.same(readNumber(' 123 '), { count: 123 })
  t.equal(readNumber('12 3'), undefined)
  const scene = await openBeside()
  const newYear = Date.parse('2026-12-31T16:00:00.000Z')
  for (const [n, at] of [newYear - 1, newYear, newYear - 5].entries()) {
    await give(scene, undefined, { ...first0(), at, stream: streamOf(n) })
  }
  await scene.runner.advance()
  const { rows } = await listInstances(scene.db, { scope: ALL, sort: 'number' })
  t.match(rows, [{ number: '2026-000001' }, { number: '2026-000002' }, { number: '2027-000001' }])
})

t.test('a span is the smallest power of two above a length', (t) => {
  const lengths = [0, 1, 2, 3, 4, 1023, 1024, 2 ** 52]
  t.same(lengths.map(spanOf), [0, 1, 2, 2, 3, 10, 11, 53])
  t.end()
})

import { cardOf, hasEnded, type Instance, stateOf, statePath } from '@linli/workflow'
import fc from 'fast-check'
import { type Kysely, sql } from 'kysely'
import t, { type Test } from 'tap'
import { countInstances, type InstanceRow, listInstances } from '../src/instance-query.ts'
import { knownAt } from '../src/instance-source.ts'
import { rates } from '../src/rate-query.ts'
import {
  append,
  HOUR,
  type Line,
  ORDINARY,
  stepped,
  streamOf,
  T0,
  tickets,
} from './instance-history.ts'
import {
  ALL,
  draws,
  foldedAt,
  give,
  type Logged,
  openScene,
  type Scene,
  write,
} from './instance-scene.ts'
import { type ReadPlace, readKinds } from './read-databases.ts'

function modelOf(instance: Instance) {
  const { place, units, persons, category, owner, supervised, extra } = tickets.summary(instance)
  const { stream: id, startedAt, enteredAt } = instance
  const state = statePath(stateOf(instance))
  return {
    ...{ id, state, ended: hasEnded(instance), card: cardOf(instance.clocks), place, units },
    ...{ persons, category, owner, supervised, startedAt, enteredAt, extra },
  }
}

function shown(row: InstanceRow) {
  const { id, state, ended, card, place, units, persons, category, owner, supervised } = row
  const { startedAt, enteredAt, extra } = row
  return {
    ...{ id, state, ended, card, place, units },
    ...{ persons, category, owner, supervised, startedAt, enteredAt, extra },
  }
}

type Assert = Pick<typeof t, 'strictSame' | 'equal'>

const byId = <Row extends { id: string }>(rows: Row[]) =>
  rows.sort((a, b) => (a.id < b.id ? -1 : 1))
const ids = (rows: { id: string }[]) => rows.map((row) => row.id).sort()

type Moment = { at: number | undefined; known: number | undefined; nudge: number }
const moments: fc.Arbitrary<Moment[]> = fc.array(
  fc.record({
    at: fc.option(fc.nat(), { nil: undefined }),
    known: fc.option(fc.nat(), { nil: undefined }),
    nudge: fc.integer({ min: -1, max: 1 }),
  }),
  { minLength: 6, maxLength: 6 },
)

/** A moment near an event of the log: at its time, or a millisecond off. */
function near(log: readonly Logged[], moment: Moment) {
  const one = log[(moment.at ?? 0) % log.length]
  return {
    ...(moment.at === undefined || one === undefined ? {} : { at: one.effectiveAt + moment.nudge }),
    ...(moment.known === undefined ? {} : { known: moment.known % (log.length + 2) }),
  }
}

async function agrees(t: Assert, scene: Scene, log: readonly Logged[], moment: Moment) {
  const asOf = near(log, moment)
  const model = foldedAt(log, asOf.at, asOf.known)
  const rows = model.map(modelOf)
  const asked = { scope: ALL, asOf }
  const list = await listInstances(scene.db, asked)
  t.strictSame(byId(list.rows.map(shown)), byId(rows), JSON.stringify(asOf))
  const unit = 'organisation-1'
  const ofUnit = { scope: [{ unit }], asOf, filter: { ended: false } }
  const listed = await listInstances(scene.db, ofUnit)
  t.strictSame(ids(listed.rows), ids(rows.filter((row) => row.units.includes(unit) && !row.ended)))
  const board = await countInstances(scene.db, { ...asked, by: 'state' })
  t.strictSame(
    Object.fromEntries(board.map(({ key, count }) => [key, count])),
    Object.fromEntries(
      [...Map.groupBy(rows, (row) => row.state)].map(([key, all]) => [key, all.length]),
    ),
  )
  await ratesAgree(t, scene, model, asOf)
}

const NOW = T0 + 72 * HOUR

async function ratesAgree(
  t: Assert,
  { db }: Scene,
  model: readonly Instance[],
  asOf: { at?: number; known?: number },
) {
  const names = ['closed', 'solution', 'redo']
  const figures = await rates(db, { scope: ALL, asOf, names, now: NOW })
  const facts = model.map((instance) => {
    const { handleDueAt, solved, referred, redone } = tickets.summary(instance).measures ?? {}
    return { handleDueAt, solved, referred, redone, ended: hasEnded(instance) }
  })
  const due = facts.filter((one) => Number(one.handleDueAt) <= (asOf.at ?? NOW))
  const asked = facts.filter((one) => one.solved !== null)
  const referred = facts.filter((one) => one.referred === true)
  const counts = [
    [due.filter((one) => one.ended).length, due.length],
    [asked.filter((one) => one.solved === true).length, asked.length],
    [referred.filter((one) => Number(one.redone) > 0).length, referred.length],
  ]
  t.strictSame(
    figures.map(({ numerator, denominator, leftOut }) => [numerator, denominator, leftOut]),
    counts.map(([met = 0, of = 0]) => [met, of, model.length - of]),
  )
  for (const { filters, ...figure } of figures) {
    for (const part of ['numerator', 'denominator', 'leftOut'] as const) {
      const asked = { scope: ALL, asOf, now: NOW, filter: filters[part] }
      t.equal((await listInstances(db, asked)).rows.length, figure[part])
    }
  }
}

type Body = (test: Test, openPlace: () => Promise<ReadPlace>) => Promise<void>

function onBoth(name: string, body: Body): void {
  for (const { kind, openPlace } of readKinds) {
    t.test(`${name} (${kind})`, (test) => body(test, openPlace))
  }
}

onBoth('lists, boards and rates at any moment say what folding says', async (t, openPlace) => {
  const property = fc.asyncProperty(draws, moments, fc.boolean(), async (drawn, asked, small) => {
    const scene = await openScene(await openPlace(), small ? 1 : 1_000)
    try {
      const log = await write(scene, drawn)
      for (const moment of asked) await agrees(t, scene, log, moment)
      for (const { event } of log) {
        const time = Date.parse(event.recordedAt)
        const after = log.findIndex((one) => Date.parse(one.event.recordedAt) > time)
        const known = await knownAt(scene.db, time)
        t.equal(Math.min(known, log.length), after < 0 ? log.length : after)
      }
    } finally {
      await scene.close()
    }
  })
  await fc.assert(property, { numRuns: 20 })
})

const TABLES = [
  'instances',
  'instance_intervals',
  'instance_members',
  'recorded_moments',
  'case_numbers',
  'measure_bits',
  'state_flows',
  'instance_faults',
]

const content = (db: Kysely<unknown>) =>
  Promise.all(
    TABLES.map(async (name) => {
      const { rows } = await sql`SELECT * FROM ${sql.ref(name)}`.execute(db)
      return rows.map((row) => JSON.stringify(row)).sort()
    }),
  )

onBoth('a rebuild gives what following live gave', async (t, openPlace) => {
  const property = fc.asyncProperty(draws, async (drawn) => {
    const scene = await openScene(await openPlace(), 2)
    try {
      await write(scene, drawn)
      const live = await content(scene.db)
      await scene.runner.rebuild('instances')
      t.strictSame(await content(scene.db), live)
    } finally {
      await scene.close()
    }
  })
  await fc.assert(property, { numRuns: 10 })
})

onBoth('an event that leaves the row lets the interval go on', async (t, openPlace) => {
  const scene = await openScene(await openPlace())
  const note: Line = { name: 'note', at: T0 + HOUR, data: { text: { $sealed: 'n' } } }
  let instance: Instance | undefined
  for (const line of [...ORDINARY.slice(0, 1), note, note, note, note]) {
    instance = await give(scene, instance, line)
    await scene.runner.advance()
  }
  const { rows } = await listInstances(scene.db, { scope: ALL })
  t.match(rows, [{ revision: 4, fromAt: T0 + HOUR, extra: { notes: 2 } }])
  const past = await sql`SELECT revision FROM instance_intervals ORDER BY 1`.execute(scene.db)
  t.same(past.rows, [{ revision: 0 }, { revision: 1 }])
  await scene.close()
})

onBoth(
  'a stream that does not fold is kept as a fault, and the others go on',
  async (t, openPlace) => {
    const scene = await openScene(await openPlace())
    const [report, note, refer] = ORDINARY
    if (report === undefined || note === undefined || refer === undefined)
      throw new Error('no lines')
    const first = await give(scene, undefined, report)
    const wrong = stepped(streamOf(1), first, note)
    if (wrong === undefined) throw new Error('the note was refused')
    await append(scene.store, { ...wrong.event, to: 'closed' })
    await give(scene, wrong.instance, refer)
    await give(scene, undefined, { ...report, stream: streamOf(2) })
    await scene.runner.advance()
    const { rows } = await listInstances(scene.db, { scope: ALL })
    t.match(rows, [
      { id: streamOf(1), revision: 0 },
      { id: streamOf(2), revision: 0 },
    ])
    const faults = await sql`SELECT stream, revision FROM instance_faults`.execute(scene.db)
    t.same(faults.rows, [{ stream: streamOf(1), revision: 1 }])
    await scene.close()
  },
)

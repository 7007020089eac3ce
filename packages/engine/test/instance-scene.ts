// A log with its read model for tests, and drawn histories: late entries, clocks and refusals
// among them. The model of a query is folding, nothing else.
import { type EventStore, openMemoryStore } from '@linli/event-store'
import { openRunner, type ProjectionRunner } from '@linli/projections'
import { type Event, fold, type Instance } from '@linli/workflow'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { instanceProjection } from '../src/instance-projection.ts'
import {
  append,
  HOUR,
  type Line,
  stepped,
  streamOf,
  T0,
  tickets,
  workflows,
} from './instance-history.ts'
import type { ReadPlace } from './read-databases.ts'

export const ALL = [{ all: true }] as const

/** A log, its read model, and a connection for queries. */
export type Scene = {
  store: EventStore
  runner: ProjectionRunner
  db: Kysely<unknown>
  file: string
  close: () => Promise<void>
}

export async function openScene(place: ReadPlace, keptInstances = 1_000): Promise<Scene> {
  const { file } = place
  const store = openMemoryStore()
  const projections = [instanceProjection({ workflows, keptInstances })]
  const runner = await openRunner({ file, reader: store, projections })
  const db = await place.openQueries()
  const close = async () => {
    await db.destroy()
    await runner.close()
    await store.close()
    await place.remove()
  }
  return { store, runner, db, file, close }
}

/** One attempt: times in ms, `late` before now, `skew` of the recording server's clock. */
export type Draw = {
  stream: number
  name: string
  gap: number
  late: number
  skew: number
  unit: number
  advance: boolean
}

export const draws: fc.Arbitrary<Draw[]> = fc.array(
  fc.record({
    stream: fc.integer({ min: 0, max: 3 }),
    name: fc.constantFrom(
      ...['note', 'refer', 'refer', 'sendBack', 'answer', 'suspend', 'resume', 'close', 'clock'],
    ),
    gap: fc.constantFrom(0, 0, 1, 7 * 60_000, HOUR, 9 * HOUR),
    late: fc.constantFrom(0, 0, 0, 60_000, 2 * HOUR, 20 * HOUR),
    skew: fc.constantFrom(-2 * HOUR, 0, 0, 5_000),
    unit: fc.integer({ min: 0, max: 2 }),
    advance: fc.boolean(),
  }),
  { minLength: 8, maxLength: 60 },
)

/** What stands in the log. */
export type Logged = { event: Event; position: number; effectiveAt: number }

/** Appends what of the draws the workflow takes; the read model follows now and then. */
export async function write({ store, runner }: Scene, drawn: readonly Draw[]): Promise<Logged[]> {
  const instances = new Map<string, Instance>()
  const log: Logged[] = []
  let now = T0
  for (const one of drawn) {
    now += one.gap
    const stream = streamOf(one.stream)
    const before = instances.get(stream)
    const made = stepped(stream, before, {
      ...lineOf(before, one, now - one.late),
      now: now + one.skew,
    })
    if (made === undefined) continue
    instances.set(stream, made.instance)
    const position = await append(store, made.event)
    log.push({ event: made.event, position, effectiveAt: made.instance.effectiveAt })
    if (one.advance) await runner.advance()
  }
  await runner.advance()
  return log
}

function lineOf(before: Instance | undefined, { name, unit }: Draw, at: number): Line {
  if (before === undefined) {
    return { name: 'report', at, data: { degrees: 12 + unit, text: { $sealed: 'x' }, place: 'p' } }
  }
  const clock = before.clocks.handle
  if (name === 'clock' && clock !== undefined) {
    const kind = clock.status === 'running' ? 'warned' : 'expired'
    const when = kind === 'warned' ? (clock.warnAt ?? at) : clock.dueAt
    const { round, generation } = clock
    const data = { clock: 'handle', round, generation }
    return { name: `clock.${kind}`, at: Math.max(at, when), data }
  }
  const data: Record<string, Record<string, unknown>> = {
    note: { text: { $sealed: 'n' } },
    refer: { unit: `organisation-${unit}` },
    sendBack: { reason: 'notOurs' },
    answer: { degrees: 19 },
    suspend: { until: new Date(at + 5 * HOUR).toISOString() },
  }
  return { name, at, data: data[name] ?? {} }
}

/** Each stream folded up to the longest prefix that both axes allow. */
export function foldedAt(log: readonly Logged[], at = Infinity, known = Infinity): Instance[] {
  const streams = Map.groupBy(log, ({ event }) => event.stream)
  return [...streams.values()].flatMap((events) => {
    const until = events.findIndex((one) => one.effectiveAt > at || one.position > known)
    const prefix = until < 0 ? events : events.slice(0, until)
    const folded = fold(
      tickets,
      prefix.map((one) => one.event),
    )
    return folded === undefined ? [] : [folded]
  })
}

/** Appends the event of a command that must be taken; gives the instance after it. */
export async function give(
  { store }: Pick<Scene, 'store'>,
  before: Instance | undefined,
  line: Line & { stream?: string },
): Promise<Instance> {
  const made = stepped(before?.stream ?? line.stream ?? streamOf(1), before, line)
  if (made === undefined) throw new Error(`${line.name} was refused`)
  await append(store, made.event)
  return made.instance
}

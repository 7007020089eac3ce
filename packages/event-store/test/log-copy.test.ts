import { createHash } from 'node:crypto'
import type { EventStore, NewEvent, StoredEvent } from '@linli/event-store'
import {
  openLogCopy,
  openMemoryStore,
  openSqliteStore,
  readLogMark,
  StoreFault,
  writeLogMark,
} from '@linli/event-store'
import fc from 'fast-check'
import t from 'tap'

const streams = ['a', 'b-1', 'long-name', '案件']
const texts = ['{}', '{"text":"漏水"}', 'no JSON at all', '"\\u0000"', 'x'.repeat(4_000)]

/** A log: which stream comes next, how many events at once, with which text. */
const script = fc.array(
  fc.tuple(fc.nat(streams.length - 1), fc.integer({ min: 1, max: 4 }), fc.nat(texts.length - 1)),
  { minLength: 1, maxLength: 60 },
)
type Script = [stream: number, count: number, text: number][]

t.test('whatever interrupts it, a copy that is run again ends equal', async (t) => {
  let rounds = 0
  let interruptions = 0
  const cases = fc.asyncProperty(
    script,
    fc.array(fc.nat(12), { maxLength: 4, size: 'max' }),
    fc.constantFrom(1, 3, 64),
    async (lines, breaks, atOnce) => {
      rounds += 1
      const source = openMemoryStore()
      await write(source, lines)
      const folder = t.testdir({ [String(rounds)]: {} })
      const between = await openSqliteStore({ folder: `${folder}/${rounds}` })
      const back = openMemoryStore()
      for (const [from, to] of [
        [source, between],
        [between, back],
      ] as const) {
        for (const appends of breaks) {
          const broken = openLogCopy({ source: from, target: breaking(to, appends), atOnce })
          const outcome = await broken.catchUp().catch((fault: unknown) => fault)
          if (outcome !== true) interruptions += 1
        }
        const copy = openLogCopy({ source: from, target: to, atOnce })
        if (!(await copy.catchUp())) throw new Error('nobody ended it')
        const { events, source: one, target: other } = copy.proof()
        const read = await all(from)
        same([events, one, other], [read.length, digestOf(read), digestOf(read)])
        same((await all(to)).map(bare), read.map(bare))
      }
      await between.close()
    },
  )
  await fc.assert(cases, { numRuns: 25 })
  t.ok(interruptions > 0, `${interruptions} interruptions`)
})

t.test('a copy follows while the source is written to, and goes on where it was', async (t) => {
  const [source, target] = [openMemoryStore(), openMemoryStore()]
  await write(source, [[0, 4, 0]])
  const heard: number[] = []
  const copy = openLogCopy({
    source,
    target,
    onProgress(events) {
      heard.push(events)
      if (heard.length <= 3) void write(source, [[heard.length, 2, 1]])
    },
  })
  t.ok(await copy.catchUp())
  await write(source, [[0, 1, 0]], 4)
  t.ok(await copy.catchUp())
  t.equal(copy.proof().events, (await all(source)).length)
  t.same((await all(target)).map(bare), (await all(source)).map(bare))
  t.ok(heard.length > 3)
})

t.test('positions are translated to those of the last event up to them', async (t) => {
  const folder = t.testdir()
  const source = openMemoryStore()
  const sqlite = await openSqliteStore({ folder })
  const target = shifted(sqlite)
  t.teardown(() => sqlite.close())
  for (let stream = 0; stream < 6; stream += 1) {
    const events = Array.from({ length: 400 }, () => newEvent('{}'))
    t.match(await source.append(`s-${stream}`, -1, events), { ok: true })
  }
  const copy = openLogCopy({ source, target })
  t.ok(await copy.catchUp())
  t.equal(await copy.placeOf(0), 0)
  const read = await all(target)
  for (const position of [1, 2, 499, 500, 501, 999, 1_000, 1_001, 2_000, 2_399, 2_400]) {
    t.equal(await copy.placeOf(position), read[position - 1]?.position, `of ${position}`)
  }
  t.equal(await copy.placeOf(1_000_000), read.at(-1)?.position, 'beyond the end')
})

t.test('a target that holds anything else is refused and left alone', async (t) => {
  const source = openMemoryStore()
  await write(source, [
    [0, 3, 0],
    [1, 3, 1],
  ])
  const others: [string, (target: EventStore) => Promise<unknown>][] = [
    ['another log', (target) => target.append('other', -1, [newEvent('{}')])],
    [
      'a beginning and then another event',
      async (target) => {
        const read = await all(source)
        await target.append('a', -1, read.slice(0, 2).map(bareEvent))
        await target.append('mine', -1, [newEvent('{}')])
      },
    ],
    [
      'the same ids with another text',
      async (target) => {
        const read = await all(source)
        await target.append(
          'a',
          -1,
          read.slice(0, 3).map((one) => ({ ...bareEvent(one), text: '1' })),
        )
      },
    ],
    [
      'the whole log and one event more',
      async (target) => {
        await openLogCopy({ source, target }).catchUp()
        await target.append('mine', -1, [newEvent('{}')])
      },
    ],
  ]
  for (const [name, prepare] of others) {
    const target = openMemoryStore()
    await prepare(target)
    const before = await all(target)
    const copy = openLogCopy({ source, target })
    await t.rejects(copy.catchUp(), { code: 'log-differs', retry: 'never' }, name)
    t.same(await all(target), before)
  }
})

t.test('a log that leaves takes nothing more, whoever has it open', async (t) => {
  const folder = t.testdir()
  const store = await openSqliteStore({ folder })
  await store.append('a', -1, [newEvent('{}')])
  writeLogMark(folder, { state: 'leaving', other: 'esdb://host', at: 0 })
  await t.rejects(store.append('a', 0, [newEvent('{}')]), { code: 'log-moved', retry: 'never' })
  await t.rejects(store.append('b', -1, [newEvent('{}')]), { code: 'log-moved', retry: 'never' })
  t.equal((await store.read('a')).length, 1, 'it is still read')
  writeLogMark(folder, undefined)
  t.match(await store.append('a', 0, [newEvent('{}')]), { ok: true, revision: 1 })
  writeLogMark(folder, { state: 'moved', other: 'esdb://host', at: 7 })
  await store.close()
  await t.rejects(openSqliteStore({ folder }), { code: 'log-moved', message: /esdb:\/\/host/ })
  t.same(readLogMark(folder), { state: 'moved', other: 'esdb://host', at: 7 })
  writeLogMark(folder, { state: 'arriving', other: 'esdb://host', at: 8 })
  await t.rejects(openSqliteStore({ folder }), { code: 'log-moved', message: /a part of what/ })
  const arriving = await openSqliteStore({ folder, arriving: true })
  t.match(await arriving.append('a', 1, [newEvent('{}')]), { ok: true, revision: 2 })
  await arriving.close()
})

function newEvent(text: string): NewEvent {
  return { id: crypto.randomUUID(), type: 'copy.tested', text }
}

async function write(store: EventStore, lines: Script, had = 0): Promise<void> {
  const ends = new Map<string, number>()
  for (const [stream, count, text] of lines) {
    const name = streams[stream] ?? 'a'
    const end = ends.get(name) ?? had - 1
    const events = Array.from({ length: count }, () => newEvent(texts[text] ?? '{}'))
    await store.append(name, end, events)
    ends.set(name, end + count)
  }
}

async function all(store: Pick<EventStore, 'readAll'>): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for (let after = 0; ; ) {
    const page = await store.readAll({ after })
    if (page.through === after) return events
    events.push(...page.events)
    after = page.through
  }
}

const bareEvent = ({ id, type, text }: StoredEvent): NewEvent => ({ id, type, text })
const bare = ({ stream, revision, id, type, text }: StoredEvent) => [
  stream,
  revision,
  id,
  type,
  text,
]

function digestOf(events: StoredEvent[]): string {
  const digest = createHash('sha256')
  for (const event of events) digest.update(`${JSON.stringify(bare(event))}\n`)
  return digest.digest('hex')
}

function same(found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`)
  }
}

/** The store, until so many appends were taken: the next is stored and its answer lost. */
function breaking(store: EventStore, appends: number): Pick<EventStore, 'append' | 'readAll'> {
  let left = appends
  return {
    readAll: (options) => store.readAll(options),
    async append(stream, expected, events) {
      left -= 1
      if (left < -1) throw new StoreFault('closed', 'it is gone', { retry: 'never' })
      const answer = await store.append(stream, expected, events)
      if (left < 0) throw new StoreFault('closed', 'it is gone', { retry: 'never' })
      return answer
    },
  }
}

/** The store with other positions: as those of a server, in which they are no count. */
function shifted(store: EventStore): Pick<EventStore, 'append' | 'readAll'> {
  const outer = (position: number) => position * 731
  return {
    append: (stream, expected, events) => store.append(stream, expected, events),
    async readAll({ after = 0, ...rest } = {}) {
      const { events, through } = await store.readAll({ after: Math.floor(after / 731), ...rest })
      const moved = events.map((event) => ({ ...event, position: outer(event.position) }))
      return { events: moved, through: outer(through) }
    },
  }
}

// An installation taken to a KurrentDB stand-in and back: every event with its bytes in its order,
// personal data as before, no effect run again; broken off on the way and given again; and what a
// running server does meanwhile.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { execute, openFields, viewInstance } from '@linli/engine'
import { readLogMark, type StoredEvent } from '@linli/event-store'
import { openKurrentStore } from '@linli/event-store-kurrent'
import { importNyc311, move, movePlaces } from '@linli/linli'
import { type Community, openCommunity } from '@linli/runtime'
import { isRefusal } from '@linli/workflow'
import t from 'tap'
import { z } from 'zod'
import { standInFor } from '../kurrent/test-server.ts'
import { startPostgres } from '../postgres/server.ts'
import { foundNeighbourhood } from '../simulation/neighbourhood.ts'

const ROWS = 20
const csv = readFileSync(new URL('../golden/nyc311-extract.csv', import.meta.url), 'utf8')
const main = fileURLToPath(new URL('../../services/linli/src/main.ts', import.meta.url))
const TEXT = '三单元五楼暖气不热'
const PHONE = '13900001234'

t.test('to a server and back, broken off on the way', async (t) => {
  const { url } = await standInFor(t)
  const folders = ['first', 'second', 'third'].map((name) => join(t.testdirName, name))
  const [first = '', second = '', third = ''] = folders
  t.testdir()
  const { appeal, effect } = await settledInstallation(first)
  const before = await opened(first, async (community) => ({
    log: await logOf(community),
    seen: await personalIn(community, appeal),
    notices: await countNotices(community),
    key: readFileSync(join(first, 'key')),
  }))

  const there = ['--from', `sqlite:${first}`, '--to', url, '--to-read', `sqlite:${second}`]
  // One that was quicker than its killer has moved everything, as one given again does.
  let ended: string | undefined
  for (const line of [/^Copying the log/, /is asked to give up/, /^Copying vault/]) {
    ended ||= await killedAt(['move', ...there, '--json'], line)
  }
  const moved = ended ? JSON.parse(ended) : await linli(['move', ...there, '--json'])
  t.match(moved, { events: before.log.length, stopped: false })
  t.equal(moved.sha256.source, moved.sha256.target)
  const again = await linli(['move', ...there, '--json'])
  t.match(again, { failed: { code: 'moved-already' } })
  await t.rejects(openCommunity({ folder: first }), { code: 'log-moved' })

  const onServer = await openKurrentStore({ url })
  const stored = await allOf(onServer)
  t.same(stored.map(bare), before.log.map(bare), 'each event at its place, every byte')
  await onServer.close()
  const kurrent = { folder: second, events: url }
  await opened(kurrent, async (community) => {
    await community.settled()
    t.same((await logOf(community)).map(bare), before.log.map(bare), 'no effect ran again')
    t.same(await personalIn(community, appeal), before.seen)
    t.equal(await countNotices(community), before.notices)
    const waiting = await community.work.selectFrom('waiting_effect').selectAll().execute()
    const place = stored.find((one) => `${one.stream}:${one.revision}:0` === effect)
    t.match(waiting, [{ id: effect, position: place?.position, parked: 1 }])
    t.match(await reported(community), { revision: 0 }, 'commands are taken there')
    await community.settled()
  })

  const back = ['--from', url, '--from-read', `sqlite:${second}`]
  const home = await linli(['move', ...back, '--to', `sqlite:${third}`, '--json'])
  t.match(home, { stopped: false })
  t.ok(home.events > before.log.length)
  t.equal(home.sha256.source, home.sha256.target)
  t.same(readFileSync(join(third, 'key')), before.key)
  await t.rejects(openCommunity(kurrent), { code: 'log-moved' })
  await opened(third, async (community) => {
    await community.settled()
    const log = await logOf(community)
    t.equal(log.length, home.events)
    t.same(log.slice(0, before.log.length).map(bare), before.log.map(bare))
    t.same(await personalIn(community, appeal), before.seen)
  })

  const round = await linli([
    'move',
    '--from',
    `sqlite:${third}`,
    '--to',
    `sqlite:${first}`,
    '--json',
  ])
  t.match(round, { events: home.events, sha256: home.sha256 }, 'into the folder it came from')
  t.equal(readLogMark(first), undefined)
  await opened(first, async (community) => {
    t.same(await personalIn(community, appeal), before.seen)
  })
})

t.test('vault and work may stay where they are, and a server may fail on the way', async (t) => {
  const standIn = await standInFor(t)
  const folder = join(t.testdir(), 'here')
  const { appeal } = await settledInstallation(folder)
  const before = await opened(folder, async (community) => ({
    log: await logOf(community),
    seen: await personalIn(community, appeal),
  }))
  const lost = standIn.fault({ kind: 'answer-lost', on: ['append'], skip: 40, times: 2 })
  const places = movePlaces({ from: `sqlite:${folder}`, to: standIn.url, data: folder })
  const moved = await move(places, asker())
  t.equal(lost.count, 2, 'two answers were lost')
  t.match(moved, { events: before.log.length, rows: 0, stopped: false })
  t.equal(moved.sha256.source, moved.sha256.target)
  await t.rejects(openCommunity({ folder }), { code: 'log-moved' })
  await opened({ folder, events: standIn.url }, async (community) => {
    await community.settled()
    t.same((await logOf(community)).map(bare), before.log.map(bare))
    t.same(await personalIn(community, appeal), before.seen)
  })
})

t.test('into PostgreSQL, and away from under a process that serves', async (t) => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  const read = await postgres.freshDatabase()
  const { url } = await standInFor(t)
  const scratch = t.testdir()
  const names = ['files', 'shared', 'home'].map((name) => join(scratch, name))
  const [folder = '', shared = '', home = ''] = names
  const { appeal } = await settledInstallation(folder, 2)
  const before = await opened(folder, async (community) => ({
    log: await logOf(community),
    seen: await personalIn(community, appeal),
  }))
  const keyFile = join(folder, 'key')
  const there = { from: `sqlite:${folder}`, to: url, toRead: read, data: folder }
  t.match(await move(movePlaces(there), asker()), { events: before.log.length, stopped: false })

  const told = Promise.withResolvers<string>()
  const onMoved = (mark: { other: string }) => told.resolve(mark.other)
  const served = { folder: shared, events: url, read, keyFile }
  const community = await openCommunity({ ...served, onMoved })
  await community.settled()
  t.same((await logOf(community)).map(bare), before.log.map(bare), 'no effect ran again')
  t.same(await personalIn(community, appeal), before.seen)
  const away = told.promise.then(async (other) => {
    await community.close()
    return other
  })
  const back = { from: url, fromRead: read, to: `sqlite:${home}`, data: shared, keyPath: keyFile }
  t.match(await move(movePlaces(back), asker()), { events: before.log.length, stopped: false })
  t.equal(await away, `sqlite:${home}`, 'it was waited for')
  await t.rejects(openCommunity(served), { code: 'log-moved' })
  await opened(home, async (moved) => {
    await moved.settled()
    t.same((await logOf(moved)).map(bare), before.log.map(bare))
    t.same(await personalIn(moved, appeal), before.seen)
  })
})

t.test('a target that holds something else is refused, and the source serves on', async (t) => {
  const scratch = t.testdir()
  const [folder = '', other = ''] = ['mine', 'other'].map((name) => join(scratch, name))
  await settledInstallation(folder, 2)
  await settledInstallation(other, 1)
  const places = movePlaces({ from: `sqlite:${folder}`, to: `sqlite:${other}`, data: folder })
  await t.rejects(move(places, asker()), /key file/, 'a vault of others')
  const standIn = await standInFor(t)
  const theirs = await openKurrentStore({ url: standIn.url })
  await theirs.append('appeal-1', -1, [{ id: crypto.randomUUID(), type: 'x', text: '{}' }])
  await theirs.close()
  const taken = movePlaces({ from: `sqlite:${folder}`, to: standIn.url, data: folder })
  await t.rejects(move(taken, asker()), { code: 'target-not-empty' })
  await opened(folder, async (community) => t.match(await reported(community), { revision: 0 }))
})

t.test('a running server answers that it moves, and serves again when it does not', async (t) => {
  const scratch = t.testdir()
  const [folder = '', target = ''] = ['served', 'target'].map((name) => join(scratch, name))
  await settledInstallation(folder, 2)
  const server = await serving(folder)
  t.teardown(() => server.end())
  t.equal(await ready(server.url), 200)
  const places = movePlaces({ from: `sqlite:${folder}`, to: `sqlite:${target}`, data: folder })
  const leaving = new AbortController()
  let answers: Promise<[number, number]> | undefined
  const stopped = await move(places, {
    signal: leaving.signal,
    tell(line) {
      if (!line.includes('given the installation up')) return
      leaving.abort()
      answers = Promise.all([ready(server.url), reporting(server.url)])
    },
  })
  t.equal(stopped.stopped, true)
  t.same(await answers, [503, 503], 'not ready, and no command is taken')
  t.equal(readLogMark(folder), undefined)
  await server.said(/serving again/)
  t.equal(await ready(server.url), 200)

  const moved = await move(places, asker())
  t.match(moved, { stopped: false })
  t.same([await ready(server.url), await reporting(server.url)], [503, 503])
  t.match(readLogMark(folder), { state: 'moved', other: `sqlite:${target}` })
  t.same(await server.end(), [0, null])
  await opened(target, async (community) => {
    t.equal((await logOf(community)).length, moved.events)
  })
})

const ready = async (url: string): Promise<number> => (await fetch(`${url}/health/ready`)).status

async function reporting(url: string): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/appeal/report`, { method: 'POST', headers, body: '{}' })
  if (answer.status === 503) {
    const { code, detail } = Problem.parse(await answer.json())
    if (code !== 'unavailable' || !detail.includes('target')) throw new Error(detail)
  }
  return answer.status
}

const Problem = z.object({ code: z.string(), detail: z.string() })
const Started = z.object({ url: z.string() })

type Serving = {
  url: string
  said: (pattern: RegExp) => Promise<void>
  end: () => Promise<unknown[]>
}

async function serving(folder: string): Promise<Serving> {
  const child = begun(['start', '--json', '--no-pages', '--port', '0', '--data', folder])
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('a child with pipes has them')
  const lines = createInterface({ input: stderr })
  const said = async (pattern: RegExp) => {
    for await (const line of lines) if (pattern.test(line)) return
    throw new Error(`the server ended without saying ${pattern}`)
  }
  const first = await createInterface({ input: stdout })[Symbol.asyncIterator]().next()
  const ended = once(child, 'exit')
  const end = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { ...Started.parse(JSON.parse(String(first.value))), said, end }
}

/** Runs a command to its end; its document. */
async function linli(args: readonly string[]) {
  const child = begun(args)
  child.stderr?.resume()
  if (child.stdout === null) throw new Error('a child with pipes has them')
  return JSON.parse(await text(child.stdout))
}

/** Runs a command and kills it once it has said the line; what it had printed by then. */
async function killedAt(args: readonly string[], line: RegExp): Promise<string> {
  const child = begun(args)
  if (child.stdout === null || child.stderr === null) throw new Error('a child with pipes has them')
  const printed = text(child.stdout)
  const heard = createInterface({ input: child.stderr })
  heard.on('line', (said) => line.test(said) && child.kill('SIGKILL'))
  await once(child, 'close')
  return printed
}

// The test runner's own loader, which it puts into every child, would slow them down.
const begun = (args: readonly string[]): ChildProcess =>
  spawn('sh', ['-c', 'unset NODE_OPTIONS; exec "$0" "$@"', process.execPath, main, ...args], {
    env: { ...process.env, LINLI_LOG_LEVEL: 'warn', LINLI_DEMO: 'first' },
  })

async function countNotices({ work }: Community): Promise<number> {
  return (await work.selectFrom('notice').selectAll().execute()).length
}

type Seen = { texts: (string | null | undefined)[]; state: unknown }

/** What a reader of a case sees: its texts opened, and its state. */
async function personalIn({ engine, store }: Community, appeal: string): Promise<Seen> {
  const view = await viewInstance({ reader: store, instances: engine.instances }, appeal)
  if (view === undefined) throw new Error('the case is there')
  const opening = view.events.map(({ event }) => openFields(engine.vault, event))
  const texts = (await Promise.all(opening)).flat().map(({ text }) => text)
  if (!texts.includes(TEXT)) throw new Error(`${texts} can be read`)
  return { texts, state: view.instance.snapshot.value }
}

/** An installation with cases of its own and of another city, at rest; one effect is parked. */
async function settledInstallation(
  folder: string,
  rows = ROWS,
): Promise<{ appeal: string; effect: string }> {
  const community = await openCommunity({ folder })
  const answer = await reported(community)
  await importNyc311(
    community,
    `${csv
      .split('\n')
      .slice(0, rows + 1)
      .join('\n')}\n`,
  )
  await community.settled()
  const events = await logOf(community)
  const begun = events.find(({ stream, revision }) => stream === answer.instance && revision === 0)
  const effect = `${answer.instance}:0:0`
  await community.work
    .insertInto('waiting_effect')
    .values({
      ...{ id: effect, stream: answer.instance, position: begun?.position ?? 0, ordinal: 0 },
      ...{ tries: 6, nextAt: 0, parked: 1, error: 'outside did not answer' },
    })
    .execute()
  await community.close()
  return { appeal: answer.instance, effect }
}

async function reported({ engine }: Community) {
  const { flats, people } = await foundNeighbourhood((request) => execute(engine, request))
  const answer = await execute(engine, {
    ...{ workflow: 'appeal', command: 'report', caller: people.gridWorker },
    key: crypto.randomUUID(),
    data: {
      ...{ place: flats[0], category: 'heating.indoor.cold', channel: 'phone' },
      ...{ text: TEXT, name: '住户', phone: PHONE },
    },
  })
  if (isRefusal(answer)) throw new Error(JSON.stringify(answer))
  return answer
}

async function opened<Found>(
  where: string | { folder: string; events: string },
  look: (community: Community) => Promise<Found>,
): Promise<Found> {
  const faults: unknown[] = []
  const given = typeof where === 'string' ? { folder: where } : where
  const community = await openCommunity({ ...given, onFault: (_what, fault) => faults.push(fault) })
  const found = await look(community).finally(() => community.close())
  if (faults.length > 0) throw new AggregateError(faults, 'faults of the background')
  return found
}

const asker = () => ({ tell: () => {}, signal: new AbortController().signal })

async function allOf(store: Community['store']): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for (let after = 0; ; ) {
    const page = await store.readAll({ after })
    if (page.through === after) return events
    events.push(...page.events)
    after = page.through
  }
}

const logOf = ({ store }: Community): Promise<StoredEvent[]> => allOf(store)
const bare = ({ stream, revision, id, type, text }: StoredEvent) => [
  stream,
  revision,
  id,
  type,
  text,
]

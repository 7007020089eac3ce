import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importNyc311 } from '@linli/linli'
import { type Community, openCommunity } from '@linli/runtime'
import type { Event } from '@linli/workflow'
import t from 'tap'

const extract = fileURLToPath(new URL('../golden/nyc311-extract.csv', import.meta.url))
const child = fileURLToPath(new URL('import-child.ts', import.meta.url))
const TAKEN = 132
const REFUSED = 2

/** Imports in a process of its own and kills it once so many events are durable. */
async function killedImport(folder: string, events: number): Promise<void> {
  const importing = spawn(process.execPath, [child, folder, extract], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(importing, 'exit')
  let durable = 0
  for await (const dots of importing.stdout) {
    durable += dots.length
    if (durable >= events) importing.kill('SIGKILL')
  }
  const [, signal] = await ended
  if (signal !== 'SIGKILL') throw new Error('the import ended before it was killed')
}

/** Tells an import to stop as soon as so many events of it are durable. */
async function stoppedImport(community: Community, csv: string, events: number) {
  const leaving = new AbortController()
  const { onEvent } = community.engine
  let left = events
  const hear = () => {
    left -= 1
    if (left === 0) leaving.abort()
  }
  onEvent.push(hear)
  const report = await importNyc311(community, csv, { signal: leaving.signal })
  onEvent.splice(onEvent.indexOf(hear), 1)
  return report
}

/** What each event says but for when it was recorded, and its random and keyed parts. */
async function historyOf({ store }: Community): Promise<string[]> {
  const history: string[] = []
  for (let after = 0; ; ) {
    const page = await store.readAll({ after, limit: 2_000 })
    for (const { text } of page.events) {
      const { id, type, stream, revision, at, command, to, effects } = JSON.parse(text) as Event
      history.push(JSON.stringify([stream, revision, id, type, at, command, to, effects]))
    }
    if (page.through === after) return history.sort()
    after = page.through
  }
}

t.test(
  'an import that is stopped or killed goes on where it was, to the same history',
  async (t) => {
    const csv = readFileSync(extract, 'utf8')
    const whole = await openCommunity({ folder: join(t.testdir(), 'whole') })
    let steps = 0
    const progress = (_done: number, all: number) => {
      steps = all
    }
    await importNyc311(whole, csv, { progress })
    await whole.settled()
    const expected = await historyOf(whole)
    await whole.close()

    const stopped = await openCommunity({ folder: join(t.testdirName, 'stopped') })
    t.teardown(() => stopped.close())
    for (const events of [1, 60, 150]) {
      const report = await stoppedImport(stopped, csv, events)
      t.match(report, { stopped: { of: steps, rows: TAKEN + REFUSED } })
      t.ok(report.taken + report.known < TAKEN && (report.stopped?.steps ?? steps) < steps)
    }
    t.match(await importNyc311(stopped, csv), { stopped: undefined })
    await stopped.settled()
    t.same(await historyOf(stopped), expected, 'one that was told to stop, likewise')

    const folder = join(t.testdirName, 'killed')
    for (const events of [90, 130, 70]) await killedImport(folder, events)
    const faults: unknown[] = []
    const community = await openCommunity({ folder, onFault: (_what, fault) => faults.push(fault) })
    t.teardown(() => community.close())
    await community.settled()
    const begun = (await historyOf(community)).length
    t.ok(begun >= 290 && begun < expected.length, `${begun} of ${expected.length} were there`)
    const report = await importNyc311(community, csv)
    t.equal(report.taken + report.known, TAKEN)
    await community.settled()
    t.same(await historyOf(community), expected)
    t.match(await importNyc311(community, csv), { taken: 0, known: TAKEN })
    t.same(faults, [])
  },
)

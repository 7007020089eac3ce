// A year's calendar is published while limits run: at the next start those that reach into it
// move, each once, whatever interrupts that; and an operator's file that is wrong is named.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Caller, execute, SYSTEM } from '@linli/engine'
import { type Community, openCommunity } from '@linli/runtime'
import type { Event } from '@linli/workflow'
import t from 'tap'
import { copyFiles } from '../src/move-base.ts'
import { movePlaces } from '../src/move-place.ts'
import { linli } from './child-process.ts'

/** Thursday 31 December 2026, 17:00 in Shanghai: one working day leads into 2027. */
const EVE = Date.parse('2026-12-31T09:00:00Z')
const HOUR = 3_600_000
const FRIDAY = '2027-01-01T09:00:00.000Z'
const MONDAY = '2027-01-04T09:00:00.000Z'
const TUESDAY = '2027-01-05T09:00:00.000Z'
const NEW_YEAR = ['2027-01-01', '2027-01-02', '2027-01-03']
const CASES = 100
/** In the midst of the second of the rounds that these cases take. */
const KILLED_AT = 230
const NO_FACTS = { rule: 'noFacts', reason: '没有写明地点' }

function publish(folder: string, holidays: readonly string[]): void {
  mkdirSync(join(folder, 'calendars'), { recursive: true })
  const year = { year: 2027, holidays, workedWeekends: [], source: 'a test' }
  writeFileSync(join(folder, 'calendars', 'cn-2027.json'), JSON.stringify(year))
}

/** Opens the folder at a time, does the work, and gives what opening said. */
async function opened(
  folder: string,
  at: number,
  work: (community: Community) => Promise<void> = async () => {},
): Promise<string[]> {
  const news: string[] = []
  const faults: unknown[] = []
  const community = await openCommunity({
    folder,
    clock: () => at,
    onNews: (line) => news.push(line),
    onFault: (what, fault) => faults.push([what, fault]),
  })
  try {
    await work(community)
    await community.settled()
  } finally {
    await community.close()
  }
  t.same(faults, [])
  return news
}

let given = 0
async function give(
  { engine }: Community,
  [workflow, command]: readonly [string, string],
  more: { data?: unknown; instance?: string | undefined; caller?: Caller } = {},
): Promise<string> {
  given += 1
  const { instance, ...rest } = more
  const key = `given ${given}`
  const request = { workflow, command, key, caller: SYSTEM, data: {}, ...rest }
  const answer = await execute(engine, instance === undefined ? request : { ...request, instance })
  if ('refused' in answer) throw new Error(`${command}: ${JSON.stringify(answer)}`)
  return answer.instance
}

type Reported = { cases: string[]; caller: Caller }

/** Reports cases whose `verify` limit of one working day runs into the next year. */
async function reportAll(community: Community): Promise<Reported> {
  const data = { kind: 'community', name: '社区' }
  const place = await give(community, ['place', 'register'], { data })
  const person = await give(community, ['person', 'register'], { data: { kind: 'staff' } })
  const caller: Caller = { id: person, person, grants: [{ role: 'coordinator', place }] }
  const report = { place, channel: 'phone', text: '楼道灯不亮' }
  const reporting = () => give(community, ['appeal', 'report'], { data: report, caller })
  const cases = await Promise.all(Array.from({ length: CASES }, reporting))
  return { cases, caller }
}

/** The events of a kind, of the whole log. */
async function eventsOf({ store }: Community, type: string): Promise<Event[]> {
  const { events } = await store.readAll({ limit: 5_000 })
  return events.map(({ text }): Event => JSON.parse(text)).filter((event) => event.type === type)
}

async function clockOf({ engine }: Community, stream = '') {
  const { verify } = (await engine.instances.get(stream))?.clocks ?? {}
  if (verify === undefined) throw new Error(`${stream} has no such clock`)
  const { dueAt, status, certain } = verify
  return { dueAt: new Date(dueAt).toISOString(), status, certain }
}

async function killed(folder: string, at: number, looks: number): Promise<void> {
  const child = fileURLToPath(new URL('calendar-child.ts', import.meta.url))
  const { NODE_OPTIONS: _, ...env } = process.env
  const arguments_ = [child, folder, String(at), String(looks)]
  const running = spawn(process.execPath, arguments_, { env, stdio: 'inherit' })
  const [, signal] = await once(running, 'exit')
  if (signal !== 'SIGKILL') throw new Error('the child was through before it was killed')
}

const reschedules = (community: Community) => eventsOf(community, 'clock.rescheduled')
const movedIn = (news: readonly string[]) =>
  Number(/: (\d+) running limits? (were|was) moved\.$/.exec(news[0] ?? '')?.[1])

t.test('limits move when their year is published, each once, also after kill -9', async (t) => {
  const folder = join(t.testdir(), 'data')
  let reported: Reported = { cases: [], caller: SYSTEM }
  const first = await opened(folder, EVE, async (community) => {
    reported = await reportAll(community)
    const begun = { dueAt: FRIDAY, status: 'running', certain: false }
    t.same(await clockOf(community, reported.cases[0]), begun)
  })
  const { cases, caller } = reported
  t.same(first, [], 'a first start has nothing to move')
  const [early, over, last] = [cases[0], cases[1], cases.at(-1)]
  const same = await opened(folder, EVE + 25 * HOUR, async (community) => {
    await give(community, ['appeal', 'reject'], { instance: over, data: NO_FACTS, caller })
    await community.timers.tick(EVE + 25 * HOUR)
    await community.settled()
    await community.timers.tick(EVE + 25 * HOUR)
    t.match(await clockOf(community, early), { status: 'expired', dueAt: FRIDAY })
  })
  t.same(same, [], 'by the same years nothing moves')

  publish(folder, NEW_YEAR)
  const now = EVE + 26 * HOUR
  await killed(folder, now, KILLED_AT)
  let moved = 0
  const news = await opened(folder, now, async (community) => {
    const events = await reschedules(community)
    t.same([...new Set(events.map(({ stream }) => stream))].sort(), cases.toSpliced(1, 1).sort())
    t.equal(events.length, CASES - 1, 'each once, and not the one that has ended')
    t.match(events[0], { by: { role: 'system' }, data: { clock: 'verify' } })
    for (const stream of [early, last]) {
      t.same(await clockOf(community, stream), { dueAt: MONDAY, status: 'running', certain: true })
    }
    await community.timers.tick(now)
    t.match(await clockOf(community, early), { status: 'running' }, 'its limit is not over')
    moved = events.length
  })
  const left = movedIn(news)
  t.ok(left > 0 && left < moved, `${left} of ${moved} were left by the one that was killed`)
  t.match(news, [/^The calendar changed \(2023\.\.2027 [0-9a-f]{12}\): /])

  publish(folder, [...NEW_YEAR, '2027-01-04'])
  const corrected = await opened(folder, now, async (community) => {
    t.match(await clockOf(community, last), { dueAt: TUESDAY, certain: true })
    await community.settled()
    const due = await community.read.dueClocks(Date.parse(TUESDAY), 1_000)
    const warnings = due.filter(({ clock, dueAt }) => clock === 'verify' && dueAt > EVE + 72 * HOUR)
    t.equal(warnings.length, CASES - 1, 'timers wait for the new end')
  })
  t.equal(movedIn(corrected), CASES - 1)
  const quiet = await opened(folder, now, async (community) => {
    t.equal((await reschedules(community)).length, 2 * (CASES - 1))
  })
  t.same(quiet, [])
})

t.test('years go along with a move, to the folder that many share and back', async (t) => {
  const home = t.testdir()
  const at = (...names: string[]) => join(home, ...names)
  publish(at('one'), NEW_YEAR)
  const servers = { to: 'esdb://127.0.0.1:2113', toRead: 'postgres://linli@127.0.0.1/linli' }
  const keyPath = at('key')
  const data = at('none')
  const away = { from: `sqlite:${at('one')}`, ...servers, keyPath, filesFolder: at('shared') }
  const there = movePlaces({ ...away, data })
  t.equal(copyFiles(there), 1)
  const years = ['calendars', 'cn-2027.json']
  t.ok(existsSync(join(there.filesTarget, ...years)))
  const back = { from: servers.to, fromRead: servers.toRead, to: `sqlite:${at('two')}` }
  copyFiles(movePlaces({ ...back, keyPath, filesFolder: there.filesTarget, data }))
  t.same(readFileSync(at('two', ...years)), readFileSync(at('one', ...years)))
})

t.test('a year that is wrong is named by its file and field, and nothing is begun', async (t) => {
  const folder = t.testdir({ calendars: {} })
  const file = join(folder, 'calendars', 'cn-2027.json')
  const says = async (content: string, sentence: RegExp) => {
    writeFileSync(file, content)
    const ended = await linli(['start', '--empty', '--no-pages', '--port', '0', '--data', folder])
    t.equal(ended.status, 1)
    t.match(ended.stderr, sentence)
  }
  await says('{"year":2027}', /^Calendar cn-2027\.json: needs the field holidays, a list .*\.$/m)
  await says('{', /^Calendar cn-2027\.json cannot be read as JSON\.$/m)
})

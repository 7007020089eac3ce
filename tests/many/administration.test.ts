// An installation of many processes as its operator meets it: how the first administrator gets in,
// what each command of the line does there or says instead, and a year of the calendar that is
// published while everything runs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Caller, execute, SYSTEM } from '@linli/engine'
import { type Community, openCommunity } from '@linli/runtime'
import t, { type Test } from 'tap'
import { type Ended, linli } from '../../services/linli/test/child-process.ts'
import { type StandIn, startStandIn } from '../kurrent/stand-in.ts'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'
import { type Environment, killAll, type Launched, launch } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'linli-administration-'))
let postgres: TestPostgres
const standIns: StandIn[] = []
t.before(async () => {
  postgres = await startPostgres()
})
t.teardown(async () => {
  killAll()
  await Promise.all(standIns.map((one) => one.stop()))
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** An installation that nobody has begun, not even its key. */
async function fresh(name: string) {
  const standIn = await startStandIn()
  standIns.push(standIn)
  const home = join(folder, name)
  mkdirSync(home)
  return {
    events: standIn.url,
    read: await postgres.freshDatabase(),
    keyFile: join(home, 'key'),
    files: join(home, 'files'),
    folder: join(home, 'data'),
  }
}

async function ended(one: Launched): Promise<number | null> {
  one.child.kill('SIGTERM')
  return one.ended
}

function says(t: Test, { status, stderr }: Ended, sentence: RegExp): void {
  t.equal(status, 1, stderr)
  t.match(stderr.trim().split('\n').at(-1), sentence)
  t.match(stderr.trim(), /\.$/)
  t.notMatch(stderr, /^ +at |password@/m)
}

/** Whether the link lets somebody in, and what that person may do. */
async function signedIn(url: string, link = ''): Promise<{ status: number; roles: unknown }> {
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
  const body = JSON.stringify({ token: link.split('/link/')[1] })
  const answer = await fetch(`${url}/api/session/link`, { method: 'POST', headers, body })
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  const me = await fetch(`${url}/api/session`, { headers: { cookie } })
  return { status: answer.status, roles: JSON.stringify(await me.json()) }
}

t.test('many processes, from the first start on', async (t) => {
  const { events, read, keyFile, files, folder: data } = await fresh('office')
  const environment: Environment = {
    LINLI_EVENTS: events,
    LINLI_READ: read,
    LINLI_KEY_FILE: keyFile,
    LINLI_FILES: files,
    LINLI_DATA: data,
    LINLI_LOG_LEVEL: 'warn',
  }
  const line = (...args: string[]) => linli(args, { env: environment })

  t.match(await line('doctor'), { status: 1, stdout: /WRONG {2}tables: nothing was begun there/ })
  const apis = [launch('api', environment), launch('api', environment)]
  const worker = launch('worker', environment)
  const lines = await Promise.all(apis.map((one) => one.line))
  await worker.url
  const [first = { url: '' }] = lines

  await t.test('two that start at once tell one link', async (t) => {
    const links = lines.flatMap(({ link }) => link ?? [])
    t.equal(links.length, 1)
    t.match(links[0], /^http:\/\/127\.0\.0\.1:\d+\/link\/[\w-]{43}$/)
    const third = launch('api', environment)
    t.notOk((await third.line).link, 'nor does a later one tell another')
    t.equal(await ended(third), 0)
    const lost = await line('link', '--json')
    const { link } = lost.json as { link: string }
    t.match(await signedIn(first.url, links[0]), { status: 401 }, 'a newer link ends it')
    t.match(await signedIn(first.url, link), { status: 200, roles: /administrator/ })
    t.match(await signedIn(first.url, link), { status: 401 }, 'once')
  })

  await t.test('beside workers', async (t) => {
    t.match(await line('token', 'create', '--role', 'analyst'), { status: 0, stdout: /^linli_/ })
    const well = await line('doctor', '--all')
    t.equal(well.status, 0, well.stdout + well.stderr)
    t.match(well.stdout, /log server: esdb:.* version 23\.10\.6/)
    t.match(well.stdout, /database: PostgreSQL at .* version \d+/)
    t.match(well.stdout, /linli_work is at step \d+ .*linli_vault is at step \d+/)
    t.match(well.stdout, /the log is not being moved/)
    t.match(well.stdout, /processes: 3 serve; effects: 64 of 64 slots are held/)
    t.match(well.stdout, /effects: none is parked, none is stuck/)
    says(t, await line('rebuild'), /While a worker runs, linli rebuild cannot: end every worker/)
    const csv = join(folder, 'none.csv')
    says(t, await line('import', 'nyc311', csv), /While a worker runs, linli import nyc311 cannot/)
  })

  await t.test('what the servers themselves have means for', async (t) => {
    const [to, keys] = [join(folder, 'a'), join(folder, 'b')]
    const instead = (verb: string, tool: string) =>
      new RegExp(`linli ${verb} is for .*${tool}, the log by KurrentDB.*docs/operations\\.md`)
    says(t, await line('backup', to, '--keys', keys), instead('backup', 'pg_dump'))
    const back = await line('restore', to, '--keys', keys, '--replace')
    says(t, back, instead('restore', 'psql'))
  })

  await t.test('without a worker', async (t) => {
    t.equal(await ended(worker), 0)
    const idle = await line('doctor')
    t.match(idle, { status: 1, stdout: /WRONG {2}processes: 2 serve; .*nobody has read models/ })
    const built = await line('rebuild', '--json')
    t.match(built, { status: 0, json: { projections: Array, seconds: Number } }, built.stderr)
    t.equal((await fetch(`${first.url}/health/ready`)).status, 200, 'api went on')
  })
  t.same(await Promise.all(apis.map(ended)), [0, 0])
})

/** Thursday 31 December 2026, 17:00 in Shanghai: one working day leads into 2027. */
const EVE = Date.parse('2026-12-31T09:00:00Z')
const MONDAY = '2027-01-04T09:00:00.000Z'

t.test('a year that is published while they run is counted by all, moved once', async (t) => {
  const place = await fresh('years')
  const news: string[] = []
  const told = Promise.withResolvers<void>()
  const opened = (name: string, does: 'all' | 'requests') =>
    openCommunity({
      ...place,
      folder: join(place.folder, name),
      does,
      clock: () => EVE,
      onNews: (line) => {
        news.push(line)
        told.resolve()
      },
    })
  const worker = await opened('worker', 'all')
  const [other, api] = await Promise.all([opened('other', 'all'), opened('api', 'requests')])
  const all = [worker, other, api]
  t.teardown(() => Promise.all(all.map((one) => one.close())))
  const before = await reported(api)
  t.same(await dueOf(api, before.id), { dueAt: '2027-01-01T09:00:00.000Z', certain: false })

  const years = join(place.files, 'calendars')
  mkdirSync(years, { recursive: true })
  const holidays = ['2027-01-01', '2027-01-02', '2027-01-03']
  const year = { year: 2027, holidays, workedWeekends: [], source: 'a test' }
  writeFileSync(join(years, 'cn-2027.json'), JSON.stringify(year))
  await told.promise
  t.match(news, [
    /^The calendar changed \(2023\.\.2027 [0-9a-f]{12}\): 1 running limit was moved\.$/,
  ])
  t.same(await dueOf(api, before.id), { dueAt: MONDAY, certain: true })
  const after = await reported(api)
  t.same(await dueOf(other, after.id), { dueAt: MONDAY, certain: true }, 'and new ones begin so')
  const { events } = await api.store.readAll({ filter: { types: ['clock.rescheduled'] } })
  t.equal(events.length, 1)
  t.equal(new Set(all.map(({ engine }) => engine.calendars.years)).size, 1)
})

async function reported({ engine }: Community): Promise<{ id: string }> {
  const give = async (workflow: string, command: string, given: { data: object; by?: Caller }) => {
    const { data, by: caller = SYSTEM } = given
    const key = crypto.randomUUID()
    const answer = await execute(engine, { workflow, command, key, caller, data })
    if ('refused' in answer) throw new Error(JSON.stringify(answer))
    return answer.instance
  }
  const place = await give('place', 'register', { data: { kind: 'community', name: '社区' } })
  const person = await give('person', 'register', { data: { kind: 'staff' } })
  const by: Caller = { id: person, person, grants: [{ role: 'coordinator', place }] }
  const data = { place, channel: 'phone', text: '楼道灯不亮' }
  return { id: await give('appeal', 'report', { data, by }) }
}

async function dueOf({ engine }: Community, id: string) {
  const { verify } = (await engine.instances.current(id))?.clocks ?? {}
  if (verify === undefined) throw new Error(`${id} has no such clock`)
  return { dueAt: new Date(verify.dueAt).toISOString(), certain: verify.certain }
}

// What goes wrong with the servers that processes stand on, or with what they were told of them: a
// clear sentence with what to do, no process that ends again and again where waiting or mending
// elsewhere helps, never ready meanwhile, and nothing acknowledged that is not stored.
import { randomUUIDv7 } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as rest } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { linli } from '../../services/linli/test/child-process.ts'
import { startStandIn } from '../kurrent/stand-in.ts'
import { reportOf } from '../load/case-script.ts'
import { withClient } from '../postgres/server.ts'
import { type Environment, foundTown, launch, type Town } from './processes.ts'

const SECRET = 'secret-word'
/** How long anything here may take; each look is that of a load balancer. */
const PATIENCE_MS = 30_000
const LOOK_MS = 25

let town: Town
t.before(async () => {
  town = await foundTown(1)
})
t.teardown(() => town?.close())

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

type Health = { http: number; status?: string }

/** What who spreads requests is told; 0 when nobody answers. */
async function health(url: string): Promise<Health> {
  try {
    const answer = await fetch(`${url}/health/ready`)
    return { http: answer.status, status: ((await answer.json()) as { status: string }).status }
  } catch {
    return { http: 0 }
  }
}

async function healthUntil(url: string, is: (found: Health) => boolean): Promise<Health> {
  const begun = performance.now()
  for (;;) {
    const found = await health(url)
    if (is(found)) return found
    if (performance.now() - begun > PATIENCE_MS) throw new Error(`still ${JSON.stringify(found)}`)
    await rest(LOOK_MS)
  }
}

/** It lives, says the sentence, is not ready; mended, it opens by itself: the same process. */
async function waitsFor(
  t: Test,
  given: { change?: Environment; sentence: RegExp; mend: () => Promise<unknown> },
): Promise<void> {
  const port = await freePort()
  const own = { ...town.environment, ...given.change, LINLI_PORT: String(port) }
  const process = launch('worker', own)
  const line = await process.says(given.sentence)
  t.match(JSON.parse(line).err.message, /\.$/, 'a sentence')
  const found = await healthUntil(`http://127.0.0.1:${port}`, ({ http }) => http !== 0)
  t.equal(found.http, 503, 'not ready')
  t.equal(process.child.exitCode, null, 'and alive')
  await given.mend()
  const url = await process.url
  await healthUntil(url, ({ http }) => http === 200)
  t.notMatch(process.said.join('\n'), new RegExp(SECRET), 'no password is told')
  process.child.kill('SIGKILL')
  await process.ended
}

const sqlIn = (text: string) => withClient(town.environment.LINLI_READ ?? '', (c) => c.query(text))

t.test('settings that nothing heals end the process with one sentence', async (t) => {
  const wrong: [Environment, number, RegExp][] = [
    [{ LINLI_EVENTS: 'http://127.0.0.1:2113' }, 2, /LINLI_EVENTS must be .*esdb:\/\/host:2113/],
    [{ LINLI_EVENTS: 'sqlite:' }, 2, /LINLI_EVENTS names files.*run linli start/],
    [{ LINLI_READ: 'mysql://127.0.0.1/linli' }, 2, /LINLI_READ must be .*postgres:\/\/user/],
    [{ LINLI_KEY_FILE: '' }, 2, /LINLI_KEY_FILE is missing: .*same key file/],
    [
      { LINLI_EVENTS: `esdb://linli:${SECRET}@127.0.0.1:99999999?tls=false` },
      1,
      /cannot be used|cannot be reached/,
    ],
    [{ LINLI_READ: `postgres://linli:${SECRET}@127.0.0.1:99999999/x` }, 1, /is no address of a/],
    [{ LINLI_KEY_FILE: '/nowhere/key' }, 1, /key file \/nowhere\/key is missing.*put back/],
  ]
  await Promise.all(
    wrong.map(async ([change, status, sentence]) => {
      const process = launch('api', { ...town.environment, ...change })
      t.equal(await process.ended, status, Object.entries(change).join())
      t.match(process.said.at(-1), sentence)
      t.match(process.said.at(-1), /\.$/)
      t.notMatch(process.said.join('\n'), new RegExp(`${SECRET}|node:internal`))
    }),
  )
})

t.test('credentials that the log or the database refuses', async (t) => {
  const { standIn } = town
  const isRefused = standIn.fault({ kind: 'unauthenticated', on: ['features', 'read'] })
  const sentence = /refuses the user: check name, password and its rights/
  await waitsFor(t, { sentence, mend: async () => isRefused.lift() })

  const read = new URL(town.environment.LINLI_READ ?? '')
  read.username = 'newcomer'
  read.password = SECRET
  await waitsFor(t, {
    change: { LINLI_READ: read.href },
    sentence: /refused the user or the password: correct them in the URL, or give/,
    mend: () => sqlIn(`create role newcomer superuser login password '${SECRET}'`),
  })
})

t.test('a server that is away at the start is waited for', async (t) => {
  const { standIn, postgres } = town
  await standIn.leave()
  const reached = /cannot be reached .*check the address and that the server runs/
  await waitsFor(t, { sentence: reached, mend: () => standIn.comeBack() })
  await postgres.away()
  const answers = /PostgreSQL at .* does not answer: start it, or check host and port/
  await waitsFor(t, { sentence: answers, mend: () => postgres.back() })
})

t.test('a database that nobody made', async (t) => {
  const log = await startStandIn()
  t.teardown(() => log.stop())
  const read = new URL(town.environment.LINLI_READ ?? '')
  read.pathname = '/nobody_made_this'
  await waitsFor(t, {
    change: { LINLI_READ: read.href, LINLI_EVENTS: log.url },
    sentence: /There is no database .*nobody_made_this: create it \(createdb\), or correct/,
    mend: () => sqlIn('create database nobody_made_this'),
  })
})

t.test('a server of the wrong version', async (t) => {
  const old = await startStandIn({ version: '20.10.4', batchAppend: false })
  t.teardown(() => old.stop())
  const read = await town.postgres.freshDatabase()
  await waitsFor(t, {
    change: { LINLI_EVENTS: old.url, LINLI_READ: read },
    sentence: /20\.10\.4.*22\.6 or later, or KurrentDB, is needed/,
    mend: async () => old.announce({ version: '23.10.6', batchAppend: true }),
  })
})

const NEWER = `insert into linli_work.migration (number, name, at, linli)
  select max(number) + 1, 'later tables', 0, '9.9.9' from linli_work.migration`
const OLDER = `delete from linli_work.migration where linli = '9.9.9'`
const HALF = 'alter table linli_work.migration rename to set_aside'
const WHOLE = 'alter table linli_work.set_aside rename to migration'

t.test('a database that is half there, or that a newer linli made', async (t) => {
  await sqlIn(HALF)
  const half = /not as a linli left it .*: restore it from a backup as a whole/
  t.match(await linli(['doctor'], { env: town.environment }), { status: 1 })
  await waitsFor(t, { sentence: half, mend: () => sqlIn(WHOLE) })
  await sqlIn('alter table linli_work.link rename to set_aside')
  const mend = () => sqlIn('alter table linli_work.set_aside rename to link')
  await waitsFor(t, { sentence: /the table link is missing/, mend })
  await sqlIn(NEWER)
  const newer = /made by a newer linli \(9\.9\.9, step \d+, later tables\): upgrade this one/
  t.match(await linli(['doctor'], { env: town.environment }), { status: 1, stdout: newer })
  await waitsFor(t, { sentence: newer, mend: () => sqlIn(OLDER) })
})

type Given = { status: number; code?: string; id?: string }

async function report(url: string, key: string): Promise<Given> {
  const { place, tokens } = town.neighbourhood
  const answer = await fetch(`${url}/api/appeal/report`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokens.gridWorker}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(reportOf(place, '13900000000')),
  })
  return { status: answer.status, ...((await answer.json()) as { code?: string; id?: string }) }
}

const isStored = async (id = '') => (await town.community.store.read(id)).length > 0

t.test('while they run', async (t) => {
  const [api, worker] = [launch('api', town.environment), launch('worker', town.environment)]
  const urls = await Promise.all([api.url, worker.url])
  const [url] = urls
  const allAre = (is: (found: Health) => boolean) =>
    Promise.all(urls.map((one) => healthUntil(one, is)))
  await allAre(({ http }) => http === 200)

  for (const [what, away, back] of [
    ['log-away', () => town.standIn.leave(), () => town.standIn.comeBack()],
    ['database-away', () => town.postgres.away(), () => town.postgres.back()],
  ] as const) {
    await t.test(what, async (t) => {
      const before = town.standIn.stored()
      await away()
      await allAre(({ http, status }) => http === 503 && status === what)
      const key = randomUUIDv7()
      const refused = await report(url, key)
      t.match(refused, { status: 503, code: /^(unavailable|outcome-unknown)$/ })
      t.equal(town.standIn.stored(), before, 'nothing is stored')
      t.same([api.child.exitCode, worker.child.exitCode], [null, null], 'nobody ended')
      await back()
      await allAre(({ http }) => http === 200)
      const again = await report(url, key)
      t.equal(again.status, 201)
      t.ok(await isStored(again.id), 'acknowledged and stored')
      t.equal((await report(url, key)).id, again.id, 'once')
    })
  }

  await t.test('another linli changes the database', async (t) => {
    await sqlIn(NEWER)
    const found = await allAre(({ http }) => http !== 200)
    t.ok(found.every(({ http }) => http === 503))
    t.same(await Promise.all([api.ended, worker.ended]), [1, 1], 'they end in order')
    for (const { said } of [api, worker]) t.match(said.at(-1), /made by a newer linli \(9\.9\.9/)
    await sqlIn(OLDER)
  })
})

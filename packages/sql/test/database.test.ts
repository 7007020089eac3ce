// Opening, faults, values and locks on a real server that also goes away and comes back, and
// migrations over both databases.
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import t from 'tap'
import { givenServer, startPostgres, withClient } from '../../../tests/postgres/server.ts'
import {
  checkMigrations,
  type HeldLock,
  kindOf,
  type Migrations,
  makeAlone,
  migrate,
  openDatabase,
  openLocks,
} from '../src/index.ts'

const server = await startPostgres()
t.teardown(() => server.stop())

type Tables = { pupil: { id: number; fullName: string; photo: Uint8Array | null } }
const schema = 'linli_work'
const open = (where: string, more: object = {}) => openDatabase<Tables>(where, { schema, ...more })
const fault = (code: string, retry = 'never') => ({ name: 'DatabaseFault', code, retry })

const pupils: Migrations = {
  what: 'school',
  tables: ['pupil'],
  steps: [
    {
      name: 'pupils',
      statements: ({ id, text, bytes }) => [
        `create table if not exists pupil (id ${id}, "fullName" ${text} not null, photo ${bytes})`,
      ],
    },
  ],
}
const later: Migrations = {
  ...pupils,
  steps: [
    ...pupils.steps,
    { name: 'rooms', statements: ({ int }) => [`create table room (number ${int} primary key)`] },
  ],
  tables: ['pupil', 'room'],
}
const changed = (url: string, parts: Partial<URL>) => Object.assign(new URL(url), parts).href

t.test('both databases: one code, the same names, values and order', async (t) => {
  const photo = Buffer.from([0, 1, 255])
  for (const where of [join(t.testdir(), 'a.db'), await server.freshDatabase()]) {
    const db = await open(where)
    t.equal(await migrate(db, pupils), 1)
    t.equal(await migrate(db, pupils), 0)
    const names = ['张三', 'b', 'B', '阿', 'a', 'é']
    for (const fullName of names) {
      await sql`insert into pupil ("fullName", photo) values (${fullName}, ${photo})`.execute(db)
    }
    const rows = await db.selectFrom('pupil').selectAll().orderBy('fullName').execute()
    t.same(
      rows.map(({ fullName }) => fullName),
      names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      'texts sort by their bytes',
    )
    t.same(Buffer.from(rows[0]?.photo ?? []), photo)
    const { rows: counted } = await sql<{ n: number; s: number }>`
      select count(*) as n, sum(id) as s from pupil`.execute(db)
    t.same(counted, [{ n: 6, s: 21 }], 'numbers, and not texts')
    await t.rejects(
      db.transaction().execute(async (change) => {
        await change.deleteFrom('pupil').execute()
        throw new Error('undo')
      }),
      /undo/,
    )
    t.equal((await db.selectFrom('pupil').selectAll().execute()).length, 6)
    const { rows: book } = await sql<object>`select number, name, linli from migration`.execute(db)
    t.match(book, [{ number: 1, name: 'pupils', linli: /^\d+\.\d+\.\d+$/ }])
    await db.destroy()
  }
})

t.test('a number that cannot be held exactly is a fault', async (t) => {
  const db = await open(await server.freshDatabase())
  t.equal(kindOf(db), 'postgres')
  const select = (text: string) => sql.raw<{ n: number }>(`select ${text} as n`).execute(db)
  t.same((await select('9007199254740991')).rows, [{ n: Number.MAX_SAFE_INTEGER }])
  t.same((await select('1.5::numeric')).rows, [{ n: 1.5 }])
  await t.rejects(select('9007199254740993'), fault('number-too-large'))
  await t.rejects(select('(select sum(a) from (values (9007199254740991), (2)) as b(a))'), {
    code: 'number-too-large',
  })
  t.same((await select('1::int8')).rows, [{ n: 1 }], 'the connection can be used')
  await db.destroy()
})

t.test('what is wrong at the start is one sentence with what to do', async (t) => {
  const url = await server.freshDatabase()
  const cases: [string, object, ReturnType<typeof fault>, RegExp][] = [
    ['postgres://', {}, fault('url-wrong'), /write it as postgres:/],
    ['postgres://u:secret@host', {}, fault('url-wrong'), /write it as postgres:/],
    [changed(url, { password: 'canary' }), {}, fault('credentials-wrong'), /correct them/],
    [changed(url, { pathname: '/none' }), {}, fault('database-missing'), /createdb/],
    [changed(url, { port: '1' }), {}, fault('server-away', 'later'), /start it/],
    [changed(url, { host: 'none.invalid' }), {}, fault('server-away', 'later'), /check host/],
    [`${url}?sslmode=require`, {}, fault('tls-failed'), /set sslmode/],
    [url, { leastVersion: 990_000 }, fault('version-too-old'), /99 or later, so upgrade it/],
  ]
  for (const [where, options, expected, remedy] of cases) {
    const told = await open(where, options).catch((thrown: unknown) => thrown)
    t.match(told, expected, where)
    const message = told instanceof Error ? told.message : ''
    t.match(message, remedy)
    t.match(message, /^\P{Cc}+\.$/u, 'one sentence')
    t.notMatch(message, /canary|secret/)
  }
  const latin = changed(url, { pathname: `/linli_latin_${process.pid}` })
  const role = `reader_${process.pid}`
  await withClient(url, async (client) => {
    await client.query(`create database ${latin.split('/').at(-1)} encoding 'LATIN1'
      template template0 locale_provider libc locale 'C'`)
    await client.query(`create role ${role} login password 'pass'`)
  })
  await t.rejects(open(latin), fault('encoding-wrong'))
  const reader = changed(url, { username: role, password: 'pass' })
  await t.rejects(open(reader), fault('rights-missing'))
  await withClient(url, async (client) => {
    await client.query(`drop database ${latin.split('/').at(-1)}`)
    await client.query(`drop role ${role}`)
  })
})

t.test('files that cannot be used', async (t) => {
  const folder = t.testdir()
  writeFileSync(join(folder, 'b.db'), 'this is no database '.repeat(500))
  await t.rejects(open(join(folder, 'b.db')), fault('file-unusable'))
  mkdirSync(join(folder, 'c.db'))
  await t.rejects(open(join(folder, 'c.db')), fault('file-unusable'))
})

t.test('a slow statement is ended, and so is waiting for a silent server', async (t) => {
  const url = await server.freshDatabase()
  const db = await open(url, { statementTimeoutMs: 50, poolSize: 1 })
  await t.rejects(sql`select pg_sleep(10)`.execute(db), fault('too-slow', 'later'))
  t.ok(await sql`select 1`.execute(db), 'the connection can be used')
  await db.destroy()

  const between = await proxyTo(Number(new URL(url).port))
  t.teardown(() => between.close())
  const through = changed(url, { port: String(between.port) })
  const far = await open(through, { statementTimeoutMs: 300, poolSize: 1 })
  between.isSilent = true
  await t.rejects(sql`select 1`.execute(far), fault('server-away', 'later'))
  const away = open(through, { connectTimeoutMs: 100 })
  await t.rejects(away, fault('server-away', 'later'))
  between.isSilent = false
  t.ok(await sql`select 1`.execute(far), 'the silent connection was thrown away')
  await far.destroy()
})

t.test('two make the schema and the tables at once; both find them', async (t) => {
  const url = await server.freshDatabase()
  const both = await Promise.all([open(url), open(url), open(url)])
  const steps = await Promise.all(both.map((db) => migrate(db, later)))
  t.same(steps.toSorted(), [0, 0, 2])
  for (const db of both) await db.destroy()
})

t.test('many make one table at once, and none is told that another was first', async (t) => {
  const where = await server.freshDatabase()
  const handles = await Promise.all(Array.from({ length: 8 }, () => open(where)))
  for (const round of [1, 2, 3, 4, 5]) {
    const statement = sql`create table if not exists ${sql.id(`shelf_${round}`)} (id bigint)`
    const made = await Promise.allSettled(handles.map((db) => makeAlone(db, statement)))
    t.ok(
      made.every(({ status }) => status === 'fulfilled'),
      `round ${round}`,
    )
  }
  await Promise.all(handles.map((db) => db.destroy()))
})

t.test('a newer, a torn and an edited database are refused', async (t) => {
  for (const where of [join(t.testdir(), 'a.db'), await server.freshDatabase()]) {
    const db = await open(where)
    t.equal(await migrate(db, pupils), 1)
    await t.rejects(checkMigrations(db, later), fault('half-migrated'))
    t.equal(await migrate(db, later), 1)
    await checkMigrations(db, later)
    const newer = { ...fault('newer-linli'), message: /step 2, rooms\): upgrade this one/ }
    await t.rejects(migrate(db, pupils), newer)
    await t.rejects(checkMigrations(db, pupils), newer)
    await sql`drop table room`.execute(db)
    await t.rejects(migrate(db, later), { code: 'half-migrated', message: /room is missing/ })
    await sql`delete from migration where number = 1`.execute(db)
    await t.rejects(migrate(db, later), fault('half-migrated'))
    await sql`drop table migration`.execute(db)
    if (kindOf(db) === 'postgres') {
      await t.rejects(migrate(db, later), { code: 'half-migrated', message: /pupil is there/ })
    }
    await db.destroy()
  }
})

t.test('a step that fails leaves the database as it was', async (t) => {
  const bad = { name: 'bad', statements: () => ['create table half (a int)', 'select nonsense'] }
  const broken = { ...later, steps: [...later.steps, bad] }
  for (const where of [join(t.testdir(), 'a.db'), await server.freshDatabase()]) {
    const db = await open(where)
    await migrate(db, pupils)
    await t.rejects(migrate(db, broken), /nonsense/)
    t.equal(await migrate(db, later), 1, 'and goes on from there')
    await db.destroy()
  }
})

t.test('a lock is held once, and lost with its connection', async (t) => {
  const url = await server.freshDatabase()
  const ours = openLocks(url)
  const theirs = openLocks(url)
  const held = await ours.take('projector/rows')
  t.ok(held)
  t.equal(await ours.take('projector/rows'), undefined)
  t.equal(await theirs.take('projector/rows'), undefined)
  const other = await theirs.take('projector/words')
  t.ok(other)
  await held?.release()
  t.equal(held?.lost.aborted, false, 'given back is not lost')
  const next = await theirs.take('projector/rows')
  t.ok(next)
  const lost = new Promise((resolve) => next?.lost.addEventListener('abort', resolve))
  await withClient(url, (client) =>
    client.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`),
  )
  await lost
  t.equal(other?.lost.aborted, true)
  // A backend gives its locks back a little after it has told of its end.
  let again: HeldLock | undefined
  while (again === undefined) again = await ours.take('projector/rows').catch(() => undefined)
  t.equal(await theirs.take('projector/rows'), undefined, 'connected anew')
  await Promise.all([ours.close(), theirs.close()])
  const third = openLocks(url)
  t.ok(await third.take('projector/rows'), 'closing gives back')
  await third.close()
})

const oursOnly = { skip: givenServer === undefined ? false : 'a given server is not stopped' }
t.test(
  'the server goes away and comes back: faults meanwhile, then as before',
  oursOnly,
  async (t) => {
    const url = await server.freshDatabase()
    const db = await open(url, { poolSize: 3 })
    await migrate(db, pupils)
    const locks = openLocks(url)
    const held = await locks.take('one')
    const lost = new Promise((resolve) => held?.lost.addEventListener('abort', resolve))
    const inside = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const broken = db.transaction().execute(async (change) => {
      await sql`insert into pupil ("fullName") values ('half')`.execute(change)
      inside.resolve()
      await gone.promise
      await sql`insert into pupil ("fullName") values ('half')`.execute(change)
    })
    const sleeping = sql`select pg_sleep(20)`.execute(db)
    const failed = [t.rejects(broken, fault('server-away', 'later'))]
    failed.push(t.rejects(sleeping, fault('server-away', 'later')))
    await inside.promise
    await server.away()
    gone.resolve()
    await Promise.all(failed)
    await lost
    await t.rejects(names(db), fault('server-away', 'later'))
    await t.rejects(open(url), fault('server-away', 'later'))
    await t.rejects(locks.take('one'), fault('server-away', 'later'))
    await server.back()
    t.same(await names(db), [], 'nothing half is there')
    t.ok(await locks.take('one'))
    await locks.close()
    await db.destroy()
  },
)

const names = (db: Kysely<Tables>) => db.selectFrom('pupil').select('fullName').execute()

/** Passes bytes on to a server, or keeps them to itself. */
async function proxyTo(server: number) {
  const sockets: Socket[] = []
  const proxy = createServer((near) => {
    const far = connect(server, '127.0.0.1')
    sockets.push(near, far)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.on('data', (bytes) => between.isSilent || to.write(bytes))
    }
  })
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))
  const address = proxy.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const close = () => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  }
  const between = { port, isSilent: false, close }
  return between
}

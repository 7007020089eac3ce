// Who does what among processes on one database: whole pieces by one of them, numbered pieces in
// even shares; what a lost connection held is given up at once and taken up by another.
import { once } from 'node:events'
import { Leases } from '@linli/runtime'
import { openLocks } from '@linli/sql'
import { Client } from 'pg'
import t from 'tap'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'

const PIECES = 64

let server: TestPostgres | undefined
t.teardown(() => server?.stop())

/** A process as its locks see it, and when what it holds changes. */
function holder(url: string) {
  const faults: unknown[] = []
  const leases = new Leases({
    locks: openLocks(url),
    onFault: (_what, fault) => faults.push(fault),
  })
  const changes = new EventTarget()
  let held: readonly number[] = []
  let isClockwork = false
  const changed = () => changes.dispatchEvent(new Event('change'))
  leases.hold('clocks', async (signal) => {
    isClockwork = true
    changed()
    await once(signal, 'abort')
    isClockwork = false
    changed()
  })
  leases.share({
    name: 'effects',
    pieces: PIECES,
    hold: async (pieces) => {
      held = pieces
      changed()
    },
    lose: async () => {
      held = []
      changed()
    },
  })
  const until = async (is: () => boolean) => {
    while (!is()) await once(changes, 'change')
  }
  return { leases, until, held: () => held, isClockwork: () => isClockwork }
}

t.test('leases', async (t) => {
  server = await startPostgres()
  const url = await server.freshDatabase()
  const [a, b] = [holder(url), holder(url)]

  await t.test('the first has everything, and shares with the second', async (t) => {
    await a.leases.start()
    t.equal(a.held().length, PIECES)
    t.equal(a.isClockwork(), true)
    await b.leases.start()
    await Promise.all([
      a.until(() => a.held().length === PIECES / 2),
      b.until(() => b.held().length === PIECES / 2),
    ])
    const all = new Set([...a.held(), ...b.held()])
    t.equal(all.size, PIECES, 'each piece is held by one')
    t.equal(b.isClockwork(), false)
  })

  await t.test('a connection that is cut loses all at once, and another takes it up', async (t) => {
    const lost = a.until(() => a.held().length === 0)
    const client = new Client(url)
    await client.connect()
    const { rows } = await client.query(`select pid from pg_locks where locktype = 'advisory'
      group by pid order by count(*) desc, pid`)
    t.equal(rows.length, 2)
    // The one with the clocks has a lock more than the other.
    await client.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    await client.end()
    await lost
    t.equal(a.isClockwork(), false)
    await Promise.race([a.until(a.isClockwork), b.until(b.isClockwork)])
    await Promise.all([
      a.until(() => a.held().length === PIECES / 2),
      b.until(() => b.held().length === PIECES / 2),
    ])
    t.equal(new Set([...a.held(), ...b.held()]).size, PIECES)
  })

  await t.test('who ends gives everything back', async (t) => {
    await a.leases.close()
    t.same(a.held(), [])
    await b.until(() => b.held().length === PIECES && b.isClockwork())
    t.equal(b.held().length, PIECES)
    await b.leases.close()
  })
})

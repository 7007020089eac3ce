// Serves PostgreSQL until it is told to end: for people, and for tests of other processes.
// `node tests/postgres/serve.ts --port 5440` prints one line of JSON with the URL of a new
// database when it is ready; its data go when it ends.
import { parseArgs } from 'node:util'
import { startPostgres } from './server.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const server = await startPostgres({ port: Number(values.port) })
const awake = setInterval(() => {}, 60_000)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())
console.log(JSON.stringify({ url: await server.freshDatabase() }))

async function end(): Promise<void> {
  clearInterval(awake)
  await server.stop()
}

// The least that stores what it is sent: node:http, JSON.parse, the same store. What linli's own
// figures are compared with. Runs as a child.
import { randomUUIDv7 } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openSqliteStore, type SqliteStore } from '@linli/event-store'
import { ALONE_COMMANDS, phoneOf, reportOf } from './case-script.ts'
import { answerCalls } from './child-call.ts'
import { scanLog } from './log-scan.ts'

const server = createServer()
let store: SqliteStore | undefined

function opened(): SqliteStore {
  if (store === undefined) throw new Error('no store is open')
  return store
}

/** The least a server can do: parse the body, store it, answer. */
async function open(given: { folder: string; commitDelayMs?: number }): Promise<{ port: number }> {
  const bare = await openSqliteStore(given)
  store = bare
  server.on('request', (request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => {
      text += part
    })
    request.on('end', async () => {
      const [, stream = '', revision] = (request.url ?? '').split('/')
      const data: unknown = JSON.parse(text)
      const id = randomUUIDv7()
      const event = { id, type: 'bare', text: JSON.stringify({ id, stream, data }) }
      const answer = JSON.stringify(await bare.append(stream, Number(revision) - 1, [event]))
      response.writeHead(200, { 'content-length': answer.length }).end(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on a port has this form of address.
  const { port } = server.address() as AddressInfo
  return { port }
}

/** Appends of texts of the log's own kind, so many at once, to streams of their own: per second. */
async function appends(given: { events: number; atOnce: number }): Promise<number> {
  const to = opened()
  const text = JSON.stringify(reportOf('place-00000000-0000-7000-8000-000000000000', phoneOf(0)))
  let left = given.events
  const began = performance.now()
  const hand = async () => {
    while (left > 0) {
      const stream = `bare-${randomUUIDv7()}`
      for (let revision = 0; revision < ALONE_COMMANDS && left > 0; revision += 1) {
        left -= 1
        const answer = await to.append(stream, revision - 1, [
          { id: randomUUIDv7(), type: 'bare', text },
        ])
        if (!answer.ok) throw new Error(`${stream} conflicts`)
      }
    }
  }
  await Promise.all(Array.from({ length: given.atOnce }, hand))
  return given.events / ((performance.now() - began) / 1000)
}

async function close(): Promise<void> {
  server.closeAllConnections()
  server.close()
  await store?.close()
}

/** Time of the main thread since its start, s. */
function cpu(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1e6
}

answerCalls({ open, appends, cpu, scan: () => scanLog(opened()) }, close)

// Restate with @restatedev/xstate: its server, the machine as a service of this process, and
// requests over HTTP at its ingress. Prints requests a second as JSON (a case is made, then takes
// six events). Arguments: cases, how
// many connections.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as restate from '@restatedev/restate-sdk'
import { xstate } from '@restatedev/xstate'
import { appeal, STEPS, TEXT } from './appeal.ts'

const [cases = 300, connections = 64] = process.argv.slice(2).map(Number)
const READY_TRIES = 300
const PAUSE_MS = 100

const [node, ingress, admin, service] = await freePorts()
const folder = await mkdtemp(join(tmpdir(), 'linli-peer-'))
const agent = new Agent({ keepAlive: true, maxSockets: connections })
await restate
  .endpoint()
  .setLogger(() => {})
  .bind(xstate('appeal', appeal))
  .listen(service)
const server = startServer()
try {
  await ready()
  await play(Math.ceil(cases / 10))
  const began = performance.now()
  await play(cases)
  const seconds = (performance.now() - began) / 1000
  console.log(JSON.stringify({ perSecond: (cases * (1 + STEPS.length)) / seconds }))
} finally {
  server.kill()
  await once(server, 'exit')
  await rm(folder, { recursive: true, force: true })
}
process.exit(0)

function startServer(): ChildProcess {
  const local = (port: number) => `127.0.0.1:${port}`
  return spawn(serverBinary(), ['--base-dir', folder], {
    stdio: 'ignore',
    env: {
      ...process.env,
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_BIND_ADDRESS: local(node),
      RESTATE_ADVERTISED_ADDRESS: `http://${local(node)}`,
      RESTATE_INGRESS__BIND_ADDRESS: local(ingress),
      RESTATE_INGRESS__ADVERTISED_ADDRESS: `http://${local(ingress)}`,
      RESTATE_ADMIN__BIND_ADDRESS: local(admin),
      RESTATE_ADMIN__ADVERTISED_ADDRESS: `http://${local(admin)}`,
      RUST_LOG: 'off',
    },
  })
}

/** The binary itself, not its launcher: it is ended by its own process id. */
function serverBinary(): string {
  const near = createRequire(
    createRequire(import.meta.url).resolve('@restatedev/restate-server/package.json'),
  )
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`
  return near.resolve(`${name}/bin/restate-server`)
}

async function ready(): Promise<void> {
  const uri = JSON.stringify({ uri: `http://127.0.0.1:${service}` })
  for (let tried = 0; tried < READY_TRIES; tried += 1) {
    const status = await send(admin, '/deployments', uri).catch(() => 0)
    if (status >= 200 && status < 300) return
    await wait(PAUSE_MS)
  }
  throw new Error('restate-server was not ready in time')
}

async function play(count: number): Promise<void> {
  let left = count
  const hand = async () => {
    while (left-- > 0) {
      const id = randomUUID()
      await ask(`/appeal/${id}/create`, '{}')
      for (const type of STEPS) {
        const body = JSON.stringify({ event: { type, text: TEXT } })
        await ask(`/appeal/${id}/send`, body)
      }
    }
  }
  await Promise.all(Array.from({ length: connections }, hand))
}

async function ask(path: string, body: string): Promise<void> {
  const status = await send(ingress, path, body)
  if (status !== 200) throw new Error(`${path}: ${status}`)
}

function send(port: number, path: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const asked = { host: '127.0.0.1', port, path, method: 'POST', headers, agent }
    const sent = request(asked, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

async function freePorts(): Promise<[number, number, number, number]> {
  const servers = Array.from({ length: 4 }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((one) => once(one, 'listening')))
  const ports = servers.map((one) => {
    const address = one.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  })
  await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))))
  const [a = 0, b = 0, c = 0, d = 0] = ports
  return [a, b, c, d]
}

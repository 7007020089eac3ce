// An installation of many processes for tests: PostgreSQL and a log server of their own, and api
// and worker as real processes that can be killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Community, openCommunity } from '@linli/runtime'
import { type StandIn, startStandIn } from '../kurrent/stand-in.ts'
import { makeNeighbourhood, type Neighbourhood } from '../load/neighbourhood.ts'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'

/** One process; `url` is where it listens. */
export type Running = {
  service: 'api' | 'worker'
  url: string
  child: ChildProcess
  /** What it said on standard error. */
  said: string[]
}

/** The settings that all processes of an installation have. */
export type Environment = Record<`LINLI_${string}`, string>

/** A process, whatever becomes of it. */
export type Launched = {
  child: ChildProcess
  /** Where it listens once it is open; rejects when it ends before. */
  url: Promise<string>
  /** The one line it says when it is open. */
  line: Promise<{ url: string; link?: string }>
  /** The first line on standard error that fits; rejects when it ends without. */
  says: (pattern: RegExp) => Promise<string>
  said: string[]
  /** Its exit status. */
  ended: Promise<number | null>
}

/** Servers, a folder, and what processes are started with. */
export type Town = {
  environment: Environment
  standIn: StandIn
  postgres: TestPostgres
  community: Community
  neighbourhood: Neighbourhood
  start: (service: Running['service']) => Promise<Running>
  close: () => Promise<void>
}

/** Starts the servers, founds a neighbourhood, and leaves everything behind it to workers. */
export async function foundTown(residents: number): Promise<Town> {
  const folder = mkdtempSync(join(tmpdir(), 'linli-many-'))
  const postgres = await startPostgres()
  const standIn = await startStandIn()
  const read = await postgres.freshDatabase()
  const events = standIn.url
  const keyFile = join(folder, 'key')
  const environment: Environment = {
    LINLI_EVENTS: events,
    LINLI_READ: read,
    LINLI_KEY_FILE: keyFile,
    LINLI_DATA: join(folder, 'data'),
    LINLI_FILES: join(folder, 'files'),
    LINLI_LOG_LEVEL: 'warn',
  }
  // The first to open makes the key file; it works until there are workers.
  const first = await openCommunity({ folder: join(folder, 'first'), events, read, keyFile })
  const neighbourhood = await makeNeighbourhood(first, residents)
  await first.settled()
  await first.close()
  const start = (service: Running['service']) => started(service, environment)
  const worker = await start('worker')
  const given = { folder: join(folder, 'looker'), events, read, keyFile }
  const community = await openCommunity({ ...given, does: 'requests' })
  await end(worker)
  return {
    environment,
    standIn,
    postgres,
    community,
    neighbourhood,
    start,
    async close() {
      await community.close()
      killAll()
      await standIn.stop()
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Ends a process in order; gives its exit status. */
export async function end({ child }: Running): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const [status] = await exited
  return status
}

/** Ends a process at once, as a power cut would. */
export async function kill({ child }: Running): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Ends every process that was launched here and still runs. */
export function killAll(): void {
  for (const child of children) child.kill('SIGKILL')
}

const children = new Set<ChildProcess>()

async function started(service: Running['service'], environment: Environment): Promise<Running> {
  const { child, said, url } = launch(service, environment)
  return { service, url: await url, child, said }
}

/** Launches a service, on any free port unless one is given. */
export function launch(service: Running['service'], environment: Environment): Launched {
  const main = fileURLToPath(new URL(`../../services/${service}/src/main.ts`, import.meta.url))
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const child = spawn(process.execPath, [main], {
    env: { ...inherited, LINLI_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  const said: string[] = []
  const hear = new EventTarget()
  const ended = once(child, 'close').then(([status]): number | null => status)
  if (child.stderr !== null) {
    createInterface(child.stderr).on('line', (line) => {
      said.push(line)
      hear.dispatchEvent(new Event('line'))
    })
  }
  const gone = ended.then((status) => {
    throw new Error(`${service} ended with ${status}: ${said.join('\n')}`)
  })
  const first = Promise.withResolvers<{ url: string; link?: string }>()
  if (child.stdout !== null) {
    createInterface(child.stdout).on('line', (line) => first.resolve(JSON.parse(line)))
  }
  const line = Promise.race([first.promise, gone])
  const url = line.then((opened) => opened.url)
  for (const promise of [gone, line, url]) promise.catch(() => {})
  const says = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = said.find((one) => pattern.test(one))
      if (found !== undefined) return found
      await Promise.race([once(hear, 'line'), gone])
    }
  }
  return { child, url, line, says, said, ended }
}

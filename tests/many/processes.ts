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
import { startStandIn } from '../kurrent/stand-in.ts'
import { makeNeighbourhood, type Neighbourhood } from '../load/neighbourhood.ts'
import { startPostgres } from '../postgres/server.ts'

/** One process; `url` is where it listens. */
export type Running = {
  service: 'api' | 'worker'
  url: string
  child: ChildProcess
  /** What it said on standard error. */
  said: string[]
}

/** Servers, a folder, and what processes are started with. */
export type Town = {
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
  const environment = {
    LINLI_EVENTS: events,
    LINLI_READ: read,
    LINLI_KEY_FILE: keyFile,
    LINLI_DATA: join(folder, 'data'),
    LINLI_FILES: join(folder, 'files'),
    LINLI_LOG_LEVEL: 'warn',
  }
  const children = new Set<ChildProcess>()
  // The first to open makes the key file; it works until there are workers.
  const first = await openCommunity({ folder: join(folder, 'first'), events, read, keyFile })
  const neighbourhood = await makeNeighbourhood(first, residents)
  await first.settled()
  await first.close()
  const start = (service: Running['service']) => started(service, environment, children)
  const worker = await start('worker')
  const given = { folder: join(folder, 'looker'), events, read, keyFile }
  const community = await openCommunity({ ...given, does: 'requests' })
  await end(worker)
  return {
    community,
    neighbourhood,
    start,
    async close() {
      await community.close()
      for (const child of children) child.kill('SIGKILL')
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

async function started(
  service: Running['service'],
  environment: Record<string, string>,
  children: Set<ChildProcess>,
): Promise<Running> {
  const main = fileURLToPath(new URL(`../../services/${service}/src/main.ts`, import.meta.url))
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const child = spawn(process.execPath, [main], {
    env: { ...inherited, ...environment, LINLI_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  const said: string[] = []
  if (child.stderr !== null) createInterface(child.stderr).on('line', (line) => said.push(line))
  const url = Promise.withResolvers<string>()
  child.once('exit', () => url.reject(new Error(`${service} ended: ${said.join('\n')}`)))
  if (child.stdout !== null) {
    createInterface(child.stdout).on('line', (line) => url.resolve(String(JSON.parse(line).url)))
  }
  return { service, url: await url.promise, child, said }
}

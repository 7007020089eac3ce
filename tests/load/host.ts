// The processes of one measurement: a server in a folder of its own and the load generator.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, openChild } from './child-call.ts'
import type { OpenGiven } from './host-process.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import type { Sizes } from './sizes.ts'

/** What a measurement is given. `peers`: they are installed if missing, and measured. */
export type Bench = {
  sizes: Sizes
  log: (line: string) => void
  execArgv: readonly string[]
  peers: boolean
}

/**
 * How a community is opened: its log and its database on servers, if named, and so many processes
 * that serve requests beside the one that does the work. `phones` are those of the sizes.
 */
export type HostOptions = {
  commitDelayMs?: number
  events?: string
  read?: string
  apis?: number
  phones?: number
}

/** A community with its neighbourhood, ready for load. */
export type Host = {
  folder: string
  server: Child
  load: Child
  /** Where requests are served: by the server, or by processes that do only that. */
  ports: readonly [number, ...number[]]
  neighbourhood: Neighbourhood
}

/** The flags of the start script. */
const START_FLAGS = ['--max-semi-space-size=16']

/** Opens a community in a fresh folder, uses it, and leaves nothing behind. */
export async function withHost<Result>(
  bench: Bench,
  { apis: count = 0, phones = bench.sizes.phones, ...options }: HostOptions,
  use: (host: Host) => Promise<Result>,
): Promise<Result> {
  return withFolder(async (folder) => {
    const start = () => openChild('host-process.ts', [...START_FLAGS, ...bench.execArgv])
    const server = start()
    const load = openChild('load-process.ts')
    const apis: Child[] = []
    try {
      const given: OpenGiven = { folder, ...options }
      const { port } = await server.call<{ port: number }>('open', given)
      const neighbourhood = await server.call<Neighbourhood>('neighbourhood', phones)
      await server.call('settled')
      const ports = [port]
      for (let place = 0; place < count; place += 1) {
        const api = start()
        apis.push(api)
        const own = { folder: join(folder, `api-${place}`), keyFile: join(folder, 'key') }
        const asked: OpenGiven = { ...given, ...own, does: 'requests' }
        ports.push((await api.call<{ port: number }>('open', asked)).port)
      }
      const [first = port, ...others] = count > 0 ? ports.slice(1) : ports
      return await use({ folder, server, load, ports: [first, ...others], neighbourhood })
    } finally {
      await load.end()
      for (const api of apis) await api.end()
      await server.end()
    }
  })
}

/** The bare server in a fresh folder: the least that stores what it is sent. */
export async function withBare<Result>(
  options: { commitDelayMs?: number },
  use: (bare: { server: Child; load: Child; port: number }) => Promise<Result>,
): Promise<Result> {
  return withFolder(async (folder) => {
    const server = openChild('bare-process.ts')
    const load = openChild('load-process.ts')
    try {
      const { port } = await server.call<{ port: number }>('open', { folder, ...options })
      return await use({ server, load, port })
    } finally {
      await load.end()
      await server.end()
    }
  })
}

/** Uses a fresh folder and removes it. */
export async function withFolder<Result>(
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'linli-bench-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// The processes of one measurement: a server in a folder of its own and the load generator.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, openChild } from './child-call.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import type { Sizes } from './sizes.ts'

/** What a measurement is given. */
export type Bench = { sizes: Sizes; log: (line: string) => void; execArgv: readonly string[] }

/** A community with its neighbourhood, ready for load. */
export type Host = {
  folder: string
  server: Child
  load: Child
  port: number
  neighbourhood: Neighbourhood
}

/** The flags of the start script. */
const START_FLAGS = ['--max-semi-space-size=16']

/** Opens a community in a fresh folder, uses it, and leaves nothing behind. */
export async function withHost<Result>(
  bench: Bench,
  options: { commitDelayMs?: number },
  use: (host: Host) => Promise<Result>,
): Promise<Result> {
  return withFolder(async (folder) => {
    const server = openChild('host-process.ts', [...START_FLAGS, ...bench.execArgv])
    const load = openChild('load-process.ts')
    try {
      const { port } = await server.call<{ port: number }>('open', { folder, ...options })
      const neighbourhood = await server.call<Neighbourhood>('neighbourhood', bench.sizes.phones)
      await server.call('settled')
      return await use({ folder, server, load, port, neighbourhood })
    } finally {
      await load.end()
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

// linli as a newcomer starts it: the real command in an empty folder, with the demo and the pages.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const main = fileURLToPath(new URL('../../services/linli/src/main.ts', import.meta.url))
const Started = z.object({ url: z.string(), demo: z.boolean() })

/** How long the pages are built and the demo is made, at most (ms). */
const START_MS = 180_000

/** A running demo; `stop` gives the exit status. */
export type DemoServer = { url: string; stop: () => Promise<number | null> }

/** Starts on any free port; builds the pages when they are missing or old. */
export async function startDemo(folder: string): Promise<DemoServer> {
  const child = spawned(['start', '--demo', '--json', '--port', '0', '--data', folder])
  const closed = once(child, 'close')
  if (child.stdout === null) throw new Error('a child with pipes has them')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const patience = setTimeout(() => child.kill('SIGKILL'), START_MS)
  const first = await lines.next()
  clearTimeout(patience)
  if (first.done === true) throw new Error('the server ended, or was ended, before it listened')
  return {
    url: Started.parse(JSON.parse(first.value)).url,
    async stop() {
      child.kill('SIGTERM')
      const [status] = await closed
      return z.number().nullable().parse(status)
    },
  }
}

function spawned(args: readonly string[]): ChildProcess {
  // The test runner's loader, which it puts into every child, would slow the server down.
  const { NODE_OPTIONS: _, ...env } = process.env
  return spawn(process.execPath, [main, ...args], {
    env: { ...env, LINLI_LOG_LEVEL: 'error', LINLI_DEMO: 'first' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

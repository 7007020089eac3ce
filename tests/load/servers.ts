// The servers of an installation of many processes, each a process of its own: the stand-in of the
// log's server, and a real PostgreSQL that writes to disk as in production.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Starts `serve.ts` of that folder of tests, uses its address, and ends it. */
export async function withServer<Result>(
  folder: 'kurrent' | 'postgres',
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const path = fileURLToPath(new URL(`../${folder}/serve.ts`, import.meta.url))
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    return await use(await urlOf(child))
  } finally {
    await ended(child)
  }
}

/** An empty log on a server and an empty database, for as long as they are used. */
export function withServers<Result>(
  use: (servers: { events: string; read: string }) => Promise<Result>,
): Promise<Result> {
  return withServer('kurrent', (events) => withServer('postgres', (read) => use({ events, read })))
}

async function urlOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the server was started with a pipe')
  for await (const line of createInterface({ input: child.stdout })) {
    const { url }: { url: string } = JSON.parse(line)
    return url
  }
  throw new Error('the server ended before it was ready')
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

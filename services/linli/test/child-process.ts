// linli as others see it: a process. Runs commands to their end, and servers until they are told.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

const LONGEST_MS = 120_000

/** What a command said and how it ended. */
export type Ended = { status: number | null; stdout: string; stderr: string; json: unknown }

type Given = { env?: Record<string, string>; shell?: string }

/** Runs a command to its end. `shell` is put before it, as in `ulimit -f 1; "$0" "$@"`. */
export const linli = (args: readonly string[], given: Given = {}): Promise<Ended> =>
  ended(begun(args, given), args)

/** Runs a command and sends it the signal once it has said a word on standard error. */
export async function stopped(args: readonly string[], signal: NodeJS.Signals): Promise<Ended> {
  const child = begun(args, {})
  child.stderr?.once('data', () => child.kill(signal))
  return ended(child, args)
}

async function ended(child: ChildProcess, args: readonly string[]): Promise<Ended> {
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)]
  const [status] = await once(child, 'close')
  const said = { stdout: await stdout, stderr: await stderr }
  return { status, ...said, json: args.includes('--json') ? JSON.parse(said.stdout) : undefined }
}

const Started = z.object({
  url: z.string(),
  link: z.string().optional(),
  data: z.string(),
  demo: z.boolean(),
  pid: z.number(),
})

/** A running server. */
export type Server = z.infer<typeof Started> & {
  /** Ends it in order and gives its status and everything it wrote on standard error. */
  stop: () => Promise<{ status: number | null; stderr: string }>
  /** Ends it as a power cut would. */
  kill: () => Promise<void>
}

/** Starts a server on any free port and waits until it listens. */
export async function server(
  folder: string,
  args: readonly string[] = [],
  given: Given = {},
): Promise<Server> {
  const fixed = ['start', '--json', '--no-pages', '--port', '0', '--data', folder]
  const child = begun([...fixed, ...args], given)
  const stderr = textOf(child.stderr)
  const closed = once(child, 'close')
  if (child.stdout === null) throw new Error('a child with pipes has them')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done === true) throw new Error(`the server did not start: ${await stderr}`)
  return {
    ...Started.parse(JSON.parse(first.value)),
    async stop() {
      child.kill('SIGTERM')
      const [status] = await closed
      return { status, stderr: await stderr }
    },
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

function begun(
  args: readonly string[],
  { env = {}, shell = 'exec "$0" "$@"' }: Given,
): ChildProcess {
  // The test runner's own loader, which it puts into every child, would slow them down.
  const script = `unset NODE_OPTIONS; ${shell}`
  return spawn('sh', ['-c', script, process.execPath, main, ...args], {
    env: { ...process.env, LINLI_LOG_LEVEL: 'warn', LINLI_DEMO: 'first', ...env },
    // One that does not end fails its test by its status, and holds up no other.
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  })
}

async function textOf(stream: ChildProcess['stdout']): Promise<string> {
  let text = ''
  if (stream !== null) for await (const part of stream.setEncoding('utf8')) text += part
  return text
}

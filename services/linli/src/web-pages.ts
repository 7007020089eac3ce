// The built web app: made once by its own tool, in a process of its own, when it is missing or
// older than its sources. The service knows its folder and nothing else of it.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = ['src', 'public', 'index.html', 'package.json', 'vite.config.ts'] as const
const webFolder = fileURLToPath(new URL('../../web/', import.meta.url))

/** The folder of the built pages, or why there is none; the API runs either way. */
export type WebPages = { folder?: string; trouble?: string }

/** Builds the pages if need be. `tell` hears that it takes a while. */
export async function buildWebPages(
  tell: (line: string) => void,
  root: string = webFolder,
): Promise<WebPages> {
  const folder = join(root, 'dist')
  const builtAt = changedAt(join(folder, 'index.html'))
  const newest = Math.max(...SOURCES.map((name) => newestIn(join(root, name))))
  if (builtAt >= newest && builtAt > 0) return { folder }
  const tool = buildTool(root)
  if (tool === undefined) {
    return builtAt > 0
      ? { folder }
      : { trouble: 'The pages are not built, nor is their tool here.' }
  }
  tell('building the pages, this once')
  const drawn = join(root, 'node_modules', `.pages-${process.pid}`)
  const trouble = await run(tool, root, drawn)
  if (trouble === undefined) {
    // Whole or not at all, also when two servers begin at once.
    rmSync(folder, { recursive: true, force: true })
    renameSync(drawn, folder)
    return { folder }
  }
  rmSync(drawn, { recursive: true, force: true })
  return { ...(builtAt > 0 ? { folder } : {}), trouble: `The pages could not be built: ${trouble}` }
}

function changedAt(path: string): number {
  return existsSync(path) ? statSync(path).mtimeMs : 0
}

function newestIn(path: string): number {
  if (!existsSync(path)) return 0
  if (!statSync(path).isDirectory()) return changedAt(path)
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
  return Math.max(
    0,
    ...files
      .filter((file) => file.isFile())
      .map((file) => changedAt(join(file.parentPath, file.name))),
  )
}

function buildTool(root: string): string | undefined {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('vite/package.json')
    return join(dirname(manifest), 'bin', 'vite.js')
  } catch {
    return undefined
  }
}

const SAID_CHARS = 2_000

/** Undefined when all went well, else the tool's first line of trouble. */
function run(tool: string, root: string, out: string): Promise<string | undefined> {
  const built = ['build', '--outDir', out, '--emptyOutDir', '--logLevel', 'error']
  const child = spawn(process.execPath, [tool, ...built], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  })
  let said = ''
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (part: string) => {
    said = (said + part).slice(0, SAID_CHARS)
  })
  return new Promise((resolve) => {
    child.once('error', (fault) => resolve(fault.message))
    child.once('close', (status) => resolve(status === 0 ? undefined : troubleIn(said, status)))
  })
}

/** The first thing the tool said that is neither its heading nor a place in its own code. */
function troubleIn(said: string, status: number | null): string {
  const lines = said.split('\n').map((line) => line.trim())
  const telling = lines.find((line) => line !== '' && !/^(at |error during build)/.test(line))
  return telling ?? `vite ended with status ${status}`
}

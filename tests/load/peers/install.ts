// Installs the peers into this folder, a workspace of its own with its own lock file, so that the
// project's install knows nothing of them. Run it, or give `pnpm bench --peers`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PNPM = 'pnpm@12.21.0'

/** Installs exactly what the lock file says. */
export async function installPeers(log: (line: string) => void): Promise<void> {
  log('installing the peers (about 400 MB) …')
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  const child = spawn('npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the peers could not be installed: pnpm ended with ${code}`)
}

if (import.meta.main) await installPeers((line) => console.error(line))

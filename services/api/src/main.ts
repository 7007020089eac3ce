// The first file of the process: says in one sentence when the Node it was started with is too
// old, and only then loads anything else. It must import nothing of ours at the top.
import { enableCompileCache } from 'node:module'
import process from 'node:process'

const OLDEST = 26
const major = Number(process.versions.node.split('.')[0])

if (major < OLDEST) {
  process.stderr.write(
    `linli needs Node ${OLDEST} or newer and was started with ${process.version}: start it by ` +
      '`npx --yes pnpm@12.21.0 api`, which brings the right one, or install a newer Node.\n',
  )
  process.exitCode = 1
} else {
  // What linli writes belongs to its owner alone, also in a folder that others may read.
  process.umask(0o077)
  enableCompileCache(new URL('../node_modules/.cache', import.meta.url).pathname)
  const { run } = await import('./api.ts')
  process.exit(await run())
}

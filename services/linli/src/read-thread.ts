// A thread that writes read models: reads the log on a connection of its own, so that the thread
// that answers requests never waits for it. What words are found by has a thread and a file of
// its own: it costs as much as all other rows, and neither waits for the other.
import { parentPort, workerData } from 'node:worker_threads'
import { instanceProjection, lateEntryProjection, searchProjection } from '@linli/engine'
import { openSqliteReader } from '@linli/event-store'
import { openRunner, type RunnerMessage, runProjections } from '@linli/projections'
import { loadKeyFile, openVaultReader } from '@linli/vault'
import { workflows } from '@linli/workflows'
import type { ReadThreadData } from './projection-thread.ts'
import { stepBack } from './thread-priority.ts'

const port = parentPort
if (port === null) throw new Error('read-thread.ts runs as a worker thread')
const { folder, file, writes, keyPath, vaultFile } = workerData as ReadThreadData
stepBack()

/** Small batches: folded cases that end inside one die young. */
function rows() {
  const projections = [instanceProjection({ workflows }), lateEntryProjection()]
  return { projections, batchEvents: 250, end: () => {} }
}

/** Large batches: each leaves a segment of postings, and segments are merged. */
function search() {
  const keyFile = loadKeyFile(keyPath, { vaultExists: true })
  const vault = openVaultReader(vaultFile, keyFile)
  const projections = [searchProjection(keyFile.derive('search'))]
  const open: typeof vault.open = (sealed, where) => vault.open(sealed, where)
  return { projections, batchEvents: 2_000, open, end: () => vault.close() }
}

const { end, ...kept } = writes === 'rows' ? rows() : search()
const reader = openSqliteReader(folder)
const runner = await openRunner({
  file,
  reader,
  ...kept,
  onMessage: ({ cause: _cause, ...message }: RunnerMessage & { cause?: unknown }) =>
    port.postMessage({ message }),
})
await runProjections(port, runner)
reader.close()
end()

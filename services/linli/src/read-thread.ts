// The thread that writes the read models: reads the log on a connection of its own, so that the
// thread that answers requests never waits for it.
import { parentPort, workerData } from 'node:worker_threads'
import { instanceProjection, lateEntryProjection, searchProjection } from '@linli/engine'
import { openSqliteReader } from '@linli/event-store'
import { openRunner, type RunnerMessage, runProjections } from '@linli/projections'
import { loadKeyFile, openVaultReader } from '@linli/vault'
import { workflows } from '@linli/workflows'
import { stepBack } from './thread-priority.ts'

const port = parentPort
if (port === null) throw new Error('read-thread.ts runs as a worker thread')
const { folder, file, keyPath, vaultFile } = workerData as Record<string, string> & {
  folder: string
  file: string
  keyPath: string
  vaultFile: string
}
stepBack()
const keyFile = loadKeyFile(keyPath, { vaultExists: true })
const vault = openVaultReader(vaultFile, keyFile)
const reader = openSqliteReader(folder)
const runner = await openRunner({
  file,
  reader,
  projections: [
    instanceProjection({ workflows }),
    searchProjection(keyFile.derive('search')),
    lateEntryProjection(),
  ],
  open: (sealed, where) => vault.open(sealed, where),
  onMessage: ({ cause: _cause, ...message }: RunnerMessage & { cause?: unknown }) =>
    port.postMessage({ message }),
})
await runProjections(port, runner)
reader.close()
vault.close()

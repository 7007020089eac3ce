// A thread that writes read models: reads the log on a connection of its own, so that the thread
// that answers requests never waits for it. What words are found by has a thread of its own, and
// on one machine a file: it costs as much as all other rows, and neither waits for the other.
import { parentPort, workerData } from 'node:worker_threads'
import {
  accountProjection,
  instanceProjection,
  lateEntryProjection,
  searchProjection,
} from '@linli/engine'
import { type EventReader, openSqliteReader } from '@linli/event-store'
import { openKurrentStore } from '@linli/event-store-kurrent'
import { type OpenSealed, openRunner, type RunnerMessage, runProjections } from '@linli/projections'
import { openDatabase } from '@linli/sql'
import { loadKeyFile, openVault, openVaultReader, type VaultTables } from '@linli/vault'
import { workflows } from '@linli/workflows'
import { openedAhead } from './opened-ahead.ts'
import type { ReadThreadData } from './projection-thread.ts'
import { stepBack } from './thread-priority.ts'

const port = parentPort
if (port === null) throw new Error('read-thread.ts runs as a worker thread')
const { folder, events, file, writes, keyPath, vault: vaultPlace } = workerData as ReadThreadData
stepBack()

type Closable = { close(): unknown }

async function openLog(): Promise<EventReader & Closable> {
  return events === undefined ? openSqliteReader(folder) : openKurrentStore({ url: events })
}

/** Small batches: folded cases that end inside one die young. */
function rows(reader: EventReader) {
  const projections = [
    instanceProjection({ workflows }),
    lateEntryProjection(),
    accountProjection(),
  ]
  return { reader, projections, batchEvents: file.startsWith('postgres') ? 1_000 : 250 }
}

/** Large batches: each leaves a segment of postings, and segments are merged. */
async function search(log: EventReader) {
  const keyFile = loadKeyFile(keyPath, { vaultExists: true })
  const projections = [searchProjection(keyFile.derive('search'))]
  if (!vaultPlace.startsWith('postgres')) {
    const vault = openVaultReader(vaultPlace, keyFile)
    const open: OpenSealed = (sealed, where) => vault.open(sealed, where)
    return { reader: log, projections, batchEvents: 2_000, open, end: () => vault.close() }
  }
  const db = await openDatabase<VaultTables>(vaultPlace, { schema: 'linli_vault', poolSize: 2 })
  const vault = await openVault({ db, keyFile })
  const end = async () => {
    await vault.close()
    await db.destroy()
  }
  return { ...openedAhead(log, vault), projections, batchEvents: 2_000, end }
}

const log = await openLog()
const { end, ...kept } =
  writes === 'rows' ? { ...rows(log), end: () => undefined } : await search(log)
const runner = await openRunner({
  file,
  ...kept,
  onMessage: ({ cause: _cause, ...message }: RunnerMessage & { cause?: unknown }) =>
    port.postMessage({ message }),
})
await runProjections(port, runner)
await log.close()
await end()

// The thread that writes the read models: reads the log on a connection of its own, so that the
// thread that answers requests never waits for it.
import { parentPort, workerData } from 'node:worker_threads'
import { instanceProjection } from '@linli/engine'
import { openSqliteReader } from '@linli/event-store'
import { openRunner, runProjections } from '@linli/projections'
import { workflows } from '@linli/workflows'

if (parentPort === null) throw new Error('read-thread.ts runs as a worker thread')
const { folder, file } = workerData as { folder: string; file: string }
const reader = openSqliteReader(folder)
const runner = await openRunner({ file, reader, projections: [instanceProjection({ workflows })] })
await runProjections(parentPort, runner)
reader.close()

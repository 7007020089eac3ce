// A thread as the engine composes it: the loop, a reader of its own, the projections.
import { parentPort, workerData } from 'node:worker_threads'
import { openSqliteReader } from '@linli/event-store'
import { openRunner, runProjections } from '../src/index.ts'
import { tally } from './tally.ts'

const { folder, file } = workerData as { folder: string; file: string }
if (parentPort === null) throw new Error('not in a thread')
const reader = openSqliteReader(folder)
const runner = await openRunner({ file, reader, projections: [tally()] })
await runProjections(parentPort, runner)
reader.close()

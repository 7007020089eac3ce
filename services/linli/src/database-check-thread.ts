// The thread that reads a database from end to end, so that the server goes on answering.
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

if (parentPort === null) throw new Error('database-check-thread.ts runs as a worker thread')
const { file } = workerData as { file: string }
const found: string[] = []
let events = 0
let position = 0
try {
  const database = new DatabaseSync(file, { readOnly: true })
  for (const row of database.prepare('PRAGMA quick_check(5)').all()) {
    found.push(String(row.quick_check))
  }
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'event'").get() !== undefined) {
    const row = database.prepare('SELECT count(*) AS n, max(position) AS p FROM event').get()
    events = Number(row?.n ?? 0)
    position = Number(row?.p ?? 0)
  }
  database.close()
} catch (fault) {
  found.push(fault instanceof Error ? fault.message : String(fault))
}
parentPort.postMessage({ trouble: found.filter((line) => line !== 'ok'), events, position })

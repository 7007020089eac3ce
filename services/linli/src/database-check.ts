// Whether a database file is sound, read from end to end in a thread of its own.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'

const Checked = z.strictObject({
  trouble: z.array(z.string()),
  events: z.number(),
  position: z.number(),
})

/** What SQLite's quick_check found wrong, and how many events the file holds, up to which. */
export type Checked = z.infer<typeof Checked>

/** Checks a file; it may be in use. */
export async function checkDatabase(file: string): Promise<Checked> {
  const thread = new Worker(new URL('./database-check-thread.ts', import.meta.url), {
    workerData: { file },
  })
  const [report] = await once(thread, 'message')
  return Checked.parse(report)
}

// `import nyc311` and `export` as tasks: both need the log open, wherever that is.
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { exportNdjson } from './export.ts'
import { type ImportReport, importNyc311 } from './import-nyc311.ts'
import type { Task } from './task.ts'

const Import = z.strictObject({ file: z.string() })

/** Takes a history in. @throws Nyc311Fault for a file that cannot be read as a whole */
export const importHistory: Task<z.infer<typeof Import>, ImportReport> = {
  name: 'import nyc311',
  given: Import,
  begins: true,
  alone: true,
  stops: true,
  async run({ community, tell, signal }, { file }) {
    const csv = await readFile(file, 'utf8')
    const progress = (done: number, all: number) => tell(`${done} of ${all} steps`)
    return importNyc311(community, csv, { progress, signal })
  },
}

const Export = z.strictObject({
  readers: z.enum(['analyst', 'audit']),
  out: z.string(),
  until: z.number().optional(),
})

/** How many events an export holds, and the position it goes up to. */
export type Exported = { events: number; through: string; out: string }

const SHOWN_EVERY = 50_000

/** Writes the log out. A file that exists is not overwritten. */
export const exportLog: Task<z.infer<typeof Export>, Exported> = {
  name: 'export',
  given: Export,
  async run({ community, tell }, { readers, out, until }) {
    const { store: reader, keyFile } = community
    let shown = 0
    const options = { reader, keyFile, readers, out, ...(until === undefined ? {} : { until }) }
    const done = await exportNdjson(options, (events) => {
      if (events - shown < SHOWN_EVERY) return
      shown = events
      tell(`${events} events`)
    })
    return { ...done, out }
  },
}

// What an import of a registry did: counts first, then the rows that were not simply taken. A row
// is named by where it is, never by whom it is about.
import type { RegistryRow } from '@linli/interchange'
import type { Refusal } from '@linli/workflow'
import type { ImportedRow } from './import-nyc311.ts'

/**
 * The report; `known` rows were there before. `ignored` are headings that no column has. An import
 * that was told to stop says after how many rows.
 */
export type RegistryReport = {
  taken: number
  refused: number
  warned: number
  repaired: number
  known: number
  ignored: string[]
  stopped?: { rows: number }
  rows: ImportedRow[]
}

/** What became of one row. */
export type RowOutcome =
  | { outcome: 'taken' | 'known'; warnings?: string[] }
  | { outcome: 'refused'; reasons: string[] }

/** Hears how many rows are done; the signal says: stop after the one in hand. */
export type RegistryAsker = { progress?: (rows: number) => void; signal?: AbortSignal }

const PROGRESS_EVERY = 500

/** Takes the rows one after the other and counts what becomes of them. */
export async function takeRows<Of>(
  file: { ignored: string[]; rows: AsyncIterable<RegistryRow<Of>> },
  take: (of: Of) => Promise<RowOutcome>,
  { progress = () => {}, signal }: RegistryAsker,
): Promise<RegistryReport> {
  const report: RegistryReport = {
    ...{ taken: 0, refused: 0, warned: 0, repaired: 0, known: 0 },
    ...{ ignored: file.ignored, rows: [] },
  }
  let done = 0
  for await (const read of file.rows) {
    if (signal?.aborted === true) {
      report.stopped = { rows: done }
      break
    }
    const { row, key } = read
    const answer: RowOutcome =
      read.reasons === undefined
        ? await take(read.of)
        : { outcome: 'refused', reasons: read.reasons }
    report[answer.outcome] += 1
    done += 1
    if (answer.outcome === 'refused') {
      report.rows.push({ row, key, outcome: 'refused', reasons: answer.reasons })
    } else {
      const own = answer.outcome === 'taken' && read.reasons === undefined ? read.warnings : []
      const reasons = [...own, ...(answer.warnings ?? [])]
      if (reasons.length > 0) {
        report.warned += 1
        report.rows.push({ row, key, outcome: 'warned', reasons })
      }
    }
    if (done % PROGRESS_EVERY === 0) progress(done)
  }
  progress(done)
  return report
}

/** A refusal of the engine as a reason of a row; `texts` says what a guard means. */
export function reasonOf(
  what: string,
  { refused, guard, issues }: Refusal,
  texts: Readonly<Record<string, string>>,
): string {
  const said = guard === undefined ? undefined : (texts[`guard.${guard}`] ?? guard)
  const fields = (issues ?? []).map(({ path, message }) => `${path}: ${message}`)
  return [`${what}: ${refused}`, said, ...fields].filter(Boolean).join('; ')
}

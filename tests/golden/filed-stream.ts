// Files a golden stream beside what it folds to. One that is there is never written again.
import { existsSync, writeFileSync } from 'node:fs'
import { foldLines } from './fold-lines.ts'

const folder = new URL('streams/', import.meta.url)
const fileOf = (name: string): URL => new URL(`${name}.ndjson`, folder)

/** Whether a stream of that name was filed already. */
export const isFiled = (name: string): boolean => existsSync(fileOf(name))

/** Files lines in the analyst's form and their rows; a stream that does not fold is refused. */
export function fileStream(name: string, lines: readonly string[]): void {
  const { rows, faults } = foldLines(lines)
  if (faults.length > 0) throw new Error(`${name} does not fold: ${JSON.stringify(faults)}`)
  writeFileSync(fileOf(name), `${lines.join('\n')}\n`)
  writeFileSync(new URL(`${name}.rows.json`, folder), `${JSON.stringify(rows, null, 1)}\n`)
  process.stdout.write(`# ${name}: ${lines.length} events\n`)
}

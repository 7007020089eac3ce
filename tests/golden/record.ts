// Records the plays that have no stream yet: `node tests/golden/record.ts`. A recorded stream is
// never written again.
import { existsSync, writeFileSync } from 'node:fs'
import { cases } from './cases.ts'
import { foldLines } from './fold-lines.ts'
import { played } from './stage.ts'

const folder = new URL('streams/', import.meta.url)

for (const { name, withFounding, play } of cases) {
  const file = new URL(`${name}.ndjson`, folder)
  if (existsSync(file)) continue
  const lines = await played(play, { withFounding: withFounding === true })
  const { rows, faults } = foldLines(lines)
  if (faults.length > 0) throw new Error(`${name} does not fold: ${JSON.stringify(faults)}`)
  writeFileSync(file, `${lines.join('\n')}\n`)
  writeFileSync(new URL(`${name}.rows.json`, folder), `${JSON.stringify(rows, null, 1)}\n`)
  process.stdout.write(`${name}: ${lines.length} events\n`)
}

// A process of its own that keeps the read models of a folder until it is killed.
import { openSqliteReader } from '@linli/event-store'
import { openRunner } from '../src/index.ts'
import { tally } from './tally.ts'

const [folder = '', file = ''] = process.argv.slice(2)
const runner = await openRunner({
  file,
  reader: openSqliteReader(folder),
  projections: [tally()],
  onProgress: ({ position }) => process.send?.(position),
})
await runner.advance()
process.send?.('done')

// Records the plays that have no stream yet: `node tests/golden/record.ts`. A recorded stream is
// never written again.
import { cases } from './cases.ts'
import { fileStream, isFiled } from './filed-stream.ts'
import { played } from './stage.ts'

for (const { name, withFounding, play } of cases) {
  if (isFiled(name)) continue
  fileStream(name, await played(play, { withFounding: withFounding === true }))
}

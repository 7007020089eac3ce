// What a golden stream folds to: for every instance its state, clocks and row, and whatever did
// not fold. Used by the recorder and by the test alike.
import { Replay } from '@linli/engine'
import { cardOf, type Event, hasEnded, stateOf, statePath } from '@linli/workflow'
import { workflows } from '@linli/workflows'

/** The folded instances by stream, as plain JSON, and the faults of the replay. */
export function foldLines(lines: readonly string[]): { rows: unknown; faults: unknown[] } {
  const replay = new Replay(workflows)
  for (const line of lines) replay.take(JSON.parse(line) as Event)
  const rows: Record<string, unknown> = {}
  for (const [stream, instance] of replay.states) {
    rows[stream] = {
      revision: instance.revision,
      state: statePath(stateOf(instance)),
      ended: hasEnded(instance),
      card: cardOf(instance.clocks),
      clocks: instance.clocks,
      summary: instance.workflow.summary(instance),
    }
  }
  return { rows: JSON.parse(JSON.stringify(rows)), faults: replay.report().faults }
}

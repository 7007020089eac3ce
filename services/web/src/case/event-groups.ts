// Which events of a history fold into one line. Pure.
import type { EventView } from '../answers.ts'

const FOLD_FROM = 3

/** Runs of three or more events in which the state stood still become one group; order is kept. */
export function groupsOf(events: readonly EventView[]): EventView[][] {
  const groups: EventView[][] = []
  let run: EventView[] = []
  const flush = () => {
    if (run.length >= FOLD_FROM) groups.push(run)
    else groups.push(...run.map((event) => [event]))
    run = []
  }
  for (const event of events) {
    if (isQuiet(event)) run.push(event)
    else {
      flush()
      groups.push([event])
    }
  }
  flush()
  return groups
}

const isQuiet = (event: EventView): boolean =>
  event.fromPath === event.toPath && !event.late && !event.type.startsWith('clock.')

// What the killed process and its parent agree on: a line for each acknowledged command.
import type { Caller, Request } from '@linli/engine'

/** A command that was answered: where it stands in the log, and what was said in clear. */
export type Acknowledged = {
  instance: string
  revision: number
  position: number
  event: string
  request: Omit<Request, 'caller'>
  caller: Caller
  clear: Record<string, unknown>
}

/** The telephone number of one of the reporters. */
export const phoneOf = (number: number): string => `138${String(10_000_000 + number)}`

/** How fast time runs in the load, and how far it jumps from one round to the next. */
const FASTER = 20_000
const ROUND_MS = 20 * 86_400_000

/** A clock for one round of a run that began at `start`: clocks end while the load runs. */
export function fastClock(start: number, round: number): () => number {
  const opened = Date.now()
  return () => start + round * ROUND_MS + (Date.now() - opened) * FASTER
}

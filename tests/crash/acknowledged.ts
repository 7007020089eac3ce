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

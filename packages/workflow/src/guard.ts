// The two kinds of guard. `when` decides what is offered: it sees state, clocks, policy, time and
// who asks. `check` also sees the data, counts as met while offering, and is tried on the command.
// Guards are named in the machine's setup, never inline, so that a refusal can name them.

import type { Clocks } from './clock.ts'
import type { Actor } from './event.ts'
import type { Policy } from './policy.ts'

/** What every machine event carries beside its type and data. Times are epoch milliseconds. */
export type Scene<Rules = unknown> = {
  at: number
  by: Actor
  clocks: Clocks
  policy: Policy<Rules>
  eventId: string
  stream: string
  facts: Readonly<Record<string, unknown>>
  offering?: true
}

/** What a `when` guard is asked with. */
export type Asked<Context, Rules = unknown> = Omit<Scene<Rules>, 'facts' | 'offering'> & {
  context: Context
}

/** What a `check` guard is tried with. */
export type Tried<Context, Data, Rules = unknown> = Asked<Context, Rules> & {
  data: Data
  facts: Scene['facts']
}

type Given<Context, Rules> = {
  context: Context
  event: Scene<Rules> & { type: string; data: unknown }
}

/** A guard over state, clocks, policy, time and who asks. */
export function when<Context, Rules = unknown, Params = undefined>(
  holds: (asked: Asked<Context, Rules>, params: Params) => boolean,
) {
  return ({ context, event }: Given<Context, Rules>, params: Params): boolean => {
    const { at, by, clocks, policy, eventId, stream } = event
    return holds({ at, by, clocks, policy, eventId, stream, context }, params)
  }
}

/** A guard that also sees the command's data and the facts it needed. */
export function check<Context, Data, Rules = unknown, Params = undefined>(
  holds: (tried: Tried<Context, Data, Rules>, params: Params) => boolean,
) {
  return ({ context, event }: Given<Context, Rules>, params: Params): boolean => {
    if (event.offering === true) return true
    const { at, by, clocks, policy, eventId, stream, facts } = event
    const data = event.data as Data
    return holds({ at, by, clocks, policy, eventId, stream, context, data, facts }, params)
  }
}

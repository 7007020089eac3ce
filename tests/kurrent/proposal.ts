// An append as the wire brings it, collected from its messages.
// Must not import the server.

import type { Expected, Proposed } from './ledger.ts'
import { expectedRevision, sizeOf } from './wire.ts'

/** An append that is being collected; `bytes` as the server counts them against its limit. */
export type Proposal = { stream: string; expected: Expected; events: Proposed[]; bytes: number }

/** Adds an event to an append. */
export function addEvent(proposal: Proposal, event: Proposed): void {
  proposal.events.push(event)
  proposal.bytes += sizeOf(event)
}

type ExpectedOptions = { hasNoStream(): boolean; hasAny(): boolean; hasStreamExists(): boolean }

/** The revision that the options of a request expect. */
export function expectedOf(options: ExpectedOptions, revision: string): Expected {
  const is = {
    noStream: options.hasNoStream(),
    any: options.hasAny(),
    exists: options.hasStreamExists(),
  }
  return expectedRevision(is, revision)
}

// A catch-up subscription of the stand-in, to a stream or to the whole log: what is stored, then
// what comes, as fast as the client takes it; checkpoints where the real server sends them.

import type streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import type { Ledger, Recorded } from './ledger.ts'
import { refusals } from './refusal.ts'
import { filterOf, type Reply } from './reply.ts'
import { caughtUp, checkpoint, confirmation, eventResponse, streamName } from './wire.ts'

const defaultWindow = 32

type Options = streamsPb.ReadReq.Options
type Source = { events(): Recorded[]; start: number }

/** Serves a subscription until the client leaves it, or until a fault breaks it off. */
export async function follow(ledger: Ledger, options: Options, reply: Reply): Promise<void> {
  const source = sourceOf(ledger, options)
  if (source === undefined) return reply.refuse(refusals.invalidPosition())
  const passes = filterOf(options)
  const checkpoints = createCheckpoints(options, reply)
  reply.signal.addEventListener('abort', () => ledger.wake())
  await reply.send(confirmation())
  let isLive = false
  for (let index = source.start; !reply.signal.aborted; ) {
    const event = source.events()[index]
    if (event === undefined) {
      if (!isLive) await reply.send(caughtUp())
      isLive = true
      if (source.events().length <= index) await ledger.more()
      continue
    }
    index += 1
    const passed = passes(event)
    if (passed && !(await reply.tell(eventResponse(event)))) return
    if (!(await checkpoints.considered(event, passed, isLive))) return
  }
}

function sourceOf(ledger: Ledger, options: Options): Source | undefined {
  const stream = options.getStream()
  if (stream !== undefined) {
    const name = streamName(stream.getStreamIdentifier())
    const events = () => {
      const found = ledger.stream(name)
      return typeof found === 'string' ? [] : found
    }
    const after = stream.hasRevision() ? Number(stream.getRevision()) + 1 : 0
    return { events, start: stream.hasEnd() ? events().length : after }
  }
  const all = options.getAll()
  const position = all?.getPosition()
  const events = () => ledger.events
  if (position === undefined || Number(position.getCommitPosition()) === 0) {
    return { events, start: all?.hasEnd() ? ledger.events.length : 0 }
  }
  const at = ledger.indexAt(Number(position.getCommitPosition()))
  // The server reads one event from the position and goes on after it: a position at which no
  // event begins costs the client the event that follows it.
  return at === undefined ? undefined : { events, start: at + 1 }
}

type Checkpoints = {
  /** Sends a checkpoint when one is due; false when the subscription broke off there. */
  considered(event: Recorded, passed: boolean, isLive: boolean): Promise<boolean>
}

function createCheckpoints(options: Options, reply: Reply): Checkpoints {
  const filter = options.getFilter()
  if (filter === undefined) return { considered: async () => true }
  const window = filter.hasMax() ? filter.getMax() : defaultWindow
  const interval = window * filter.getCheckpointintervalmultiplier()
  const page = { considered: 0, passed: 0, position: 0 }
  let sinceLast = 0
  return {
    async considered(event, passed, isLive) {
      sinceLast += 1
      if (page.considered === 0) page.position = event.position
      if (passed) page.position = event.position
      page.considered += 1
      page.passed += passed ? 1 : 0
      const pageIsFull = page.considered >= window || page.passed >= defaultWindow
      if (pageIsFull) Object.assign(page, { considered: 0, passed: 0 })
      // While it catches up the server names the last event of the page that passed, or its first.
      if (sinceLast < interval || !(isLive || pageIsFull)) return true
      sinceLast %= interval
      return reply.tell(checkpoint(isLive ? event.position : page.position))
    },
  }
}

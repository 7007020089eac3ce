// Where the answers to a read go, at the pace of the client, and which events it asked for.
// Must not import the log's writers.

import { once } from 'node:events'
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import type { ServerWritableStream } from '@grpc/grpc-js'
import type { Fault } from './fault.ts'
import type { Node } from './hindrance.ts'
import type { Recorded } from './ledger.ts'
import { refusals } from './refusal.ts'

/** A call of Read. */
export type ReadCall = ServerWritableStream<streamsPb.ReadReq, streamsPb.ReadResp>

/** Where answers of a read go: `send` waits while the client takes no more. */
export type Reply = {
  signal: AbortSignal
  send(response: streamsPb.ReadResp): Promise<void>
  /** Sends an event or a checkpoint, or breaks off where the fault says so: then it is false. */
  tell(response: streamsPb.ReadResp): Promise<boolean>
  refuse(refusal: object): void
}

/** The way back to the client of this call, with what a fault does to it. */
export function replyTo(node: Node, call: ReadCall, fault: Fault | undefined): Reply {
  const gone = new AbortController()
  let untilBreak = fault?.kind === 'broken-off' ? (fault.after ?? 0) : Number.POSITIVE_INFINITY
  call.on('cancelled', () => gone.abort())
  call.on('close', () => gone.abort())
  const { signal } = gone
  async function send(response: streamsPb.ReadResp): Promise<void> {
    if (signal.aborted || call.write(response)) return
    // Cancelling ends the wait as well; whoever sends looks at the signal next.
    await once(call, 'drain', { signal }).catch(() => undefined)
  }
  return {
    signal,
    send,
    async tell(response) {
      if (untilBreak <= 0) {
        breakOff(node, call, fault?.how ?? 'unavailable')
        return false
      }
      untilBreak -= 1
      await send(response)
      return true
    },
    refuse: (refusal) => void call.emit('error', refusal),
  }
}

function breakOff(node: Node, call: ReadCall, how: NonNullable<Fault['how']>): void {
  if (how === 'reset') node.connections().destroy()
  else if (how === 'end') call.end()
  else if (how === 'unknown') call.emit('error', refusals.unknown('Unexpected drop'))
  else call.emit('error', refusals.unavailable())
}

/** Which events a request asks for. */
export function filterOf(options: streamsPb.ReadReq.Options): (event: Recorded) => boolean {
  const filter = options.getFilter()
  const onStream = filter?.getStreamIdentifier()
  const expression = onStream ?? filter?.getEventType()
  if (expression === undefined) return () => true
  const pattern = expression.getRegex() === '' ? undefined : new RegExp(expression.getRegex(), 'u')
  const prefixes = expression.getPrefixList()
  return (event) => {
    const text = onStream === undefined ? event.type : event.stream
    return pattern?.test(text) ?? prefixes.some((prefix) => text.startsWith(prefix))
  }
}

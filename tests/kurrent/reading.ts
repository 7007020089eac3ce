// The call that reads: a stream or the whole log, both ways, filtered, once or as a subscription.

import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import { courseOf, type Node } from './hindrance.ts'
import type { Ledger, Recorded } from './ledger.ts'
import { refusals } from './refusal.ts'
import { filterOf, type ReadCall, type Reply, replyTo } from './reply.ts'
import { follow } from './subscription.ts'
import { eventResponse, streamName, streamNotFound } from './wire.ts'

type Options = streamsPb.ReadReq.Options

/** The handler of Read. */
export function readHandler(node: Node, ledger: Ledger) {
  return (call: ReadCall): void => void read(node, ledger, call)
}

async function read(node: Node, ledger: Ledger, call: ReadCall): Promise<void> {
  const options = call.request.getOptions()
  if (options === undefined) return void call.emit('error', refusals.badRequest('no options'))
  const named = options.getStream()?.getStreamIdentifier()
  const stream = named === undefined ? '$all' : streamName(named)
  const kind = options.hasSubscription() ? 'subscribe' : 'read'
  const course = await courseOf(node, kind, stream)
  if (course.go === 'nowhere') return
  if (course.go === 'wrong') return void call.emit('error', course.refusal)
  const reply = replyTo(node, call, course.fault)
  if (kind === 'subscribe') {
    node.subscribed(Number(options.getAll()?.getPosition()?.getCommitPosition() ?? 0))
    return follow(ledger, options, reply)
  }
  const filter = filterOf(options)
  const events =
    stream === '$all' ? allEvents(ledger, options) : streamEvents(ledger, options, stream)
  if ('refusal' in events) return void call.emit('error', events.refusal)
  if ('none' in events) await reply.send(streamNotFound(stream))
  else if (!(await sendEvents(reply, events.walk, { filter, count: countOf(options) }))) return
  if (!call.cancelled) call.end()
}

type Walk = Generator<Recorded>
type Found = { walk: Walk } | { none: true } | { refusal: object }

function allEvents(ledger: Ledger, options: Options): Found {
  const all = options.getAll()
  const at = all?.getPosition()
  const { events } = ledger
  const edge = all?.hasEnd() ? events.length : 0
  const index = at === undefined ? edge : ledger.indexAt(Number(at.getCommitPosition()))
  if (index === undefined) return { refusal: refusals.invalidPosition() }
  // Forwards a position is taken in, backwards it is left out.
  return { walk: isBackwards(options) ? walkBack(events, index - 1) : walkOn(events, index) }
}

function streamEvents(ledger: Ledger, options: Options, name: string): Found {
  const events = ledger.stream(name)
  if (events === 'none') return { none: true }
  if (events === 'deleted') return { refusal: refusals.streamDeleted(name) }
  const stream = options.getStream()
  const first = events[0]?.revision ?? 0
  const edge = stream?.hasEnd() ? events.length : 0
  const asked = stream?.hasRevision() ? Number(stream.getRevision()) - first : edge
  const index = Math.max(0, Math.min(asked, events.length))
  if (!isBackwards(options)) return { walk: walkOn(events, index) }
  return { walk: walkBack(events, Math.min(index, events.length - 1)) }
}

async function sendEvents(
  reply: Reply,
  walk: Walk,
  { filter, count }: { filter: (event: Recorded) => boolean; count: number },
): Promise<boolean> {
  let left = count
  for (const event of walk) {
    if (left <= 0 || reply.signal.aborted) break
    if (!filter(event)) continue
    left -= 1
    if (!(await reply.tell(eventResponse(event)))) return false
  }
  return !reply.signal.aborted
}

function isBackwards(options: Options): boolean {
  return options.getReadDirection() === streamsPb.ReadReq.Options.ReadDirection.BACKWARDS
}

function countOf(options: Options): number {
  return Number(options.getCount())
}

function* walkOn(events: Recorded[], from: number): Walk {
  for (let index = from; index < events.length; index += 1) {
    const event = events[index]
    if (event !== undefined) yield event
  }
}

function* walkBack(events: Recorded[], from: number): Walk {
  for (let index = from; index >= 0; index -= 1) {
    const event = events[index]
    if (event !== undefined) yield event
  }
}

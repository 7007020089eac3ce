// The messages of the protocol, to and from: with connection.ts the only file that knows the
// client, whose generated messages these are. Must not import the store.

import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import type statusPb from '@eventstore/db-client/generated/status_pb.js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import { StoreFault } from '@linli/event-store'
import type { Proposed, Recorded } from './record.ts'
import {
  failed,
  refused,
  streamDeleted,
  timedOut,
  tooLargeForServer,
  tooOld,
} from './server-fault.ts'

/** An append: the stream as the server names it, -1 for no stream. */
export type WireAppend = { stream: string; expected: number; events: Proposed[] }

/** What became of an append; the position is missing where the server does not tell it. */
export type Written =
  | { ok: true; revision: number; position: number | undefined }
  | { ok: false; actual: number }

/** A part of a stream; `from` is taken in, without it the end that the direction starts at. */
export type StreamRange = { stream: string; from?: number; backward: boolean; count: number }

/**
 * A part of the whole log; `from` is taken in forwards and left out backwards. With a prefix, of
 * ASCII, only streams whose name begins so; with an empty one all but the server's own.
 */
export type AllRange = { from?: number; backward: boolean; count: number; prefix?: string }

const { Options } = streamsPb.ReadReq
const { Options: AppendOptions, ProposedMessage } = streamsPb.BatchAppendReq
const bytesPerRequest = 3 * 1024 * 1024
// 2^64 - 1
const noPosition = '18446744073709551615'
const filterWindow = 500
const windowsPerCheckpoint = 4

// 2200-01-01, as field 6 of the options: the server has its own limit for a write, and a nearer
// time would be passed at once on a server whose clock is ahead.
const deadline = AppendOptions.deserializeBinary(
  Uint8Array.of(0x32, 6, 0x08, 128, 178, 248, 132, 27),
).getDeadline()

/** The requests of one append: several when it is large. */
export function appendRequests(
  append: WireAppend,
  correlation: string,
): streamsPb.BatchAppendReq[] {
  const id = new sharedPb.UUID().setString(correlation)
  const options = new AppendOptions()
    .setStreamIdentifier(identifier(append.stream))
    .setDeadline(deadline)
  if (append.expected < 0) options.setNoStream(new sharedPb.Empty())
  else options.setStreamPosition(String(append.expected))
  let request = new streamsPb.BatchAppendReq().setCorrelationId(id).setOptions(options)
  const requests = [request]
  let bytes = 0
  for (const event of append.events) {
    if (bytes > 0 && bytes + event.data.length > bytesPerRequest) {
      request = new streamsPb.BatchAppendReq().setCorrelationId(id)
      requests.push(request)
      bytes = 0
    }
    bytes += event.data.length
    request.addProposedMessages(proposedMessage(event))
  }
  request.setIsFinal(true)
  return requests
}

/** What an append's requests and its answer have in common. */
export function correlationOf(
  message: streamsPb.BatchAppendReq | streamsPb.BatchAppendResp | undefined,
): string {
  return uuidText(message?.getCorrelationId())
}

/** What the server answered an append; throws the fault it answered. */
export function writtenBy(response: streamsPb.BatchAppendResp, hosts: string): Written {
  const error = response.getError()
  if (error !== undefined) return { ok: false, actual: conflictIn(error, hosts) }
  const success = response.getSuccess()
  const text = success?.getPosition()?.getCommitPosition()
  const position = text === undefined || text === noPosition ? undefined : positionOf(text, hosts)
  return { ok: true, revision: Number(success?.getCurrentRevision()), position }
}

/** The request of a read. */
export function readRequest(range: StreamRange | AllRange): streamsPb.ReadReq {
  const { Position, AllOptions, StreamOptions } = Options
  const options = readOptions().setCount(String(range.count))
  const { BACKWARDS, FORWARDS } = Options.ReadDirection
  options.setReadDirection(range.backward ? BACKWARDS : FORWARDS)
  const edge = range.backward ? 'setEnd' : 'setStart'
  if ('stream' in range) {
    const stream = new StreamOptions().setStreamIdentifier(identifier(range.stream))
    if (range.from === undefined) stream[edge](new sharedPb.Empty())
    else stream.setRevision(String(range.from))
    return new streamsPb.ReadReq().setOptions(
      options.setNoFilter(new sharedPb.Empty()).setStream(stream),
    )
  }
  if (range.prefix === undefined) options.setNoFilter(new sharedPb.Empty())
  else options.setFilter(streamFilter(range.prefix))
  const all = new AllOptions()
  if (range.from === undefined) all[edge](new sharedPb.Empty())
  else all.setPosition(placed(new Position(), range.from))
  return new streamsPb.ReadReq().setOptions(options.setAll(all))
}

/** The request of a subscription to the whole log; 0 is its start. */
export function followRequest(after: number, prefix: string): streamsPb.ReadReq {
  const { Position, AllOptions, SubscriptionOptions } = Options
  const all = new AllOptions()
  if (after === 0) all.setStart(new sharedPb.Empty())
  else all.setPosition(placed(new Position(), after))
  const options = readOptions().setAll(all).setFilter(streamFilter(prefix))
  return new streamsPb.ReadReq().setOptions(options.setSubscription(new SubscriptionOptions()))
}

/** The event in an answer to a read, if it holds one. */
export function recordedBy(response: streamsPb.ReadResp, hosts: string): Recorded | undefined {
  const event = response.getEvent()?.getEvent()
  if (event === undefined) return undefined
  return {
    id: uuidText(event.getId()),
    type: event.getMetadataMap().get('type') ?? '',
    stream: textOf(event.getStreamIdentifier()?.getStreamName_asU8()),
    revision: Number(event.getStreamRevision()),
    position: positionOf(event.getCommitPosition(), hosts),
    data: event.getData_asU8(),
    metadata: event.getCustomMetadata_asU8(),
  }
}

/** Up to where a subscription has looked, if the answer tells. */
export function reachedBy(response: streamsPb.ReadResp, hosts: string): number | undefined {
  const position = response.getCheckpoint()?.getCommitPosition()
  return position === undefined ? undefined : positionOf(position, hosts)
}

function proposedMessage(event: Proposed): streamsPb.BatchAppendReq.ProposedMessage {
  const message = new ProposedMessage()
    .setId(new sharedPb.UUID().setString(event.id))
    .setData(event.data)
  if (event.metadata !== undefined) message.setCustomMetadata(event.metadata)
  message
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.isJson ? 'application/json' : 'application/octet-stream')
  return message
}

function conflictIn(error: statusPb.Status, hosts: string): number {
  const attempt = { hosts, retry: 'outcome-unknown' } as const
  const details = error.getDetails()
  const type = details?.getTypeName() ?? ''
  switch (type) {
    case 'event_store.client.WrongExpectedVersion': {
      const wrong = details?.unpack(sharedPb.WrongExpectedVersion.deserializeBinary, type)
      return wrong?.hasCurrentStreamRevision() ? Number(wrong.getCurrentStreamRevision()) : -1
    }
    case 'event_store.client.AccessDenied':
      throw refused(attempt)
    case 'event_store.client.StreamDeleted':
      throw streamDeleted(attempt)
    case 'event_store.client.MaximumAppendSizeExceeded':
      throw tooLargeForServer(attempt)
    case 'event_store.client.Timeout':
      throw timedOut(attempt)
    default:
      throw failed(attempt, new Error(error.getMessage() || type || 'without a reason'))
  }
}

function streamFilter(prefix: string): streamsPb.ReadReq.Options.FilterOptions {
  const { FilterOptions } = Options
  const expression = new FilterOptions.Expression()
  if (prefix === '') expression.setRegex('^[^$]')
  else expression.addPrefix(prefix)
  return new FilterOptions()
    .setStreamIdentifier(expression)
    .setMax(filterWindow)
    .setCheckpointintervalmultiplier(windowsPerCheckpoint)
}

// Two numbers make a position of the server; for events that are appended to one stream they are
// the same, and the second never decides what comes after.
function placed(
  position: streamsPb.ReadReq.Options.Position,
  at: number,
): streamsPb.ReadReq.Options.Position {
  return position.setCommitPosition(String(at)).setPreparePosition(String(at))
}

function positionOf(text: string, hosts: string): number {
  const position = Number(text)
  if (Number.isSafeInteger(position)) return position
  const attempt = { hosts, retry: 'never' } as const
  if (text === noPosition) throw tooOld(attempt, 'its events have no position')
  const message = `Position ${text} of the event store at ${hosts} is too large.`
  throw new StoreFault('storage-failed', message, { retry: 'never' })
}

function readOptions(): streamsPb.ReadReq.Options {
  const uuids = new Options.UUIDOption().setString(new sharedPb.Empty())
  return new Options().setResolveLinks(false).setUuidOption(uuids)
}

function identifier(stream: string): sharedPb.StreamIdentifier {
  return new sharedPb.StreamIdentifier().setStreamName(new TextEncoder().encode(stream))
}

function uuidText(uuid: sharedPb.UUID | undefined): string {
  const structured = uuid?.getStructured()
  if (structured === undefined) return uuid?.getString() ?? ''
  const bits = (text: string) => BigInt.asUintN(64, BigInt(text)).toString(16).padStart(16, '0')
  const high = bits(structured.getMostSignificantBits())
  const low = bits(structured.getLeastSignificantBits())
  return [high.slice(0, 8), high.slice(8, 12), high.slice(12), low.slice(0, 4), low.slice(4)].join(
    '-',
  )
}

function textOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return ''
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

// Between the stand-in's log and the messages of the protocol, which are the client's own.
// Must not import the server.

import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import type { Expected, Proposed, Recorded } from './ledger.ts'

const jsonType = 'application/json'
const ticksPerMs = 10_000n
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

type ProposedMessage =
  | streamsPb.AppendReq.ProposedMessage
  | streamsPb.BatchAppendReq.ProposedMessage

/** A request that makes no sense to the server. */
export class BadRequest extends Error {}

/** The name in a stream identifier. */
export function streamName(identifier: sharedPb.StreamIdentifier | undefined): string {
  if (identifier === undefined) throw new BadRequest('a stream identifier is required')
  return Buffer.from(identifier.getStreamName_asU8()).toString('utf8')
}

/** A stream identifier with this name. */
export function streamIdentifier(name: string): sharedPb.StreamIdentifier {
  return new sharedPb.StreamIdentifier().setStreamName(Buffer.from(name, 'utf8'))
}

/** An event as a client proposes it. Ids are GUIDs, told apart without regard to case. */
export function proposedEvent(message: ProposedMessage): Proposed {
  const metadata = message.getMetadataMap()
  const type = metadata.get('type')
  const contentType = metadata.get('content-type')
  const id = message.getId()?.getString().toLowerCase() ?? ''
  if (type === undefined) throw new BadRequest("Required Metadata Property 'type' is missing")
  if (!uuid.test(id)) throw new BadRequest(`'${id}' is not a GUID`)
  return {
    id,
    type,
    isJson: contentType === jsonType,
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  }
}

/** Bytes of an event as the server counts them against its append limit. */
export function sizeOf(event: Proposed): number {
  return event.data.length + event.metadata.length + event.type.length * 2
}

/** The revision a request expects. */
export function expectedRevision(
  is: { noStream: boolean; any: boolean; exists: boolean },
  revision: string,
): Expected {
  if (is.noStream) return -1
  if (is.any) return 'any'
  return is.exists ? 'exists' : Number(revision)
}

/** An answer with one event. */
export function eventResponse(recorded: Recorded): streamsPb.ReadResp {
  const event = new streamsPb.ReadResp.ReadEvent.RecordedEvent()
    .setId(new sharedPb.UUID().setString(recorded.id))
    .setStreamIdentifier(streamIdentifier(recorded.stream))
    .setStreamRevision(String(recorded.revision))
    .setCommitPosition(String(recorded.position))
    .setPreparePosition(String(recorded.transaction))
    .setData(recorded.data)
    .setCustomMetadata(recorded.metadata)
  event
    .getMetadataMap()
    .set('type', recorded.type)
    .set('content-type', recorded.isJson ? jsonType : 'application/octet-stream')
    .set('created', String(BigInt(recorded.createdMs) * ticksPerMs))
  const read = new streamsPb.ReadResp.ReadEvent()
    .setEvent(event)
    .setCommitPosition(String(recorded.position))
  return new streamsPb.ReadResp().setEvent(read)
}

/** The answer to a read of a stream that is not there. */
export function streamNotFound(name: string): streamsPb.ReadResp {
  const notFound = new streamsPb.ReadResp.StreamNotFound()
  return new streamsPb.ReadResp().setStreamNotFound(
    notFound.setStreamIdentifier(streamIdentifier(name)),
  )
}

/** The first answer of a subscription. */
export function confirmation(): streamsPb.ReadResp {
  const confirmed = new streamsPb.ReadResp.SubscriptionConfirmation()
  return new streamsPb.ReadResp().setConfirmation(confirmed.setSubscriptionId(crypto.randomUUID()))
}

/** The answer that says up to where a filtered subscription has looked. */
export function checkpoint(position: number): streamsPb.ReadResp {
  const reached = new streamsPb.ReadResp.Checkpoint()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position))
  return new streamsPb.ReadResp().setCheckpoint(reached)
}

/** The answer that says a subscription has gone live. */
export function caughtUp(): streamsPb.ReadResp {
  return new streamsPb.ReadResp().setCaughtUp(new streamsPb.ReadResp.CaughtUp())
}

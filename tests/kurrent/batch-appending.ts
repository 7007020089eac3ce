// The call BatchAppend: any number of appends over one call, each answered by itself. The client
// takes it when it has no credentials and the server announces it.

import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import type statusPb from '@eventstore/db-client/generated/status_pb.js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import type { ServerDuplexStream } from '@grpc/grpc-js'
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js'
import { courseOf, isAnswerLost, type Node } from './hindrance.ts'
import type { Ledger, Outcome } from './ledger.ts'
import { addEvent, expectedOf, type Proposal } from './proposal.ts'
import { batchRefusals, maxAppendBytes } from './refusal.ts'
import { BadRequest, proposedEvent, streamIdentifier, streamName } from './wire.ts'

type BatchCall = ServerDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>

/** The handler of BatchAppend. */
export function batchAppendHandler(node: Node, ledger: Ledger) {
  return (call: BatchCall): void => batchAppend(node, ledger, call)
}

function batchAppend(node: Node, ledger: Ledger, call: BatchCall): void {
  const pending = new Map<string, Proposal>()
  call.on('data', (request: streamsPb.BatchAppendReq) => {
    const key = request.getCorrelationId()?.getString() ?? ''
    try {
      collectBatch(pending, key, request)
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error
      pending.delete(key)
      call.write(batchError(request, '', batchRefusals.badRequest(error.message)))
      return
    }
    const whole = pending.get(key)
    if (whole === undefined) return
    const tooLarge = whole.bytes > maxAppendBytes
    if (!tooLarge && !request.getIsFinal()) return
    pending.delete(key)
    if (tooLarge) call.write(batchError(request, whole.stream, batchRefusals.tooLarge()))
    else void writeBatch(node, ledger, { call, request, whole })
  })
  call.on('error', () => pending.clear())
  call.on('end', () => call.end())
}

function collectBatch(
  pending: Map<string, Proposal>,
  key: string,
  request: streamsPb.BatchAppendReq,
): void {
  const options = request.getOptions()
  if (options !== undefined) {
    const stream = streamName(options.getStreamIdentifier())
    const expected = expectedOf(options, options.getStreamPosition())
    pending.set(key, { stream, expected, events: [], bytes: 0 })
  }
  const known = pending.get(key)
  if (known === undefined) return
  for (const message of request.getProposedMessagesList()) addEvent(known, proposedEvent(message))
}

type Whole = { call: BatchCall; request: streamsPb.BatchAppendReq; whole: Proposal }

async function writeBatch(
  node: Node,
  ledger: Ledger,
  { call, request, whole }: Whole,
): Promise<void> {
  const { stream, expected, events } = whole
  const course = await courseOf(node, 'append', stream)
  if (course.go === 'nowhere') return
  if (course.go === 'wrong') {
    if (course.fault.kind === 'overloaded') {
      call.write(batchError(request, stream, batchRefusals.overloaded()))
    } else if (course.fault.kind === 'access-denied') {
      call.write(batchError(request, stream, batchRefusals.accessDenied()))
    } else call.emit('error', course.refusal)
    return
  }
  const outcome = ledger.append(stream, expected, events)
  if (isAnswerLost(node, course.fault) || call.cancelled) return
  if (course.fault?.kind === 'commit-timeout') {
    call.write(batchError(request, stream, batchRefusals.timeout()))
  } else if (outcome.kind === 'deleted') {
    call.write(batchError(request, stream, batchRefusals.streamDeleted(stream)))
  } else if (outcome.kind === 'wrong-expected') {
    const wrong = batchRefusals.wrongExpectedVersion(expected, outcome.actual)
    call.write(batchError(request, stream, wrong))
  } else {
    call.write(answerTo(request, stream).setSuccess(batchSuccess(outcome)))
  }
}

function batchSuccess(
  outcome: Extract<Outcome, { kind: 'written' }>,
): streamsPb.BatchAppendResp.Success {
  const success = new streamsPb.BatchAppendResp.Success()
  if (outcome.revision < 0) success.setNoStream(new emptyPb.Empty())
  else success.setCurrentRevision(String(outcome.revision))
  if (outcome.position === undefined) return success.setNoPosition(new emptyPb.Empty())
  const position = new sharedPb.AllStreamPosition()
    .setCommitPosition(String(outcome.position))
    .setPreparePosition(String(outcome.position))
  return success.setPosition(position)
}

function batchError(
  request: streamsPb.BatchAppendReq,
  stream: string,
  error: statusPb.Status,
): streamsPb.BatchAppendResp {
  return answerTo(request, stream).setError(error)
}

function answerTo(request: streamsPb.BatchAppendReq, stream: string): streamsPb.BatchAppendResp {
  return new streamsPb.BatchAppendResp()
    .setCorrelationId(request.getCorrelationId())
    .setStreamIdentifier(streamIdentifier(stream))
}

// The call Append: one append and its answer. The client takes it when it has credentials.

import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import type { ServerReadableStream, sendUnaryData } from '@grpc/grpc-js'
import { courseOf, isAnswerLost, type Node } from './hindrance.ts'
import type { Expected, Ledger, Outcome } from './ledger.ts'
import { addEvent, expectedOf, type Proposal } from './proposal.ts'
import { maxAppendBytes, refusals } from './refusal.ts'
import { BadRequest, proposedEvent, streamName } from './wire.ts'

type AppendCall = ServerReadableStream<streamsPb.AppendReq, streamsPb.AppendResp>

/** The handler of Append. */
export function appendHandler(node: Node, ledger: Ledger) {
  return (call: AppendCall, answer: sendUnaryData<streamsPb.AppendResp>): void =>
    void append(node, ledger, { call, answer })
}

async function append(
  node: Node,
  ledger: Ledger,
  { call, answer }: { call: AppendCall; answer: sendUnaryData<streamsPb.AppendResp> },
): Promise<void> {
  const proposal = await readAppend(call).catch((error: unknown) => error)
  if (!isProposal(proposal)) {
    if (proposal instanceof BadRequest) answer(refusals.badRequest(proposal.message))
    return
  }
  const course = await courseOf(node, 'append', proposal.stream)
  if (course.go === 'nowhere') return
  if (course.go === 'wrong') return answer(course.refusal)
  if (proposal.bytes > maxAppendBytes) return answer(refusals.tooLarge())
  const outcome = ledger.append(proposal.stream, proposal.expected, proposal.events)
  if (isAnswerLost(node, course.fault)) return
  if (course.fault?.kind === 'commit-timeout') return answer(refusals.timeout())
  if (outcome.kind === 'deleted') return answer(refusals.streamDeleted(proposal.stream))
  answer(null, appendResponse(proposal.expected, outcome))
}

async function readAppend(call: AppendCall): Promise<Proposal> {
  let proposal: Proposal | undefined
  for await (const request of call) {
    if (!(request instanceof streamsPb.AppendReq)) throw new BadRequest('not an append')
    const options = request.getOptions()
    const proposed = request.getProposedMessage()
    if (options !== undefined) {
      const stream = streamName(options.getStreamIdentifier())
      proposal = {
        stream,
        expected: expectedOf(options, options.getRevision()),
        events: [],
        bytes: 0,
      }
    } else if (proposed !== undefined && proposal !== undefined) {
      addEvent(proposal, proposedEvent(proposed))
    }
  }
  if (proposal === undefined) throw new BadRequest('an append begins with its options')
  return proposal
}

function appendResponse(expected: Expected, outcome: Outcome): streamsPb.AppendResp {
  const response = new streamsPb.AppendResp()
  if (outcome.kind === 'wrong-expected') {
    const wrong = new streamsPb.AppendResp.WrongExpectedVersion()
    if (outcome.actual < 0) wrong.setCurrentNoStream(new sharedPb.Empty())
    else wrong.setCurrentRevision(String(outcome.actual))
    if (expected === 'exists') wrong.setExpectedStreamExists(new sharedPb.Empty())
    else if (expected === 'any') wrong.setExpectedAny(new sharedPb.Empty())
    else if (expected < 0) wrong.setExpectedNoStream(new sharedPb.Empty())
    else wrong.setExpectedRevision(String(expected))
    return response.setWrongExpectedVersion(wrong)
  }
  const success = new streamsPb.AppendResp.Success()
  if (outcome.kind !== 'written' || outcome.revision < 0) success.setNoStream(new sharedPb.Empty())
  else success.setCurrentRevision(String(outcome.revision))
  if (outcome.kind !== 'written' || outcome.position === undefined) {
    return response.setSuccess(success.setNoPosition(new sharedPb.Empty()))
  }
  const position = new streamsPb.AppendResp.Position()
    .setCommitPosition(String(outcome.position))
    .setPreparePosition(String(outcome.position))
  return response.setSuccess(success.setPosition(position))
}

function isProposal(value: unknown): value is Proposal {
  return typeof value === 'object' && value !== null && 'events' in value
}

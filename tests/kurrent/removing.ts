// The calls Delete (the stream may begin again) and Tombstone (it may not).

import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js'
import { courseOf, isAnswerLost, type Node } from './hindrance.ts'
import type { Ledger } from './ledger.ts'
import { expectedOf } from './proposal.ts'
import { refusals } from './refusal.ts'
import { streamName } from './wire.ts'

type DeleteCall = ServerUnaryCall<streamsPb.DeleteReq, streamsPb.DeleteResp>
type TombstoneCall = ServerUnaryCall<streamsPb.TombstoneReq, streamsPb.TombstoneResp>
type Removed = { refusal: object } | { position: string }
type Options = streamsPb.DeleteReq.Options | streamsPb.TombstoneReq.Options

/** Handlers of Delete and Tombstone. */
export function removeHandlers(node: Node, ledger: Ledger) {
  const removal = async (options: Options | undefined, forEver: boolean) => {
    if (options === undefined) return { refusal: refusals.badRequest('options are required') }
    return remove(node, ledger, { options, forEver })
  }
  return {
    delete: async (call: DeleteCall, answer: sendUnaryData<streamsPb.DeleteResp>) => {
      const removed = await removal(call.request.getOptions(), false)
      if (removed === undefined) return
      if ('refusal' in removed) return answer(removed.refusal)
      const position = new streamsPb.DeleteResp.Position()
        .setCommitPosition(removed.position)
        .setPreparePosition(removed.position)
      answer(null, new streamsPb.DeleteResp().setPosition(position))
    },
    tombstone: async (call: TombstoneCall, answer: sendUnaryData<streamsPb.TombstoneResp>) => {
      const removed = await removal(call.request.getOptions(), true)
      if (removed === undefined) return
      if ('refusal' in removed) return answer(removed.refusal)
      const position = new streamsPb.TombstoneResp.Position()
        .setCommitPosition(removed.position)
        .setPreparePosition(removed.position)
      answer(null, new streamsPb.TombstoneResp().setPosition(position))
    },
  }
}

async function remove(
  node: Node,
  ledger: Ledger,
  { options, forEver }: { options: Options; forEver: boolean },
): Promise<Removed | undefined> {
  const stream = streamName(options.getStreamIdentifier())
  const expected = expectedOf(options, options.getRevision())
  const course = await courseOf(node, 'delete', stream)
  if (course.go === 'nowhere') return undefined
  if (course.go === 'wrong') return { refusal: course.refusal }
  const outcome = ledger.delete(stream, expected, forEver)
  if (isAnswerLost(node, course.fault)) return undefined
  if (outcome.kind === 'deleted') return { refusal: refusals.streamDeleted(stream) }
  if (outcome.kind === 'written') return { position: String(outcome.position) }
  return { refusal: refusals.wrongExpectedVersion(stream, expected, outcome.actual) }
}

// What a node says of itself: the methods it supports, and the cluster it is in (itself alone).
// Must not import the log.

import gossipPb from '@eventstore/db-client/generated/gossip_pb.js'
import serverFeaturesPb from '@eventstore/db-client/generated/serverfeatures_pb.js'
import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js'
import type { Call } from './fault.ts'
import { courseOf, type Node } from './hindrance.ts'

/** What a node announces; a test may change it while the node runs. */
export type Announced = { version: string; batchAppend: boolean }

type Features = sendUnaryData<serverFeaturesPb.SupportedMethods>
type Cluster = sendUnaryData<gossipPb.ClusterInfo>
type EmptyCall = ServerUnaryCall<sharedPb.Empty, unknown>

const streamMethods = ['read', 'append', 'delete', 'tombstone']

/** Handlers of ServerFeatures and Gossip. */
export function infoHandlers(node: Node, announced: Announced) {
  return {
    getSupportedMethods: (_call: EmptyCall, answer: Features) =>
      void respond(node, 'features', { answer, response: () => supportedMethods(announced) }),
    read: (_call: EmptyCall, answer: Cluster) =>
      void respond(node, 'gossip', { answer, response: () => cluster(node.connections().port) }),
  }
}

type Respond<Response> = { answer: sendUnaryData<Response>; response(): Response }

async function respond<Response>(
  node: Node,
  call: Call,
  { answer, response }: Respond<Response>,
): Promise<void> {
  const course = await courseOf(node, call)
  if (course.go === 'on') answer(null, response())
  if (course.go === 'wrong') answer(course.refusal)
}

function supportedMethods({ version, batchAppend }: Announced): serverFeaturesPb.SupportedMethods {
  const methods = batchAppend ? [...streamMethods, 'batchappend'] : streamMethods
  const service = 'event_store.client.streams.streams'
  const list = methods.map((method) =>
    new serverFeaturesPb.SupportedMethod().setMethodName(method).setServiceName(service),
  )
  const read = list[0]
  if (read !== undefined) read.setFeaturesList(['position', 'events'])
  return new serverFeaturesPb.SupportedMethods()
    .setMethodsList(list)
    .setEventStoreServerVersion(version)
}

function cluster(port: number): gossipPb.ClusterInfo {
  const member = new gossipPb.MemberInfo()
    .setInstanceId(new sharedPb.UUID().setString(crypto.randomUUID()))
    .setTimeStamp(String(Date.now() * 10_000))
    .setState(gossipPb.MemberInfo.VNodeState.LEADER)
    .setIsAlive(true)
    .setHttpEndPoint(new gossipPb.EndPoint().setAddress('127.0.0.1').setPort(port))
  return new gossipPb.ClusterInfo().setMembersList([member])
}

// A stand-in for EventStoreDB and KurrentDB: the real protocol, from the client's own service
// definitions, over a log in memory, with faults on demand. The unmodified client talks to it.

import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { appendHandler } from './appending.ts'
import { batchAppendHandler } from './batch-appending.ts'
import { type Connections, listenTo } from './connections.ts'
import { type Call, createFaults, type Fault, type SetFault } from './fault.ts'
import type { Node } from './hindrance.ts'
import { Ledger } from './ledger.ts'
import { type Announced, infoHandlers } from './node-info.ts'
import { readHandler } from './reading.ts'
import { removeHandlers } from './removing.ts'

/** `systemEvery`: appends between two events of the server's own, which every log also holds. */
export type StandInOptions = { port?: number; systemEvery?: number } & Partial<Announced>

/** A running stand-in. */
export type StandIn = {
  readonly url: string
  readonly port: number
  /** Sets a fault; it holds until it struck `times`, is lifted, or all are cleared. */
  fault(fault: Fault): SetFault
  clear(): void
  /** Changes what the node says of itself; the client asks once a connection. */
  announce(announced: Partial<Announced>): void
  /** Destroys all connections and takes new ones. */
  dropConnections(): void
  /** Destroys all connections and refuses new ones, until `comeBack`. The data stay. */
  leave(): Promise<void>
  comeBack(): Promise<void>
  /** `leave` and `comeBack`. */
  restart(): Promise<void>
  stop(): Promise<void>
  /** Events stored, the server's own left out; of one stream, when it is named. */
  stored(stream?: string): number
  /** Calls that came in, faults or not. */
  calls(call: Call): number
  /** The positions after which subscriptions began that were let begin. */
  readonly subscribedAfter: readonly number[]
  readonly connections: number
  /** Resolves when all clients have gone. */
  idle(): Promise<void>
}

const serverOptions = {
  'grpc.max_receive_message_length': 17 * 1024 * 1024,
  'grpc.max_send_message_length': 17 * 1024 * 1024,
}

/** Starts a stand-in on the loopback address. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { version = '23.10.6', batchAppend = true, systemEvery = 10, port = 0 } = options
  const announced: Announced = { version, batchAppend }
  const ledger = new Ledger(systemEvery)
  const faults = createFaults()
  const counts = new Map<Call, number>()
  const subscribedAfter: number[] = []
  let connections: Connections | undefined
  const node: Node = {
    faults,
    connections() {
      if (connections === undefined) throw new Error('the stand-in does not listen yet')
      return connections
    },
    count: (call) => void counts.set(call, (counts.get(call) ?? 0) + 1),
    subscribed: (position) => void subscribedAfter.push(position),
  }
  const server = serverOf(node, ledger, announced)
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  const listening = await listenTo(port, (socket) => injector.injectConnection(socket))
  connections = listening

  async function comeBack(): Promise<void> {
    ledger.beginEpoch()
    await listening.comeBack()
  }

  return {
    url: `esdb://127.0.0.1:${listening.port}?tls=false`,
    port: listening.port,
    fault: faults.set,
    clear: faults.clear,
    announce: (change) => void Object.assign(announced, change),
    dropConnections: listening.destroy,
    leave: listening.leave,
    comeBack,
    async restart() {
      await listening.leave()
      await comeBack()
    },
    async stop() {
      await listening.leave()
      server.forceShutdown()
    },
    stored(stream) {
      const isOurs = ({ stream: name }: { stream: string }) =>
        stream === undefined ? !name.startsWith('$') : name === stream
      return ledger.events.filter(isOurs).length
    },
    calls: (call) => counts.get(call) ?? 0,
    subscribedAfter,
    idle: listening.idle,
    get connections() {
      return listening.count
    },
  }
}

function serverOf(node: Node, ledger: Ledger, announced: Announced): Server {
  const server = new Server(serverOptions)
  const { getSupportedMethods, read } = infoHandlers(node, announced)
  server.addService(serverFeaturesGrpc.ServerFeaturesService, { getSupportedMethods })
  server.addService(gossipGrpc.GossipService, { read })
  server.addService(streamsGrpc.StreamsService, {
    ...removeHandlers(node, ledger),
    append: appendHandler(node, ledger),
    batchAppend: batchAppendHandler(node, ledger),
    read: readHandler(node, ledger),
  })
  return server
}

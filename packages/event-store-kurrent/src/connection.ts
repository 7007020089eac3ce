// The calls to the server that a log needs, over the connection of @eventstore/db-client: the only
// file that knows the client. To move to its successor is to write this file again.
// Must not import the store.
//
// The client finds the leader, holds the channel, the TLS and the credentials, and brings the
// messages of the protocol. Its `appendToStream`, `readStream` and `subscribeToAll` are not used:
// - the answers of all appends of a process wait in one table of the module (batchAppend.js,
//   `promiseBank`): an error on the connection to one server rejects the appends of all others and
//   empties the table, and the next answer of a healthy server is then looked up in vain, which
//   throws a TypeError in a listener and ends the process. Here each call has a table of its own,
//   and an answer nobody waits for any more is passed over;
// - an event that cannot be serialised, or a call that fails while it is being written to, rejects
//   inside an async executor: the append stays pending, and the process ends;
// - neither appends nor reads have a time limit;
// - it writes JSON by `JSON.stringify` and reads it by `JSON.parse`: the bytes are not kept.

// biome-ignore-all lint/complexity/useLiteralKeys: what the client keeps for subclasses is reached by name, as it makes its objects itself

import { randomUUID } from 'node:crypto'
import { EventStoreDBClient } from '@eventstore/db-client'
import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import type serverFeaturesPb from '@eventstore/db-client/generated/serverfeatures_pb.js'
import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js'
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import { closedFault, StoreFault } from '@linli/event-store'
import { addressFault, hostsOf } from './address.ts'
import {
  type AllRange,
  appendRequests,
  correlationOf,
  followRequest,
  reachedBy,
  readRequest,
  recordedBy,
  type StreamRange,
  type WireAppend,
  type Written,
  writtenBy,
} from './message.ts'
import type { Recorded } from './record.ts'
import { type Attempt, faultOf, timedOut, tooOld } from './server-fault.ts'

/** What a subscription tells: an event, or that all up to a position has been looked at. */
export type Follower = {
  onEvent(event: Recorded): void
  onReached(position: number): void
  onConfirmed(): void
  /** Called once, at the end, unless it was left. */
  onLost(fault: StoreFault): void
}

/** A running subscription. */
export type Following = { pause(): void; resume(): void; leave(): void }

type StreamsClient = InstanceType<typeof streamsGrpc.StreamsClient>
type ReadCall = ReturnType<StreamsClient['read']>
type AppendCall = ReturnType<StreamsClient['batchAppend']>
type Waiting = { resolve(written: Written): void; reject(fault: StoreFault): void; late: Timer }
type Writer = { call: AppendCall; waiting: Map<string, Waiting>; isOpen: boolean }
type Timer = ReturnType<typeof setTimeout>

// From this version on an event that is read from a stream has its position in the log
// (github.com/kurrent-io/KurrentDB/pull/3459).
const oldestVersion = { major: 22, minor: 6 }

/** A connection to one server or cluster. */
export class Connection {
  readonly hosts: string
  readonly #client: EventStoreDBClient
  readonly #timeoutMs: number
  readonly #calls = new Set<ReadCall | AppendCall>()
  #writer: Promise<Writer> | undefined
  #channel: ReturnType<StreamsClient['getChannel']> | undefined
  #closed = false

  /** Nothing is opened before the first call. Throws for an address that cannot be read. */
  constructor(url: string, timeoutMs: number) {
    this.hosts = hostsOf(url)
    this.#timeoutMs = timeoutMs
    this.#client = clientOf(url)
    // The client heals its channel beside the call that failed, and nobody awaits that: where it
    // fails too (no leader found, a node that names none), the process would end. The call itself
    // has been told, and the next one finds or makes a channel.
    const heal = this.#client['handleError']
    this.#client['handleError'] = (client, error) => heal(client, error).catch(() => undefined)
  }

  /** The server's version; the fault `store-version` when it cannot keep a log. */
  async serverVersion(): Promise<string> {
    const attempt: Attempt = { hosts: this.hosts, retry: 'later' }
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const late = setTimeout(() => reject(timedOut(attempt)), this.#timeoutMs)
    const answered = (error: Error | null, features?: serverFeaturesPb.SupportedMethods) => {
      if (error !== null) return reject(this.#fault(error, 'later'))
      const version = features?.getEventStoreServerVersion() ?? 'unknown'
      if (isFit(version, features)) resolve(version)
      else reject(tooOld(attempt, `its version is ${version}`))
    }
    // The client asks this too, but for ever, and it keeps a refusal.
    const { ServerFeaturesClient } = serverFeaturesGrpc
    const ask = async (client: InstanceType<typeof ServerFeaturesClient>) => {
      this.#hold(client)
      const [metadata, options] = this.#arguments(Date.now() + this.#timeoutMs)
      client.getSupportedMethods(new sharedPb.Empty(), metadata, options, (error, features) => {
        if (error !== null) void this.#client['handleError'](client, error)
        answered(error, features)
      })
    }
    this.#client['execute'](ServerFeaturesClient, 'linli', ask).catch(answered)
    try {
      return await promise
    } finally {
      clearTimeout(late)
    }
  }

  /** Appends, or tells the revision that stood in the way. A fault tells what became of it. */
  async append(append: WireAppend): Promise<Written> {
    const requests = appendRequests(append, randomUUID())
    const writer = await this.#openWriter()
    const { promise, resolve, reject } = Promise.withResolvers<Written>()
    const key = correlationOf(requests[0])
    const late = setTimeout(() => {
      writer.waiting.delete(key)
      this.#retire(writer)
      reject(timedOut({ hosts: this.hosts, retry: 'outcome-unknown' }))
    }, this.#timeoutMs)
    writer.waiting.set(key, { resolve, reject, late })
    for (const request of requests) writer.call.write(request)
    return promise
  }

  /** Reads until the end of the range, or until `take` answers false. */
  read(range: StreamRange | AllRange, take: (event: Recorded) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let call: ReadCall | undefined
    const finish = (fault?: Error) => {
      clearTimeout(late)
      call?.off('data', onData)
      this.#leave(call)
      if (fault === undefined) resolve()
      else reject(fault)
    }
    // As long as events come the read goes on: the limit is for the silence between them.
    const late = setTimeout(
      () => finish(timedOut({ hosts: this.hosts, retry: 'later' })),
      this.#timeoutMs,
    )
    const onData = (response: streamsPb.ReadResp) => {
      late.refresh()
      try {
        const event = recordedBy(response, this.hosts)
        if (event !== undefined && !take(event)) finish()
      } catch (error) {
        finish(asError(error))
      }
    }
    const opening = this.#open((client) => {
      call = client.read(readRequest(range), ...this.#arguments())
      call.on('data', onData)
      call.on('error', (error) => finish(this.#fault(error, 'later')))
      call.on('end', () => finish())
      return call
    })
    opening.catch((error: Error) => finish(this.#fault(error, 'later')))
    return promise
  }

  /** Follows the whole log, live, after a position; the server leaves out what has not `prefix`. */
  follow(after: number, prefix: string, follower: Follower): Following {
    let call: ReadCall | undefined
    let isLeft = false
    const leave = () => {
      isLeft = true
      clearTimeout(late)
      this.#leave(call)
    }
    const lose = (fault: StoreFault) => {
      if (isLeft) return
      leave()
      follower.onLost(fault)
    }
    const late = setTimeout(
      () => lose(timedOut({ hosts: this.hosts, retry: 'later' })),
      this.#timeoutMs,
    )
    const onData = (response: streamsPb.ReadResp) => {
      if (isLeft) return
      if (response.hasConfirmation()) {
        clearTimeout(late)
        follower.onConfirmed()
      }
      try {
        const event = recordedBy(response, this.hosts)
        const reached = reachedBy(response, this.hosts)
        if (event !== undefined) follower.onEvent(event)
        if (reached !== undefined) follower.onReached(reached)
      } catch (error) {
        lose(this.#fault(asError(error), 'later'))
      }
    }
    const opening = this.#open((client) => {
      call = client.read(followRequest(after, prefix), ...this.#arguments())
      call.on('data', onData)
      call.on('error', (error) => lose(this.#fault(error, 'later')))
      call.on('end', () => lose(this.#fault(new Error('the subscription ended'), 'later')))
      // A cancel in the turn of the call itself is passed over by grpc-js.
      const made = call
      if (isLeft) setImmediate(() => made.cancel())
      return call
    })
    opening.catch((error: Error) => lose(this.#fault(error, 'later')))
    return { pause: () => call?.pause(), resume: () => call?.resume(), leave }
  }

  /** Ends every call and the channel. */
  close(): void {
    this.#closed = true
    for (const call of this.#calls) call.cancel()
    this.#channel?.close()
  }

  async #openWriter(): Promise<Writer> {
    for (;;) {
      this.#writer ??= this.#newWriter()
      const opening = this.#writer
      try {
        const writer = await opening
        if (writer.isOpen) return writer
      } catch (error) {
        if (this.#writer === opening) this.#writer = undefined
        throw this.#fault(asError(error), 'later')
      }
      if (this.#writer === opening) this.#writer = undefined
    }
  }

  #newWriter(): Promise<Writer> {
    const { promise, resolve, reject } = Promise.withResolvers<Writer>()
    const late = setTimeout(
      () => reject(timedOut({ hosts: this.hosts, retry: 'later' })),
      this.#timeoutMs,
    )
    const opening = this.#open((client) => {
      const call = client.batchAppend(...this.#arguments())
      const writer: Writer = { call, waiting: new Map(), isOpen: true }
      call.on('data', (response) => this.#answer(writer, response))
      call.on('error', (error) => this.#lose(writer, error))
      call.on('end', () => this.#lose(writer, new Error('the server ended the call')))
      resolve(writer)
      return call
    })
    opening.catch(reject).finally(() => clearTimeout(late))
    return promise
  }

  #answer(writer: Writer, response: streamsPb.BatchAppendResp): void {
    const key = correlationOf(response)
    const waiting = writer.waiting.get(key)
    if (waiting === undefined) return
    writer.waiting.delete(key)
    clearTimeout(waiting.late)
    try {
      waiting.resolve(writtenBy(response, this.hosts))
    } catch (error) {
      waiting.reject(this.#fault(asError(error), 'outcome-unknown'))
    }
    this.#endRetired(writer)
  }

  #lose(writer: Writer, error: Error): void {
    writer.isOpen = false
    const fault = this.#fault(error, 'outcome-unknown')
    for (const { reject, late } of writer.waiting.values()) {
      clearTimeout(late)
      reject(fault)
    }
    writer.waiting.clear()
  }

  // What did not answer in time gets no further append; those on their way may yet be answered.
  #retire(writer: Writer): void {
    writer.isOpen = false
    this.#endRetired(writer)
  }

  #endRetired(writer: Writer): void {
    if (!writer.isOpen && writer.waiting.size === 0) this.#leave(writer.call)
  }

  #open<T extends ReadCall | AppendCall>(create: (client: StreamsClient) => T): Promise<T> {
    if (this.#closed) return Promise.reject(closedFault())
    const creator = (client: StreamsClient) => {
      this.#hold(client)
      const call = create(client)
      this.#calls.add(call)
      call.on('close', () => this.#calls.delete(call))
      return call
    }
    return this.#client['GRPCStreamCreator'](streamsGrpc.StreamsClient, 'linli', creator)()
  }

  // A leader may be found after the connection was closed: then its channel is closed at once.
  #hold(client: Pick<StreamsClient, 'getChannel'>): void {
    this.#channel = client.getChannel()
    if (!this.#closed) return
    this.#channel.close()
    throw closedFault()
  }

  #leave(call: ReadCall | AppendCall | undefined): void {
    if (call === undefined) return
    this.#calls.delete(call)
    call.cancel()
  }

  #arguments(deadline = Number.POSITIVE_INFINITY): ReturnType<EventStoreDBClient['callArguments']> {
    return this.#client['callArguments']({}, { deadline })
  }

  #fault(error: Error, retry: Attempt['retry']): StoreFault {
    if (this.#closed) return closedFault()
    return error instanceof StoreFault ? error : faultOf(error, { hosts: this.hosts, retry })
  }
}

function clientOf(url: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(url)
  } catch (error) {
    // The client's sentence may hold a part of the password.
    if (!(error instanceof Error)) throw error
    throw addressFault('A host, port, option or certificate file in it is wrong.')
  }
}

function isFit(version: string, features?: serverFeaturesPb.SupportedMethods): boolean {
  const appends = features?.getMethodsList().some((method) => {
    return method.getMethodName().toLowerCase() === 'batchappend'
  })
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? []
  const { major: least, minor: leastMinor } = oldestVersion
  // A version without numbers is somebody's own build.
  if (major === undefined) return appends === true
  const isOld = Number(major) < least || (Number(major) === least && Number(minor) < leastMinor)
  return appends === true && !isOld
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

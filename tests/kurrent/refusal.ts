// The errors of the stand-in, with the codes, sentences and metadata of the real server.
// Must not import the log.

import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import statusPb from '@eventstore/db-client/generated/status_pb.js'
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import anyPb from 'google-protobuf/google/protobuf/any_pb.js'
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js'
import type { Expected } from './ledger.ts'
import { streamIdentifier } from './wire.ts'

/** Bytes that one append may hold. */
export const maxAppendBytes = 1024 * 1024

/** Errors that end a call. */
export const refusals = {
  notLeader: (host: string, port: number) =>
    refusal(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': host,
      'leader-endpoint-port': String(port),
    }),
  overloaded: () => refusal(status.UNAVAILABLE, 'Server Is Too Busy'),
  unavailable: () => refusal(status.UNAVAILABLE, 'Server Is Not Ready'),
  unauthenticated: () => refusal(status.UNAUTHENTICATED, ''),
  accessDenied: () =>
    refusal(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' }),
  timeout: () => refusal(status.ABORTED, 'Operation timed out'),
  unimplemented: () => refusal(status.UNIMPLEMENTED, 'Service is unimplemented.'),
  unknown: (what: string) => refusal(status.UNKNOWN, what),
  badRequest: (what: string) => refusal(status.INVALID_ARGUMENT, what),
  streamDeleted: (stream: string) =>
    refusal(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
      exception: 'stream-deleted',
      'stream-name': encodeURIComponent(stream),
    }),
  wrongExpectedVersion: (stream: string, expected: Expected, actual: number) =>
    refusal(status.FAILED_PRECONDITION, 'Delete failed due to WrongExpectedVersion.', {
      exception: 'wrong-expected-version',
      'stream-name': encodeURIComponent(stream),
      'expected-version': String(expected),
      'actual-version': String(actual),
    }),
  tooLarge: () =>
    refusal(status.INVALID_ARGUMENT, `Maximum Append Size of ${maxAppendBytes} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(maxAppendBytes),
    }),
  invalidPosition: () => refusal(status.UNKNOWN, 'Unexpected ReadAllResult: Error'),
}

/** Errors that answer one append of a batch and leave the others be. */
export const batchRefusals = {
  /** The server packs an empty detail here, so its client does not know the error. */
  overloaded: () => batchStatus('google.protobuf.Empty', new emptyPb.Empty(), 'Server Is Busy'),
  accessDenied: () => batchStatus(clientType('AccessDenied'), new sharedPb.AccessDenied()),
  timeout: () => batchStatus(clientType('Timeout'), new sharedPb.Timeout()),
  badRequest: (what: string) =>
    batchStatus(clientType('BadRequest'), new sharedPb.BadRequest().setMessage(what), what),
  tooLarge: () => {
    const exceeded = new sharedPb.MaximumAppendSizeExceeded().setMaxappendsize(maxAppendBytes)
    return batchStatus(clientType('MaximumAppendSizeExceeded'), exceeded)
  },
  streamDeleted: (stream: string) => {
    const deleted = new sharedPb.StreamDeleted().setStreamIdentifier(streamIdentifier(stream))
    return batchStatus(clientType('StreamDeleted'), deleted)
  },
  wrongExpectedVersion: (expected: Expected, actual: number) => {
    const wrong = new sharedPb.WrongExpectedVersion()
    if (actual < 0) wrong.setCurrentNoStream(new emptyPb.Empty())
    else wrong.setCurrentStreamRevision(String(actual))
    if (expected === 'any') wrong.setExpectedAny(new emptyPb.Empty())
    else if (expected === 'exists') wrong.setExpectedStreamExists(new emptyPb.Empty())
    else if (expected < 0) wrong.setExpectedNoStream(new emptyPb.Empty())
    else wrong.setExpectedStreamPosition(String(expected))
    return batchStatus(clientType('WrongExpectedVersion'), wrong)
  },
}

type Detail = { serializeBinary(): Uint8Array }

function refusal(
  code: status,
  details: string,
  entries: Record<string, string> = {},
): Partial<ServiceError> {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(entries)) metadata.set(key, value)
  return { code, details, metadata }
}

function clientType(name: string): string {
  return `event_store.client.${name}`
}

function batchStatus(type: string, detail: Detail, message = ''): statusPb.Status {
  const packed = new anyPb.Any()
  packed.pack(detail.serializeBinary(), type)
  return new statusPb.Status().setMessage(message).setDetails(packed)
}

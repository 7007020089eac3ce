// What went wrong at the server or on the way to it, as a fault of the port: a code, a sentence
// that says what to do, a retry class. Reads gRPC's errors by their shape.
// Must not import the client.

import type { Retry, StoreFaultCode } from '@linli/event-store'
import { StoreFault } from '@linli/event-store'

/** What was being done: at which hosts, and what a failure means for who asked. */
export type Attempt = { hosts: string; retry: Retry }

// https://grpc.io/docs/guides/status-codes/
const status = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const

/** The fault of a call that the server or the connection ended with this error. */
export function faultOf(error: Error, attempt: Attempt): StoreFault {
  const byName = namedFault(exceptionOf(error), attempt, error)
  if (byName !== undefined) return byName
  switch ('code' in error ? error.code : undefined) {
    case status.unauthenticated:
    case status.permissionDenied:
      return refused(attempt, error)
    case status.invalidArgument:
      return failed({ ...attempt, retry: 'never' }, error)
    case status.unimplemented:
      return tooOld(attempt, 'it does not know a call that is needed', error)
    case status.deadlineExceeded:
    case status.aborted:
      return timedOut(attempt, error)
    case status.unavailable:
    case status.cancelled:
    case status.internal:
      return unreachable(attempt, error)
    default:
      // Without a code it is the client: no leader found, a channel shut down meanwhile.
      return 'code' in error ? failed(attempt, error) : unreachable(attempt, error)
  }
}

// What versions of the server answer to a read from a position at which no record begins.
const ofPlace = new Set<unknown>([
  status.unknown,
  status.invalidArgument,
  status.failedPrecondition,
  status.outOfRange,
  status.internal,
])

/** Whether a read of the log may have failed because no record begins where it was to begin. */
export function isPerhapsOfPlace(error: unknown): boolean {
  if (!(error instanceof StoreFault) || !(error.cause instanceof Error)) return false
  return 'code' in error.cause && ofPlace.has(error.cause.code)
}

/** The fault of a call without an answer in time. */
export function timedOut(attempt: Attempt, cause?: Error): StoreFault {
  const message = `The event store at ${attempt.hosts} did not answer in time.`
  return fault('store-timeout', message, { retry: attempt.retry, cause })
}

/** The fault of a server that lacks what is needed. */
export function tooOld(attempt: Attempt, why: string, cause?: Error): StoreFault {
  const message = `The event store at ${attempt.hosts} cannot be used: ${why}. EventStoreDB 22.6 or later, or KurrentDB, is needed.`
  return fault('store-version', message, { retry: 'never', cause })
}

/** The fault of a name or password that is wrong, or of a user without the rights. */
export function refused(attempt: Attempt, cause?: Error): StoreFault {
  const message = `The event store at ${attempt.hosts} refuses the user: check name, password and its rights, $all included.`
  return fault('store-refused', message, { retry: 'never', cause })
}

/** The fault of an append above the server's own limit. */
export function tooLargeForServer(attempt: Attempt, cause?: Error): StoreFault {
  const message = `The append is larger than the event store at ${attempt.hosts} takes: raise its MaxAppendSize.`
  return fault('append-too-large', message, { retry: 'never', cause })
}

/** The fault of a stream that somebody deleted in the server. */
export function streamDeleted(attempt: Attempt, cause?: Error): StoreFault {
  const message = `A stream was deleted for ever in the event store at ${attempt.hosts}: restore the log from a backup.`
  return fault('log-damaged', message, { retry: 'never', cause })
}

/** The fault of a failure that the server does not explain further. */
export function failed(attempt: Attempt, cause: Error): StoreFault {
  const message = `The event store at ${attempt.hosts} failed: ${cause.message}.`
  return fault('storage-failed', message, { retry: attempt.retry, cause })
}

function namedFault(
  exception: string | undefined,
  attempt: Attempt,
  error: Error,
): StoreFault | undefined {
  switch (exception) {
    case 'not-leader': {
      const message = `The node of the event store at ${attempt.hosts} is not the leader: try again.`
      return fault('store-not-leader', message, { retry: attempt.retry, cause: error })
    }
    case 'access-denied':
      return refused(attempt, error)
    case 'stream-deleted':
      return streamDeleted(attempt, error)
    case 'maximum-append-size-exceeded':
      return tooLargeForServer(attempt, error)
    default:
      return undefined
  }
}

function unreachable(attempt: Attempt, cause: Error): StoreFault {
  const message = `The event store at ${attempt.hosts} cannot be reached (${cause.message}): check the address and that the server runs.`
  return fault('store-unreachable', message, { retry: attempt.retry, cause })
}

// The server names what went wrong in the trailer `exception`.
function exceptionOf(error: Error): string | undefined {
  if (!('metadata' in error)) return undefined
  const { metadata } = error
  if (typeof metadata !== 'object' || metadata === null || !('get' in metadata)) return undefined
  if (typeof metadata.get !== 'function') return undefined
  const values: unknown = metadata.get('exception')
  return Array.isArray(values) && typeof values[0] === 'string' ? values[0] : undefined
}

function fault(
  code: StoreFaultCode,
  message: string,
  how: { retry: Retry; cause: Error | undefined },
): StoreFault {
  return new StoreFault(code, message, how)
}

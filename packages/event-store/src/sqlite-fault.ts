// Turns what SQLite and the file system say into a StoreFault with one clear sentence.
// The only file that knows SQLite's result codes. Must not import a store.

import type { Retry, StoreFaultCode } from './port.ts'
import { StoreFault } from './port.ts'

/** A fault as plain data: an Error of our own class does not survive the way between threads. */
export type FaultData = { code: StoreFaultCode; message: string; retry: Retry; cause: string }

const uniqueViolated = 2067
// The log's only trigger is that of log-mark.ts.
const triggerRefused = 1811

// https://sqlite.org/rescode.html, the primary codes.
const resultCodes = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const

/** Whether this error is a unique index that refused a row. */
export function isUniqueViolation(error: unknown): boolean {
  return resultCode(error) === uniqueViolated
}

/** Whether this error is a lock that another connection holds. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error)
  return code === resultCodes.busy || code === resultCodes.locked
}

/**
 * The fault behind an error met while using `file`. `retry` is the class of a passing trouble:
 * a caller that had begun to commit says `outcome-unknown`. Errors of no known kind come back
 * as they are.
 */
export function storageFault(error: unknown, file: string, retry: Retry = 'later'): unknown {
  if (error instanceof StoreFault) return error
  const known = describe(error, file)
  if (known === undefined) return error
  const never = known.lasting && retry !== 'outcome-unknown'
  return new StoreFault(known.code, known.message, { retry: never ? 'never' : retry, cause: error })
}

/** A fault as data, for the way to another thread. */
export function faultData(error: unknown): FaultData {
  if (error instanceof StoreFault) {
    const { code, message, retry, cause } = error
    return { code, message, retry, cause: text(cause ?? error) }
  }
  const message = `The writer of the event log met an unexpected error: ${text(error)}`
  return { code: 'storage-failed', message, retry: 'outcome-unknown', cause: text(error) }
}

/** The fault that was sent as data. */
export function faultFrom(data: FaultData): StoreFault {
  return new StoreFault(data.code, data.message, { retry: data.retry, cause: data.cause })
}

type Known = { code: StoreFaultCode; message: string; lasting: boolean }

function describe(error: unknown, file: string): Known | undefined {
  if (resultCode(error) === triggerRefused) {
    return known('log-moved', `The log ${file} is moved and takes nothing more.`, true)
  }
  switch (primaryCode(error)) {
    case resultCodes.busy:
    case resultCodes.locked:
      return known('busy', `The file ${file} is locked by another program.`, false)
    case resultCodes.readOnly:
      return known('folder-read-only', `The file ${file} or its folder is read-only.`, true)
    case resultCodes.full:
      return known('disk-full', `The disk that holds ${file} is full.`, false)
    case resultCodes.corrupt:
    case resultCodes.notADatabase:
      return known(
        'log-damaged',
        `The file ${file} is damaged (${text(error)}): restore it from a backup.`,
        true,
      )
    case resultCodes.cannotOpen:
      return known('folder-unusable', `The file ${file} cannot be opened or made.`, true)
    case resultCodes.inputOutput:
      return known('storage-failed', `Reading or writing ${file} failed: ${text(error)}.`, false)
    default:
      return describeSystem(error, file)
  }
}

function describeSystem(error: unknown, file: string): Known | undefined {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return known('folder-read-only', `${file} cannot be written: it is read-only.`, true)
    case 'ENOSPC':
    case 'EDQUOT':
      return known('disk-full', `The disk that holds ${file} is full.`, false)
    case 'EEXIST':
    case 'ENOTDIR':
      return known('folder-unusable', `${file} is not a folder.`, true)
    default:
      return undefined
  }
}

function known(code: StoreFaultCode, message: string, lasting: boolean): Known {
  return { code, message, lasting }
}

function primaryCode(error: unknown): number | undefined {
  const code = resultCode(error)
  return code === undefined ? undefined : code & 0xff
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

// The one list of what can go wrong in the vault. Messages carry identifiers, never clear text,
// key bytes or a phone number.

/** What went wrong, for a program; stable. */
export type VaultFaultCode =
  | 'key-file-missing'
  | 'key-file-mode'
  | 'key-file-damaged'
  | 'key-file-failed'
  | 'key-file-mismatch'
  | 'not-recovered'
  | 'already-recovered'
  | 'subject-erased'
  | 'key-unknown'
  | 'key-damaged'
  | 'binding-conflict'
  | 'not-authentic'
  | 'not-sealed'
  | 'busy'
  | 'write-failed'
  | 'read-failed'
  | 'not-scrubbed'
  | 'backup-failed'

const laterCodes: ReadonlySet<VaultFaultCode> = new Set([
  'busy',
  'write-failed',
  'read-failed',
  'not-scrubbed',
  'backup-failed',
])

/** A fault of the vault or its key file; `retry` says whether trying again can help. */
export class VaultFault extends Error {
  readonly code: VaultFaultCode
  readonly retry: 'never' | 'later'

  constructor(code: VaultFaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'VaultFault'
    this.code = code
    this.retry = laterCodes.has(code) ? 'later' : 'never'
  }
}

/** The fault of sealing for someone who was erased. */
export function erasedFault(subject: string): VaultFault {
  return new VaultFault('subject-erased', `${subject} was erased: nothing can be sealed for it.`)
}

/** Does a piece of reading; what fails in it becomes the fault `read-failed`. */
export async function reading<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof VaultFault) throw cause
    throw new VaultFault('read-failed', `The vault could not read ${what}.`, cause)
  }
}

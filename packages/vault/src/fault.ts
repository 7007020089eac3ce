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

// What the engine throws when the world failed: a code, a sentence, and whether trying again helps.

/** The codes of engine faults. */
export type EngineFaultCode =
  | 'unknown-workflow'
  | 'log-does-not-fit'
  | 'too-much-contention'
  | 'read-model-behind'
  | 'closed'

/** A fault with its retry class; a refusal is never thrown. */
export class EngineFault extends Error {
  override readonly name = 'EngineFault'
  readonly code: EngineFaultCode
  readonly retry: 'never' | 'later'

  constructor(
    code: EngineFaultCode,
    message: string,
    how: { retry: 'never' | 'later'; cause?: unknown },
  ) {
    super(message, how.cause === undefined ? undefined : { cause: how.cause })
    this.code = code
    this.retry = how.retry
  }
}

// The one error of this package. Imports nothing.

/**
 * The codes of the runner's faults. `overtaken`: another process has moved the build on; the next
 * run goes on from there. `ahead-of-log`: a database of many knows more than the log.
 */
export type ProjectionFaultCode =
  | 'projection-failed'
  | 'projection-unknown'
  | 'overtaken'
  | 'ahead-of-log'
  | 'closed'

/** A read model could not go on: which one, and where it stood. */
export class ProjectionFault extends Error {
  override readonly name = 'ProjectionFault'
  readonly code: ProjectionFaultCode

  constructor(code: ProjectionFaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

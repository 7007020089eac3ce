// The faults of this package: what was handed in cannot be a calendar or a limit.
// Imports nothing.

/** Why a calendar could not be made or asked. */
export type CalendarFaultCode =
  | 'amount-out-of-range'
  | 'instant-out-of-range'
  | 'time-zone-unknown'
  | 'window-damaged'
  | 'year-damaged'
  | 'folder-unreadable'
  | 'season-damaged'

/** Wrong input to this package. Trying again never helps; the message names the offending value. */
export class CalendarFault extends Error {
  readonly code: CalendarFaultCode
  readonly retry = 'never'

  constructor(code: CalendarFaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CalendarFault'
    this.code = code
  }
}

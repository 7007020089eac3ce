// The actions a machine may use: all come back as data, none does anything by itself.
// Spread `coreActions` into a machine's setup.
import type { ClockAction } from './clock.ts'
import type { Role } from './event.ts'

type Params<Type extends ClockAction['type']> = Omit<Extract<ClockAction, { type: Type }>, 'type'>
type With = Record<string, unknown>

/** Begin another instance; its id follows from the effect's unless it is named. */
export type OpenParams = { workflow: string; command: string; instance?: string; with: With }
/** Give another instance a command. */
export type TellParams = { instance: string; command: string; with: With }
/** Let somebody know: a text key and what fills it, never personal data in clear. */
export type NotifyParams = {
  to: { person?: string; unit?: string; role?: Role; place?: string }
  text: string
  with: With
}
/** Hand something to an outside system. */
export type SendParams = { system: string; with: With }

type Each<One> = One | readonly One[]

/**
 * The core's actions, inert: XState collects them with their params and `step` reads those. A list
 * of params is that action so many times over, and an empty one is none.
 */
export const coreActions = {
  startClock: (_: unknown, _params: Each<Params<'startClock'>>): void => {},
  pauseClock: (_: unknown, _params: Each<{ clock: string }>): void => {},
  resumeClock: (_: unknown, _params: Each<{ clock: string }>): void => {},
  stopClock: (_: unknown, _params: Each<{ clock: string }>): void => {},
  extendClock: (_: unknown, _params: Each<Params<'extendClock'>>): void => {},
  pauseClocks: (_: unknown, _params: { except?: readonly string[] }): void => {},
  resumeClocks: (_: unknown, _params: { except?: readonly string[] }): void => {},
  stopClocks: (_: unknown, _params: { except?: readonly string[] }): void => {},
  open: (_: unknown, _params: Each<OpenParams>): void => {},
  tell: (_: unknown, _params: Each<TellParams>): void => {},
  notify: (_: unknown, _params: Each<NotifyParams>): void => {},
  send: (_: unknown, _params: Each<SendParams>): void => {},
}

// The log of the server: JSON lines on standard error, warnings and faults above all. A line never
// holds a path with a token, a body, a header or a personal value.
import { destination, type Logger, pino } from 'pino'

/** What a line may say of a thrown thing: its kind, code and place, and a message of our own. */
export type LoggedFault = { name: string; code?: string; message: string; stack?: string }

/** A logger at a level, to standard error or to the stream that is given. */
export function openLog(level: string, to: { write(line: string): void } = destination(2)): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: loggedFault, req: () => undefined, res: () => undefined },
      redact: {
        paths: ['password', 'token', 'phone', 'text', 'body', 'headers', 'data', 'url'],
        remove: true,
      },
    },
    to,
  )
}

/** A fault that comes again and again, while a server is away, is told once in so long (ms). */
const AGAIN_MS = 10_000
const KEPT = 1_000

type Tell = (what: string, fault: unknown) => void

/** Tells what is given, but the same of the same only now and then. */
export function withoutRepeats(tell: Tell): Tell {
  const told = new Map<string, number>()
  return (what, fault) => {
    const { code, message } = loggedFault(fault)
    const name = `${what} ${code ?? message}`
    const now = performance.now()
    if (now - (told.get(name) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return
    if (told.size >= KEPT) told.clear()
    told.set(name, now)
    tell(what, fault)
  }
}

/**
 * A fault as it is logged. Messages of faults and bugs of ours carry identifiers only; those of a
 * parser may quote what it read, so for these the kind must do.
 */
export function loggedFault(fault: unknown): LoggedFault {
  if (!(fault instanceof Error)) return { name: 'unknown', message: 'not an error' }
  const quotes = fault instanceof SyntaxError || fault.name === 'ZodError'
  const code = 'code' in fault && typeof fault.code === 'string' ? { code: fault.code } : {}
  const frames = fault.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return {
    name: fault.name,
    ...code,
    message: quotes ? '(not shown: it may quote what was read)' : fault.message,
    ...(frames.length === 0 ? {} : { stack: frames.join('\n') }),
  }
}

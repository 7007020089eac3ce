// Listening, and ending in order: on a signal the process is first no longer ready, so that who
// spreads requests sends it no more; then what is in flight is answered, and the port closes.
import { setTimeout as rest } from 'node:timers/promises'
import { StoreFault, type StoreFaultCode } from '@linli/event-store'
import { buildHealthApp } from '@linli/http'
import { DatabaseFault, type DatabaseFaultCode } from '@linli/sql'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'

/** How long who spreads requests is given to notice that the process is not ready (ms). */
const NOTICE_MS = 1_500
/** How long requests in flight are given to end (ms). */
const DRAIN_MS = 10_000

/** A signal within this of the first is the same Ctrl-C, passed on by a package manager (ms). */
const IMPATIENT_MS = 1_000
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const

/** Whether a process was told to end, and the status a shell expects of what was cut short. */
export type Ending = {
  readonly signal: AbortSignal
  readonly isEnding: () => boolean
  readonly status: () => number
  /** For other reasons to end in order. */
  readonly end: () => void
  /** Listens no longer. */
  readonly release: () => void
}

/** Hears SIGTERM and SIGINT: the first ends in order, a second one ends at once. */
export function endingOnSignal(): Ending {
  const ending = new AbortController()
  let first: { at: number; status: number } | undefined
  const end = () => ending.abort()
  const hear = (signal: keyof typeof STATUS) => {
    if (first === undefined) first = { at: performance.now(), status: STATUS[signal] }
    else if (performance.now() - first.at > IMPATIENT_MS) process.exit(STATUS[signal])
    end()
  }
  process.on('SIGTERM', hear).on('SIGINT', hear)
  return {
    signal: ending.signal,
    isEnding: () => ending.signal.aborted,
    status: () => first?.status ?? STATUS.SIGINT,
    end,
    release: () => process.off('SIGTERM', hear).off('SIGINT', hear),
  }
}

/** Listens until the signal; then it is not ready for a while, answers what came, and closes. */
export async function serveUntil(
  app: FastifyInstance,
  at: { host: string; port: number },
  { signal, onListening }: { signal: AbortSignal; onListening: (url: string) => Promise<void> },
): Promise<void> {
  try {
    await onListening(await app.listen(at))
    await aborted(signal)
    await untilNoticed()
  } finally {
    await closeApp(app)
  }
}

/** Until whoever spreads requests has noticed that this process is not ready any more. */
export const untilNoticed = (): Promise<void> => rest(NOTICE_MS)

/** Every address of the machine is told as one that a browser here can open. */
export function readable(address: string): string {
  const url = new URL(address)
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = 'localhost'
  return url.origin
}

/** From here on every new request is answered 503; those in hand have a while to end. */
export async function closeApp(app: FastifyInstance): Promise<void> {
  const patience = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
  await app.close()
  clearTimeout(patience)
}

/** A bug must not leave half a server running: it is logged, and the process ends. */
export function endOnBug(log: Logger): () => void {
  const end = (fault: unknown) => {
    log.fatal({ err: fault }, 'a bug: the server ends')
    process.exit(1)
  }
  process.on('uncaughtException', end)
  return () => process.off('uncaughtException', end)
}

type Waiting = {
  host: string
  port: number
  signal: AbortSignal
  log: Logger
}

/** The rests between tries (ms), the last of them again and again. */
const RESTS_MS = [500, 1_000, 2_000, 5_000] as const
/** The same where somebody has to mend a server first; a wrong password locks out in some. */
const MENDING_MS = [1_000, 2_000, 5_000, 15_000] as const

/**
 * Opens what can only be opened when other servers answer, and are as they have to be: as long as
 * they are not, the process lives and is not ready, so that nothing starts it again and again.
 * Undefined when the signal came first. @throws what is wrong with this process alone
 */
export async function openPatiently<Opened>(
  open: () => Promise<Opened>,
  { host, port, signal, log }: Waiting,
): Promise<Opened | undefined> {
  const away = { engine: { store: { head: never } }, read: { position: () => 0 } }
  const app = buildHealthApp(away)
  await app.listen({ host, port })
  try {
    for (let tried = 0; !signal.aborted; tried += 1) {
      try {
        return await Promise.race([open(), aborted(signal).then(() => undefined)])
      } catch (fault) {
        const isMended = mayBeMended(fault)
        if (!mayHeal(fault) && !isMended) throw fault
        if (isMended) log.error({ err: fault }, 'not open until that is mended')
        else log.warn({ err: fault }, 'not open yet')
        const rests = isMended ? MENDING_MS : RESTS_MS
        await rest(rests[Math.min(tried, rests.length - 1)], undefined, { signal }).catch(() => {})
      }
    }
    return undefined
  } finally {
    await closeApp(app)
  }
}

const never = () => Promise.reject(new Error('not open yet'))

const mayHeal = (fault: unknown): boolean =>
  fault instanceof Error && 'retry' in fault && fault.retry === 'later'

/** What an operator can mend at a server while this process waits. */
const MENDED_ELSEWHERE: ReadonlySet<string> = new Set<StoreFaultCode | DatabaseFaultCode>([
  ...(['store-refused', 'store-version', 'log-moved'] as const),
  ...(['credentials-wrong', 'database-missing', 'rights-missing', 'tls-failed'] as const),
  ...(['version-too-old', 'half-migrated', 'newer-linli'] as const),
])

const mayBeMended = (fault: unknown): boolean =>
  (fault instanceof StoreFault || fault instanceof DatabaseFault) &&
  MENDED_ELSEWHERE.has(fault.code)

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

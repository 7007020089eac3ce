// The runner's loop in a thread of its own: woken by messages, it reads on and posts how far it
// is. The thread's file composes reader and projections; this file opens nothing.
import type { MessagePort } from 'node:worker_threads'
import type { ProjectionRunner } from './runner.ts'

/** What the loop is told. */
export type LoopRequest =
  | { wake: true }
  | { rebuild: string | null; call: number }
  | { close: true }

/** What the loop tells. `done` answers the call of a rebuild. */
export type LoopReport =
  | { position: number }
  | { done: number; error?: string }
  | { failed: string }
  | { closed: true }

/** How long a failed run is left alone (ms), doubled each time it fails again. */
const REST_MS = 1_000
const REST_MS_MAX = 60_000
/** How long events gather after a wake (ms): a batch of many costs little more than one of few. */
const GATHER_MS = 5

/** Runs until it is told to close, then closes the runner. */
export async function runProjections(
  port: Pick<MessagePort, 'on' | 'postMessage' | 'close'>,
  runner: ProjectionRunner,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const tell = (report: LoopReport) => port.postMessage(report)
  let resting: NodeJS.Timeout | undefined
  let restMs = REST_MS
  let isClosing = false
  const advance = async () => {
    if (resting !== undefined || isClosing) return
    try {
      await runner.advance()
      restMs = REST_MS
    } catch (error) {
      // What the closing broke off is no failure, and must not be tried for ever.
      if (isClosing) return
      tell({ failed: messageOf(error) })
      resting = setTimeout(() => {
        resting = undefined
        void advance()
      }, restMs)
      restMs = Math.min(restMs * 2, REST_MS_MAX)
    }
  }
  let gathering: NodeJS.Timeout | undefined
  const wake = () => {
    gathering ??= setTimeout(() => {
      gathering = undefined
      void advance()
    }, GATHER_MS)
  }
  const rebuild = async (name: string | null, call: number) => {
    try {
      await runner.rebuild(name ?? undefined)
      tell({ done: call })
    } catch (error) {
      tell({ done: call, error: messageOf(error) })
    }
  }
  port.on('message', (request: LoopRequest) => {
    if ('wake' in request) wake()
    else if ('rebuild' in request) void rebuild(request.rebuild, request.call)
    else resolve()
  })
  // The tables are there: who waits for the thread to begin need not wait for the whole log.
  tell({ position: runner.position() })
  runner.onPosition((position) => tell({ position }))
  // Not awaited: whoever closes while a long log is read need not wait for its end.
  void advance()
  await promise
  isClosing = true
  clearTimeout(resting)
  clearTimeout(gathering)
  await runner.close()
  tell({ closed: true })
  port.close()
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}

// Calls to a process of our own: the server under load and the load generator each live in one,
// so that neither takes the other's time. One message a call, one message an answer.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process that answers calls. */
export type Child = {
  call: <Answer>(name: string, given?: unknown) => Promise<Answer>
  /** Ends the process, whatever it does. */
  end: () => Promise<void>
}

type Call = { call: number; name: string; given: unknown }
type Answer = { call: number; answer?: unknown; fault?: string }

const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))

/** Starts a file of this folder as a process. */
export function openChild(file: string, execArgv: readonly string[] = []): Child {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = fork(path, {
    execArgv: [...execArgv],
    // As `main.ts` starts the server: compiled sources are kept, and no thread strips types.
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let last = 0
  child.on('message', ({ call, answer, fault }: Answer) => {
    const settler = waiting.get(call)
    waiting.delete(call)
    if (fault === undefined) settler?.resolve(answer)
    else settler?.reject(new Error(fault))
  })
  child.on('exit', (code) => {
    for (const settler of waiting.values()) settler.reject(new Error(`${file} ended: ${code}`))
    waiting.clear()
  })
  return {
    call<Given>(name: string, given?: unknown) {
      last += 1
      const settler = Promise.withResolvers<unknown>()
      waiting.set(last, settler)
      child.send({ call: last, name, given } satisfies Call)
      // The other side of the call is a file of this folder.
      return settler.promise as Promise<Given>
    },
    end: () => ended(child),
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  if (child.connected) child.disconnect()
  else child.kill()
  await gone
}

/** Answers calls until the parent lets go, then does `last` and ends. */
export function answerCalls(
  handlers: Readonly<Record<string, (given: never) => unknown>>,
  last: () => Promise<void> = async () => {},
): void {
  const tell = (answer: Answer) => process.send?.(answer)
  process.on('message', async ({ call, name, given }: Call) => {
    try {
      const handler = handlers[name]
      if (handler === undefined) throw new Error(`no call ${name}`)
      tell({ call, answer: await handler(given as never) })
    } catch (fault) {
      tell({ call, fault: fault instanceof Error ? String(fault.stack) : String(fault) })
    }
  })
  process.on('disconnect', () => {
    void last().finally(() => process.exit(0))
  })
}

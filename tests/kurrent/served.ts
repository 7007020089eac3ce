// A stand-in in a process of its own, for tests that stop or kill it.
// Must not import the stand-in.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import type { Fault } from './fault.ts'

/** What can be ordered of it, one at a time; see serve.ts. */
export type Order = {
  fault?: Fault
  clear?: true
  restart?: true
  leave?: true
  comeBack?: true
  stored?: string
}

/** A stand-in that listens. `order` answers when it is done, with the events stored. */
export type Served = {
  url: string
  process: ChildProcess
  order(order: Order): Promise<{ done: true; stored: number }>
}

/** Starts one; it is killed after the test. */
export async function serve(t: Test): Promise<Served> {
  const path = new URL('./serve.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => JSON.parse((await lines.next()).value ?? '{}')
  const { url }: { url: string } = await answer()
  return {
    url,
    process: child,
    order(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`)
      return answer()
    },
  }
}

// How a running server gives its folder up to `linli move`: asked over the control socket, it
// answers what it has, lets everything go, and says to whoever comes that it is being moved. When
// the folder is given back unmoved, it serves again.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { lockFolder, StoreFault } from '@linli/event-store'
import { languageOf, PROBLEMS } from '@linli/http'
import { z } from 'zod'
import { type AnyTask, asked } from './task.ts'

/** The name by which a running server is asked. */
export const CEDE = 'cede'

/** The task of the control socket; `cede` hears where the installation goes. */
export function cedeTask(cede: (to: string) => void): AnyTask {
  return asked({
    name: CEDE,
    given: z.strictObject({ to: z.string() }),
    async run(_scene, { to }) {
      cede(to)
      return {}
    },
  })
}

const LOOK_MS = 250

/** What is asked of who answers; `isBack` looks whether the installation is free and unmoved. */
export type CededGiven = {
  host: string
  port: number
  to: string
  isBack: () => Promise<boolean>
  signal: AbortSignal
}

/** Answers on the server's address from now on; `over` resolves when it is back, or the signal. */
export async function answerCeded(given: CededGiven): Promise<{ over: Promise<void> }> {
  const { host, port, to, isBack, signal } = given
  const server = createServer((request, response) => answer(request, response, to))
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen({ host, port }, listening.resolve)
  await listening.promise
  const over = async () => {
    while (!signal.aborted && !(await isBack())) {
      await pause(LOOK_MS, undefined, { signal }).catch(() => {})
    }
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return { over: over() }
}

/** Whether nobody holds the folder. */
export function isFree(folder: string): boolean {
  try {
    lockFolder(folder).release()
    return true
  } catch (fault) {
    if (fault instanceof StoreFault && fault.code === 'folder-in-use') return false
    throw fault
  }
}

const RETRY_AFTER_S = '5'

function answer(request: IncomingMessage, response: ServerResponse, to: string): void {
  request.resume()
  response.setHeader('cache-control', 'no-store')
  if (request.url === '/health/live') {
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.end('{"status":"live"}')
    return
  }
  const language = languageOf(request.headers['accept-language'])
  const { status } = PROBLEMS.unavailable
  const document = {
    type: 'urn:linli:error:unavailable',
    title: PROBLEMS.unavailable[language],
    status,
    detail: language === 'zh' ? `本站正在迁往 ${to}。没有保存任何内容。` : MOVING(to),
    code: 'unavailable',
  }
  response.writeHead(status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'retry-after': RETRY_AFTER_S,
  })
  response.end(JSON.stringify(document))
}

const MOVING = (to: string) =>
  `This installation is being moved, or was moved, to ${to}. Nothing was stored.`

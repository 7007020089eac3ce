// The control socket in the data folder (mode 0600): how a command of the command line reaches
// the server that owns the folder. One request a connection, lines of JSON; lines of progress
// come back, then what was done or why not. Anything more that the caller says, and its leaving,
// means: end soon. Knows no command by name.

import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Community } from '@linli/runtime'
import { z } from 'zod'
import { CommandFault, toldOf } from './command-fault.ts'
import type { AnyTask } from './task.ts'

const NAME = 'control.sock'
/** The longest path a socket can have on every system we know. */
const PATH_BYTES = 100
const REQUEST_CHARS = 65_536

const Request = z.strictObject({ task: z.string(), given: z.unknown() })
const Answer = z.union([
  z.strictObject({ tell: z.string() }),
  z.strictObject({ done: z.unknown() }),
  z.strictObject({ failed: z.strictObject({ code: z.string(), message: z.string() }) }),
])
type Answer = z.infer<typeof Answer>

/** The running server's end of the socket. */
export type Control = { close: () => Promise<void> }

/** Listens in the folder of an open community, whose owner may remove a socket left behind. */
export async function openControl(options: {
  community: Community
  tasks: readonly AnyTask[]
}): Promise<Control> {
  const { community } = options
  const path = socketPath(community.folder)
  const running = new Map<Promise<void>, AbortController>()
  const server = createServer((socket) => {
    const leaving = new AbortController()
    socket.on('close', () => leaving.abort())
    socket.on('error', () => leaving.abort())
    const work = serve(socket, { ...options, leaving }).finally(() => running.delete(work))
    running.set(work, leaving)
  })
  rmSync(join(community.folder, NAME), { force: true })
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  // Bound with this mask, nobody else can connect even for a moment.
  const mask = process.umask(0o177)
  server.listen(path.name, listening.resolve)
  process.umask(mask)
  await listening.promise
  return {
    async close() {
      server.close()
      for (const leaving of running.values()) leaving.abort()
      await Promise.all(running.keys())
      path.release()
    },
  }
}

async function serve(
  socket: Socket,
  scene: { community: Community; tasks: readonly AnyTask[]; leaving: AbortController },
): Promise<void> {
  const say = (answer: Answer) => {
    if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`)
  }
  try {
    const more = () => scene.leaving.abort()
    const request = Request.parse(JSON.parse(await firstLine(socket, more)))
    const task = scene.tasks.find(({ name }) => name === request.task)
    if (task === undefined) {
      const message = `The running server does not know ${request.task}: it is another version.`
      throw new CommandFault('unknown-task', message)
    }
    const { community, leaving } = scene
    const { signal } = leaving
    const tell = (line: string) => say({ tell: line })
    const done = await task.perform({ community, signal, tell }, request.given)
    say({ done: done ?? null })
  } catch (fault) {
    say({ failed: toldOf(fault, scene.community.folder) })
  }
  socket.end()
}

function firstLine(socket: Socket, more: () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    let isWhole = false
    socket.setEncoding('utf8')
    socket.on('data', (part: string) => {
      if (isWhole) return more()
      text += part
      const end = text.indexOf('\n')
      isWhole = end >= 0
      if (isWhole) resolve(text.slice(0, end))
      else if (text.length > REQUEST_CHARS) reject(new CommandFault('too-long', 'Too long.'))
      if (isWhole && text.length > end + 1) more()
    })
    socket.once('close', () => reject(new CommandFault('gone', 'The caller has gone.')))
  })
}

/**
 * Has the server that runs on the folder do a task; undefined when none runs.
 * @throws CommandFault with the code and sentence of the server's own fault.
 */
export async function askServer(
  folder: string,
  request: { task: string; given: unknown; signal: AbortSignal; stops: boolean },
  tell: (line: string) => void,
): Promise<{ done: unknown } | undefined> {
  if (!existsSync(join(folder, NAME))) return undefined
  const { task, given, signal, stops } = request
  const path = socketPath(folder)
  try {
    const socket = await connected(path.name)
    if (socket === undefined) return undefined
    const leave = () => (stops ? socket.write('"stop"\n') : socket.destroy())
    signal.addEventListener('abort', leave)
    socket.write(`${JSON.stringify({ task, given })}\n`)
    if (signal.aborted) leave()
    try {
      return await lastAnswer(socket, tell)
    } finally {
      signal.removeEventListener('abort', leave)
      socket.destroy()
    }
  } finally {
    path.release()
  }
}

async function lastAnswer(
  socket: Socket,
  tell: (line: string) => void,
): Promise<{ done: unknown }> {
  for await (const line of createInterface({ input: socket })) {
    const answer = Answer.parse(JSON.parse(line))
    if ('tell' in answer) tell(answer.tell)
    else if ('done' in answer) return { done: answer.done }
    else throw new CommandFault(answer.failed.code, answer.failed.message)
  }
  throw new CommandFault(
    'server-gone',
    'The server ended before it had answered: start it again and give the command again.',
  )
}

function connected(name: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(name)
    socket.once('connect', () => resolve(socket))
    socket.once('error', (fault) => {
      const code = 'code' in fault ? fault.code : undefined
      // A socket that a killed server left behind refuses; its folder is free.
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(undefined)
      else reject(fault)
    })
  })
}

/** A name short enough for a socket: where the path is too long, by way of the open folder. */
function socketPath(folder: string): { name: string; release: () => void } {
  const path = join(folder, NAME)
  if (Buffer.byteLength(path) <= PATH_BYTES) return { name: path, release: () => undefined }
  if (process.platform !== 'linux') {
    const message = `The path of the data folder ${folder} is too long for a socket: shorten it.`
    throw new CommandFault('path-too-long', message)
  }
  const handle = openSync(folder, 'r')
  return { name: `/proc/self/fd/${handle}/${NAME}`, release: () => closeSync(handle) }
}

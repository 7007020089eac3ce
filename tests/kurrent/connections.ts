// The stand-in's listening socket and the connections it took: they can be destroyed, and the port
// left and taken again, while the server behind them stays.
// Must not import the client.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

/** Where the clients' connections come in. */
export type Connections = {
  readonly port: number
  readonly count: number
  /** Resolves when there is no connection. */
  idle(): Promise<void>
  /** Destroys every connection; new ones are taken. */
  destroy(): void
  /** Destroys every connection and refuses new ones. */
  leave(): Promise<void>
  /** Takes connections again, at the same port. */
  comeBack(): Promise<void>
}

/** Listens on the loopback address; port 0 lets the system choose one. */
export async function listenTo(port: number, take: (socket: Socket) => void): Promise<Connections> {
  const sockets = new Set<Socket>()
  let server = await listen(port)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a port was expected')
  const chosen = address.port

  async function listen(at: number): Promise<Server> {
    const listening = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => socket.destroy())
      take(socket)
    })
    listening.listen(at, '127.0.0.1')
    await once(listening, 'listening')
    return listening
  }

  function destroy(): void {
    for (const socket of sockets) socket.resetAndDestroy()
  }

  async function idle(): Promise<void> {
    for (const socket of sockets) await once(socket, 'close')
  }

  async function leave(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    destroy()
    await closed
  }

  async function comeBack(): Promise<void> {
    if (!server.listening) server = await listen(chosen)
  }

  let last = Promise.resolve()
  function inTurn(step: () => Promise<void>): Promise<void> {
    last = last.then(step)
    return last
  }

  return {
    port: chosen,
    get count() {
      return sockets.size
    },
    idle,
    destroy,
    leave: () => inTurn(leave),
    comeBack: () => inTurn(comeBack),
  }
}

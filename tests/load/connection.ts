// A keep-alive HTTP connection with nothing to spare: on two cores whatever the generator costs is
// taken from the server. One request at a time, answers with a Content-Length only.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** An answer as it came; `body` holds its bytes as Latin-1. */
export type Answer = { status: number; body: string }

/** One connection to a port of this machine. */
export class Connection {
  readonly #socket: Socket
  #waiting: PromiseWithResolvers<Answer> | undefined
  #text = ''

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#take(text))
    socket.on('error', (fault) => this.#waiting?.reject(fault))
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')))
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Connection(socket)
  }

  /** Sends a request and gives its answer. */
  send(request: string): Promise<Answer> {
    const waiting = Promise.withResolvers<Answer>()
    this.#waiting = waiting
    this.#socket.write(request)
    return waiting.promise
  }

  close(): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #take(text: string): void {
    this.#text = this.#text === '' ? text : this.#text + text
    const head = this.#text.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = LENGTH.exec(this.#text)
    if (length === null) {
      this.#waiting?.reject(new Error(`an answer without a length: ${this.#text.slice(0, head)}`))
      return
    }
    if (this.#text.length < head + 4 + Number(length[1])) return
    const answer = { status: Number(this.#text.slice(9, 12)), body: this.#text.slice(head + 4) }
    this.#text = ''
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve(answer)
  }
}

const LENGTH = /\r\ncontent-length: (\d+)\r\n/i

/** A POST of JSON. */
export function post(path: string, body: string, headers = ''): string {
  const length = Buffer.byteLength(body)
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${headers}\r\n${body}`
}

/** A GET. */
export const get = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`

/** A bearer token as a header line. */
export const bearer = (token: string): string => `authorization: Bearer ${token}\r\n`

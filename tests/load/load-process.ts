// The load generator's process: closed loops over keep-alive connections. Runs as a child.
import { randomUUIDv7 } from 'node:crypto'
import { ALONE, ALONE_COMMANDS, type By, phoneOf, reportOf } from './case-script.ts'
import { answerCalls } from './child-call.ts'
import { bearer, Connection, get, post } from './connection.ts'
import { type DayGiven, playDay } from './day-load.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import { quantile } from './row.ts'

/**
 * How a burst of commands is given, connections in turn to each of the ports. Beside it `readers`
 * connections read cases of the burst.
 */
export type BurstGiven = {
  ports: readonly [number, ...number[]]
  neighbourhood: Neighbourhood
  connections: number
  cases: number
  readers?: number
}

/** What a burst showed; times are ms. */
export type Burst = { perSecond: number; p99: number; commands: number; readP99: number }

/** Posts of a body to a server that only stores it, `length` after another in one stream. */
export type BareGiven = { port: number; connections: number; requests: number; length: number }

/** Reads of one path, one after the other. */
export type ReadsGiven = { port: number; token: string; paths: readonly string[]; reads: number }

async function burst(given: BurstGiven): Promise<Burst> {
  const { ports, neighbourhood, connections, cases, readers = 0 } = given
  const times: number[] = []
  const reads: number[] = []
  const begun: string[] = []
  let next = 0
  const began = performance.now()
  const writers = await opened(ports, connections)
  const busy = writers.map(async (connection) => {
    const giver = giverOf(connection, neighbourhood, times)
    while (next < cases) {
      const phone = phoneOf(next++ % Math.max(neighbourhood.phones, 1))
      const body = reportOf(neighbourhood.place, phone)
      const id = await giver('coordinator', '/api/appeal/report', body)
      begun.push(id)
      for (const { command, by, data } of ALONE) {
        await giver(by, `/api/appeal/${id}/${command}`, data)
      }
    }
  })
  const done = new AbortController()
  const reading = read({ ...given, connections: readers, begun, times: reads, signal: done.signal })
  await Promise.all(busy)
  const seconds = (performance.now() - began) / 1000
  done.abort()
  await reading
  for (const connection of writers) connection.close()
  const commands = cases * ALONE_COMMANDS
  return { perSecond: commands / seconds, p99: p99(times), commands, readP99: p99(reads) }
}

type Reading = Omit<BurstGiven, 'cases'> & {
  begun: readonly string[]
  times: number[]
  signal: AbortSignal
}

/** Reads cases that exist, the newest first, until the signal. */
async function read({ ports, neighbourhood, connections, begun, times, signal }: Reading) {
  const headers = bearer(neighbourhood.tokens.coordinator)
  const readers = await opened(ports, connections)
  const busy = readers.map(async (connection) => {
    while (!signal.aborted) {
      const id = begun.at(-1)
      const path = id === undefined ? '/api/session' : `/api/appeal/${id}`
      const began = performance.now()
      const { status } = await connection.send(get(path, headers))
      if (status !== 200) throw new Error(`${path}: ${status}`)
      times.push(performance.now() - began)
    }
  })
  await Promise.all(busy)
  for (const connection of readers) connection.close()
}

function giverOf(connection: Connection, { tokens }: Neighbourhood, times: number[]) {
  const headers = {
    coordinator: bearer(tokens.coordinator),
    gridWorker: bearer(tokens.gridWorker),
    handler: bearer(tokens.handler),
  }
  return async (by: By, path: string, data: unknown): Promise<string> => {
    const key = `${headers[by]}idempotency-key: ${randomUUIDv7()}\r\n`
    const began = performance.now()
    const { status, body } = await connection.send(post(path, JSON.stringify(data), key))
    times.push(performance.now() - began)
    if (status !== 200 && status !== 201) throw new Error(`${path}: ${status} ${body}`)
    const reply: { id: string } = JSON.parse(body)
    return reply.id
  }
}

async function bare({ port, connections, requests, length }: BareGiven): Promise<Burst> {
  const times: number[] = []
  const body = JSON.stringify(reportOf('place-00000000-0000-7000-8000-000000000000', phoneOf(0)))
  let left = requests
  const began = performance.now()
  const open = await opened([port], connections)
  const busy = open.map(async (connection) => {
    while (left > 0) {
      const stream = `bare-${randomUUIDv7()}`
      for (let revision = 0; revision < length && left > 0; revision += 1) {
        left -= 1
        const at = performance.now()
        const { status } = await connection.send(post(`/${stream}/${revision}`, body))
        times.push(performance.now() - at)
        if (status !== 200) throw new Error(`the bare server answered ${status}`)
      }
    }
  })
  await Promise.all(busy)
  const seconds = (performance.now() - began) / 1000
  for (const connection of open) connection.close()
  return { perSecond: requests / seconds, p99: p99(times), commands: requests, readP99: 0 }
}

/** The median time of reads, ms. */
async function reads({ port, token, paths, reads: wanted }: ReadsGiven): Promise<number> {
  const connection = await Connection.open(port)
  const times: number[] = []
  for (let done = 0; done < wanted; done += 1) {
    const path = paths[done % paths.length] ?? '/'
    const began = performance.now()
    const { status } = await connection.send(get(path, bearer(token)))
    times.push(performance.now() - began)
    if (status !== 200) throw new Error(`${path}: ${status}`)
  }
  connection.close()
  return quantile(times.sort(ascending), 0.5)
}

const opened = (ports: BurstGiven['ports'], connections: number): Promise<Connection[]> =>
  Promise.all(
    Array.from({ length: connections }, (_, place) =>
      Connection.open(ports[place % ports.length] ?? ports[0]),
    ),
  )

const ascending = (a: number, b: number): number => a - b
const p99 = (times: number[]): number => quantile(times.sort(ascending), 0.99)

answerCalls({ burst, bare, reads, day: (given: DayGiven) => playDay(given) })

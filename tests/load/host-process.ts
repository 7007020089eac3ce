// The process under test: one community with its HTTP server, and what is measured from inside.
// Runs as a child, so that its memory and its time are its own.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { execute, freshId } from '@linli/engine'
import { openSqliteStore, type SqliteStore } from '@linli/event-store'
import { isRefusal } from '@linli/workflow'
import { type Community, openCommunity } from '../../services/linli/src/community.ts'
import { buildServer } from '../../services/linli/src/server.ts'
import { ALONE, ALONE_COMMANDS, phoneOf, reportOf } from './case-script.ts'
import { answerCalls } from './child-call.ts'
import { lengthen, scanLog } from './log-play.ts'
import { makeNeighbourhood, type Neighbourhood, officeOf } from './neighbourhood.ts'
import { quantile } from './row.ts'

/** How a community or a bare store is opened. */
export type OpenGiven = { folder: string; commitDelayMs?: number }

/** Commands in process: so many cases, so many at once. */
export type InsideGiven = { neighbourhood: Neighbourhood; cases: number; atOnce: number }

/** What commands in process showed; `cpuUs` is the main thread's time a command. */
export type Inside = { perSecond: number; p99: number; cpuUs: number; commands: number }

let community: Community | undefined
let app: Awaited<ReturnType<typeof buildServer>> | undefined
let store: SqliteStore | undefined
let bareServer: Server | undefined

function opened(): Community {
  if (community === undefined) throw new Error('no community is open')
  return community
}

/** Opens the community and listens; `ms` since this process was started. */
async function open(given: OpenGiven): Promise<{ port: number; ms: number }> {
  community = await openCommunity({
    ...given,
    city: 'beijing',
    onFault: (what, fault) => console.error(what, fault),
  })
  app = await buildServer(community)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { port: portOf(app.server), ms: performance.now() }
}

/** The least a server can do: parse the body, store it, answer. */
async function openBare(given: OpenGiven): Promise<{ port: number }> {
  const bare = await openSqliteStore(given)
  store = bare
  bareServer = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => {
      text += part
    })
    request.on('end', async () => {
      const [, stream = '', revision] = (request.url ?? '').split('/')
      const data: unknown = JSON.parse(text)
      const id = freshId()
      const event = { id, type: 'bare', text: JSON.stringify({ id, stream, data }) }
      const answer = JSON.stringify(await bare.append(stream, Number(revision) - 1, [event]))
      response.writeHead(200, { 'content-length': answer.length }).end(answer)
    })
  })
  bareServer.listen(0, '127.0.0.1')
  await new Promise((resolve) => bareServer?.once('listening', resolve))
  return { port: portOf(bareServer) }
}

const portOf = (server: Pick<Server, 'address'>): number => (server.address() as AddressInfo).port

/** The same commands as over HTTP, without it. */
async function inside({ neighbourhood, cases, atOnce }: InsideGiven): Promise<Inside> {
  const { engine } = opened()
  const { place, phones } = neighbourhood
  const callers = officeOf(place)
  const times: number[] = []
  const give = async (asked: Omit<Parameters<typeof execute>[1], 'workflow' | 'key'>) => {
    const began = performance.now()
    const answer = await execute(engine, { ...asked, workflow: 'appeal', key: freshId() })
    times.push(performance.now() - began)
    if (isRefusal(answer)) throw new Error(`${asked.command}: ${JSON.stringify(answer)}`)
    return answer.instance
  }
  let next = 0
  const hand = async () => {
    while (next < cases) {
      const data = reportOf(place, phoneOf(next++ % Math.max(phones, 1)))
      const instance = await give({ command: 'report', caller: callers.coordinator, data })
      for (const step of ALONE) {
        const { command, data } = step
        await give({ command, caller: callers[step.by], instance, data })
      }
    }
  }
  const cpu = process.threadCpuUsage()
  const began = performance.now()
  await Promise.all(Array.from({ length: atOnce }, hand))
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.threadCpuUsage(cpu)
  const commands = cases * ALONE_COMMANDS
  return {
    perSecond: commands / seconds,
    p99: quantile(
      times.sort((a, b) => a - b),
      0.99,
    ),
    cpuUs: (user + system) / commands,
    commands,
  }
}

/** Appends of texts of the log's own kind, so many at once, to streams of their own: per second. */
async function appends(given: { events: number; atOnce: number }): Promise<number> {
  const to = store ?? opened().store
  const text = JSON.stringify(reportOf('place-00000000-0000-7000-8000-000000000000', phoneOf(0)))
  let left = given.events
  const began = performance.now()
  const hand = async () => {
    while (left > 0) {
      const stream = `bare-${freshId()}`
      for (let revision = 0; revision < ALONE_COMMANDS && left > 0; revision += 1) {
        left -= 1
        const answer = await to.append(stream, revision - 1, [
          { id: freshId(), type: 'bare', text },
        ])
        if (!answer.ok) throw new Error(`${stream} conflicts`)
      }
    }
  }
  await Promise.all(Array.from({ length: given.atOnce }, hand))
  return given.events / ((performance.now() - began) / 1000)
}

/** A case with so many events, every other one with a personal text. */
async function longCase(given: { neighbourhood: Neighbourhood; events: number }): Promise<string> {
  const { engine } = opened()
  const { coordinator: caller } = officeOf(given.neighbourhood.place)
  const base = { workflow: 'appeal', caller }
  const data = reportOf(given.neighbourhood.place, phoneOf(0))
  const begun = await execute(engine, { ...base, command: 'report', key: freshId(), data })
  if (isRefusal(begun)) throw new Error(JSON.stringify(begun))
  const { instance } = begun
  for (let revision = 1; revision < given.events; revision += 1) {
    const note = { command: 'note', data: { text: '已联系物业，等待上门。', public: false } }
    const urge = { command: 'urge', data: {} }
    const one = { ...base, instance, ...(revision % 2 === 0 ? note : urge), key: freshId() }
    const answer = await execute(engine, one)
    if (isRefusal(answer)) throw new Error(JSON.stringify(answer))
  }
  return instance
}

/** Waits until read models and effects have caught up; the seconds it took. */
async function settled(): Promise<number> {
  const began = performance.now()
  await opened().settled()
  return (performance.now() - began) / 1000
}

function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1e6
}

async function closeAll(): Promise<void> {
  await app?.close()
  await community?.close()
  bareServer?.closeAllConnections()
  bareServer?.close()
  await store?.close()
}

answerCalls(
  {
    open,
    openBare,
    inside,
    appends,
    longCase,
    settled,
    neighbourhood: (phones: number) => makeNeighbourhood(opened(), phones),
    scan: () => scanLog(store ?? opened().store),
    lengthen: (events: number) => lengthen(opened(), events),
    head: () => (store ?? opened().store).head(),
    rebuild: () => opened().read.rebuild(),
    /** Time of the main thread since its start, s. */
    cpu: () => cpuSeconds(),
    memory: () => process.memoryUsage().rss / 1024 ** 2,
  },
  closeAll,
)

// The process under test: one community with its HTTP server, and what is measured from inside.
// Runs as a child, so that its memory and its time are its own.

import type { AddressInfo } from 'node:net'
import { execute, freshId } from '@linli/engine'
import { buildServer, type Community, type CommunityOptions, openCommunity } from '@linli/runtime'
import { isRefusal } from '@linli/workflow'
import { ALONE, ALONE_COMMANDS, phoneOf, reportOf } from './case-script.ts'
import { answerCalls } from './child-call.ts'
import { scanLog } from './log-scan.ts'
import { lengthen } from './long-log.ts'
import { makeNeighbourhood, type Neighbourhood, officeOf } from './neighbourhood.ts'
import { quantile } from './row.ts'

/** How a community is opened. */
export type OpenGiven = Pick<
  CommunityOptions,
  'folder' | 'commitDelayMs' | 'events' | 'read' | 'keyFile' | 'does'
>

/** Commands in process: so many cases, so many at once. */
export type InsideGiven = { neighbourhood: Neighbourhood; cases: number; atOnce: number }

/** What commands in process showed; `cpuUs` is the main thread's time a command. */
export type Inside = { perSecond: number; p99: number; cpuUs: number; commands: number }

let community: Community | undefined
let app: Awaited<ReturnType<typeof buildServer>> | undefined

function opened(): Community {
  if (community === undefined) throw new Error('no community is open')
  return community
}

/** Opens the community and listens. */
async function open(given: OpenGiven): Promise<{ port: number }> {
  community = await openCommunity({
    ...given,
    city: 'beijing',
    onFault: (what, fault) => console.error(what, fault),
  })
  app = await buildServer(community)
  await app.listen({ host: '127.0.0.1', port: 0 })
  // A server that listens on a port has this form of address.
  const { port } = app.server.address() as AddressInfo
  return { port }
}

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
}

answerCalls(
  {
    open,
    inside,
    longCase,
    settled,
    neighbourhood: (phones: number) => makeNeighbourhood(opened(), phones),
    scan: () => scanLog(opened().store),
    lengthen: (events: number) => lengthen(opened(), events),
    head: () => opened().store.head(),
    rebuild: (name?: string) => opened().read.rebuild(name),
    /** Time of the main thread since its start, s. */
    cpu: () => cpuSeconds(),
    memory: () => process.memoryUsage().rss / 1024 ** 2,
  },
  closeAll,
)

// A process of many that serve one installation: settings, opening, listening and ending are the
// same for all; what it serves is given.
import type { LogMark } from '@linli/event-store'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { type Community, openCommunity } from './community.ts'
import { openLog } from './log.ts'
import { type Ending, endingOnSignal, endOnBug, openPatiently, serveUntil } from './serving.ts'
import { checkShareable, readSettings, type Settings, SettingsFault } from './settings.ts'

/** What a kind of process does: which work, and which application it listens with. */
export type SharedProcess = {
  name: string
  does: 'all' | 'requests'
  /** What its listening is ended by, at the latest, when it ends. */
  build: (scene: Scene) => Promise<FastifyInstance> | FastifyInstance
}

/** What its application is built from. */
export type Scene = { community: Community; settings: Settings; log: Logger; ending: Ending }

/** Exit statuses as of the command line: done, failed, wrong usage. */
const STATUS = { done: 0, failed: 1, wrongUsage: 2 } as const

/** Runs it until a signal, or until nothing heals what is wrong. Gives the exit status. */
export async function runShared(kind: SharedProcess): Promise<number> {
  try {
    const settings = readSettings(process.env)
    checkShareable(settings)
    await run(kind, settings)
    return STATUS.done
  } catch (fault) {
    const message = fault instanceof Error ? fault.message : String(fault)
    process.stderr.write(`${message}\n`)
    return fault instanceof SettingsFault ? STATUS.wrongUsage : STATUS.failed
  }
}

async function run({ name, does, build }: SharedProcess, settings: Settings): Promise<void> {
  const log = openLog(settings.logLevel).child({ service: name })
  const ending = endingOnSignal()
  const { host, port } = settings
  const onMoved = ({ other }: LogMark) => {
    log.error({ movedTo: other }, 'this installation was moved: change the settings and start anew')
    ending.end()
  }
  const open = () =>
    openCommunity({ ...optionsOf(settings, name), does, onMoved, ...tellingTo(log) })
  const community = await openPatiently(open, { host, port, signal: ending.signal, log })
  if (community === undefined) return
  const stopWatching = endOnBug(log)
  try {
    const app = await build({ community, settings, log, ending })
    const onListening = (url: string) => {
      process.stdout.write(`${JSON.stringify({ url, pid: process.pid, service: name })}\n`)
    }
    await serveUntil(app, { host, port }, { signal: ending.signal, onListening })
  } finally {
    await community.close()
    stopWatching()
  }
}

/** An installation as the settings name it, and as which service traces show it. */
export function optionsOf(settings: Settings, service: string) {
  const { folder, events, read, files, keyFile, city, otlpUrl: url } = settings
  return {
    ...(url === undefined ? {} : { trace: { url, service } }),
    ...{ folder, events, read, files },
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(city === undefined ? {} : { city }),
  }
}

const tellingTo = (log: Logger) => ({
  onFault: (what: string, fault: unknown) => log.error({ err: fault }, what),
  onNews: (line: string) => log.info(line),
})

// A process of many that serve one installation: settings, opening, listening and ending are the
// same for all; what it serves is given.
import type { LogMark } from '@linli/event-store'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { type Community, openCommunity } from './community.ts'
import { openLog, withoutRepeats } from './log.ts'
import { mailOutlet } from './mail.ts'
import { type Ending, endingOnSignal, endOnBug, openPatiently, serveUntil } from './serving.ts'
import { checkShareable, readSettings, type Settings, SettingsFault } from './settings.ts'
import { webhookOutlet, webhookSender } from './webhook.ts'

/** What a kind of process does: which work, and which application it listens with. */
export type SharedProcess = {
  name: string
  does: 'all' | 'requests'
  /** What its listening is ended by, at the latest, when it ends. */
  build: (scene: Scene) => Promise<FastifyInstance> | FastifyInstance
  /** What else it says, once, when it listens at the address. */
  says?: (scene: Scene, url: string) => Promise<Record<string, string>>
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

async function run(kind: SharedProcess, settings: Settings): Promise<void> {
  const { name, does, build } = kind
  const log = openLog(settings.logLevel).child({ service: name })
  const ending = endingOnSignal()
  const { host, port } = settings
  const onMoved = ({ other }: LogMark) => {
    log.error({ movedTo: other }, 'this installation was moved: change the settings and start anew')
    ending.end()
  }
  let unfit: unknown
  const onUnfit = (fault: unknown) => {
    unfit = fault
    ending.end()
  }
  const open = () =>
    openCommunity({ ...optionsOf(settings, name), does, onMoved, onUnfit, ...tellingTo(log) })
  const community = await openPatiently(open, { host, port, signal: ending.signal, log })
  if (community === undefined) return
  const stopWatching = endOnBug(log)
  try {
    const scene = { community, settings, log, ending }
    const app = await build(scene)
    const onListening = (url: string) => say(kind, scene, url)
    await serveUntil(app, { host, port }, { signal: ending.signal, onListening })
  } finally {
    await community.close()
    stopWatching()
  }
  if (unfit !== undefined) throw unfit
}

/** One line of JSON. What cannot be had just now is left out: it serves all the same. */
async function say({ name, says }: SharedProcess, scene: Scene, url: string): Promise<void> {
  const more = await says?.(scene, url).catch((fault: unknown) => {
    scene.log.error({ err: fault }, 'what is said at the start')
    return {}
  })
  process.stdout.write(`${JSON.stringify({ url, pid: process.pid, service: name, ...more })}\n`)
}

/** An installation as the settings name it, and as which service traces show it. */
export function optionsOf(settings: Settings, service: string) {
  const { folder, events, read, files, keyFile, city, otlpUrl: url, publicUrl } = settings
  const { mail, webhook } = settings
  return {
    ...(url === undefined ? {} : { trace: { url, service } }),
    ...{ folder, events, read, files },
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(city === undefined ? {} : { city }),
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrl.replace(/\/$/, '') }),
    outlets: {
      ...(mail === undefined ? {} : { email: mailOutlet(mail) }),
      ...(webhook === undefined ? {} : { webhook: webhookOutlet(webhook) }),
    },
    ...(webhook === undefined ? {} : { send: webhookSender(webhook) }),
  }
}

const tellingTo = (log: Logger) => ({
  onFault: withoutRepeats((what, fault) => log.error({ err: fault }, what)),
  onNews: (line: string) => log.info(line),
})

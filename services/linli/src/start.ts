// `start`: all of linli in one process. Opens the community, makes what a first start needs,
// listens, and on a signal ends in order: no new request, those in hand answered, then the rest.

import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  aborted,
  buildServer,
  type Community,
  closeApp,
  endOnBug,
  firstLink,
  installationMark,
  markInstallation,
  openCommunity,
  openLog,
  optionsOf,
  readable,
  type Settings,
  untilNoticed,
  withoutRepeats,
} from '@linli/runtime'
import type { Logger } from 'pino'
import { answerCeded, cedeTask, isFree } from './cede.ts'
import { CommandFault } from './command-fault.ts'
import { type Control, openControl } from './control.ts'
import { clearHalfDemo, demoAccounts } from './demo-mark.ts'
import { type Beginning, DEMO_CITY, firstStart } from './first-start.ts'
import type { Asker, Installation } from './installation.ts'
import { beginRest, type RestOfDemo } from './rest-of-demo.ts'
import { tasks } from './tasks.ts'
import { buildWebPages, type WebPages } from './web-pages.ts'

/** What `start` is given. Without `begin`, a first start on a loopback address makes the demo. */
export type StartGiven = Asker & {
  settings: Settings
  installation: Installation
  json: boolean
  begin?: Beginning
  /** Builds the pages where they are missing or older than their sources. */
  pages: boolean
}

/** What `start` says once it listens. */
export type Started = { url: string; link?: string; data: string; demo: boolean; pid: number }

/** Runs until the signal. @throws the faults of opening and listening, everything closed again */
export async function start(given: StartGiven): Promise<void> {
  const { settings, installation, tell, signal } = given
  const begin = given.begin ?? (settings.isLoopback ? 'demo' : 'empty')
  if (begin === 'demo' && !settings.isLoopback) {
    const message = 'The demo is for this machine alone: leave out --host, or begin with --empty.'
    throw new CommandFault('demo-not-on-loopback', message)
  }
  await checkPort(settings)
  if (await clearHalfDemo(installation.folder)) {
    tell('The demo was interrupted while it was made; it is begun again.')
  }
  const isAsked = given.begin !== undefined
  for (let round: Round = { ...given, begin, isAsked, isAgain: false }; ; ) {
    const ceded = await openAndServe(round)
    if (ceded === undefined || signal.aborted) return
    round = { ...round, settings: { ...settings, port: ceded.port }, isAgain: true }
  }
}

type Round = StartGiven & { begin: Beginning; isAsked: boolean; isAgain: boolean }

/** Where an installation goes that was asked for, and the port where the answer is given. */
type Ceded = { to: string; port: number }

/** Until the signal; or until what was asked for by a move is given back. */
async function openAndServe(given: Round): Promise<Ceded | undefined> {
  const { settings, installation, begin, tell, signal } = given
  const log = openLog(settings.logLevel)
  const ceding = Promise.withResolvers<string>()
  const unfit = Promise.withResolvers<never>()
  unfit.promise.catch(() => {})
  let givenBack: Promise<void> | undefined
  let ceded: Ceded | undefined
  const community = await openCommunity({
    ...optionsOf(settings, 'all'),
    folder: installation.folder,
    keyFile: installation.keyPath,
    ...cityOf(settings, begin),
    onFault: withoutRepeats((what, fault) => log.error({ err: fault }, what)),
    onNews: tell,
    onMoved: ({ other }) => ceding.resolve(other),
    onUnfit: unfit.reject,
  })
  try {
    const [pages, accounts]: [WebPages, Accounts] = await Promise.all([
      given.pages ? buildWebPages(tell) : {},
      firstStart(community, { begin, isAsked: given.isAsked, tell }),
    ])
    if (pages.trouble !== undefined) tell(pages.trouble)
    if (signal.aborted) return undefined
    const demo = settings.isLoopback ? accounts : undefined
    const webFolder = pages.folder
    ceded = await serve({ ...given, community, log, accounts: demo, webFolder, ceding, unfit })
    if (ceded !== undefined) {
      const isBack = async () =>
        (await installationMark(settings)) === undefined && isFree(community.folder)
      const { over } = await answerCeded({ ...ceded, host: settings.host, isBack, signal })
      givenBack = over
      givenBack.catch(() => {})
      await leave(community, settings, ceded.to)
    }
  } finally {
    await community.close()
  }
  await givenBack
  return ceded
}

/** What works in the background ends before the log takes nothing more. */
async function leave(
  { effects, timers }: Community,
  settings: Settings,
  to: string,
): Promise<void> {
  await timers.stop()
  await effects.stop()
  // A move that was asked of all processes at once has marked it already.
  if ((await installationMark(settings)) !== undefined) return
  await markInstallation(settings, { state: 'leaving', other: to, at: Date.now() })
}

/** New cases of a demo live by the policies that its older ones began with. */
function cityOf({ city, folder }: Settings, begin: Beginning): { city?: string } {
  if (city !== undefined) return { city }
  const isNew = !existsSync(join(folder, 'log.db'))
  const isDemo = isNew ? begin === 'demo' : demoAccounts(folder) !== undefined
  return isDemo ? { city: DEMO_CITY } : {}
}

type Accounts = Awaited<ReturnType<typeof firstStart>>

type Opened = Round & {
  community: Community
  log: Logger
  accounts: Accounts
  webFolder: string | undefined
  /** Hears where the installation goes when it is asked for. */
  ceding: PromiseWithResolvers<string>
  /** Rejects when another linli has changed the database that is shared. */
  unfit: PromiseWithResolvers<never>
}

async function serve(opened: Opened): Promise<Ceded | undefined> {
  const { settings, community, log, accounts, webFolder, signal, ceding, unfit } = opened
  let rest: RestOfDemo | undefined
  const app = await buildServer(community, {
    logger: log,
    secure: settings.secure,
    isEnding: () => signal.aborted,
    ...(settings.trustProxy === undefined ? {} : { trustProxy: settings.trustProxy }),
    ...(settings.metricsToken === undefined ? {} : { metricsToken: settings.metricsToken }),
    ...(accounts === undefined ? {} : { demo: accounts }),
    arrival: () => rest?.progress(),
    ...(webFolder === undefined ? {} : { webFolder }),
  })
  let control: Control | undefined
  const ended = aborted(signal).then(() => undefined)
  const stopWatching = endOnBug(log)
  try {
    const address = await app.listen({ host: settings.host, port: settings.port })
    const cede = cedeTask(ceding.resolve)
    control = await openControl({ community, tasks: [...tasks, cede] })
    if (opened.isAgain) opened.tell('The installation was given back unmoved: serving again.')
    else await say(opened, settings.publicUrl ?? readable(address))
    if (settings.demo !== 'first')
      rest = beginRest(community, { tell: opened.tell, size: settings.demo })
    const to = await Promise.race([ended, ceding.promise, unfit.promise])
    log.info('ending')
    // On a loopback address nobody spreads requests, and who presses Ctrl-C need not wait.
    if (to === undefined && !settings.isLoopback) await untilNoticed()
    return to === undefined ? undefined : { to, port: Number(new URL(address).port) }
  } finally {
    await rest?.stop()
    await control?.close()
    await closeApp(app)
    stopWatching()
  }
}

async function say({ community, accounts, json }: Opened, url: string): Promise<void> {
  const link = await firstLink(community, url)
  const started: Started = {
    url,
    ...(link === undefined ? {} : { link }),
    data: community.folder,
    demo: accounts !== undefined,
    pid: process.pid,
  }
  const lines = [
    `linli 邻里 is at ${url}`,
    ...(link === undefined ? [] : [`Sign in as administrator, once, within a day: ${link}`]),
  ]
  process.stdout.write(json ? `${JSON.stringify(started)}\n` : `${lines.join('\n')}\n`)
}

/** A port in use shows before anything long is begun. Port 0 is any free one. */
async function checkPort({ host, port }: Settings): Promise<void> {
  const probe = createServer()
  const listening = Promise.withResolvers<void>()
  probe.once('error', listening.reject)
  probe.listen({ host, port }, listening.resolve)
  await listening.promise
  await new Promise((resolve) => probe.close(resolve))
}

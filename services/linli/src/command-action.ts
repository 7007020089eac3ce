// What every command of the line shares: its settings, how its outcome is told, and the one place
// where a fault becomes a sentence and an exit status. Knows no command.

import { join } from 'node:path'
import { endingOnSignal, readSettings, type Settings, SettingsFault } from '@linli/runtime'
import { Command } from 'commander'
import { toldOf } from './command-fault.ts'
import type { Asker, Installation } from './installation.ts'

/** The exit statuses; what a signal stopped before its end has the one a shell expects. */
export const STATUS = { done: 0, failed: 1, wrongUsage: 2 } as const

/** What a command is done with. */
export type Scene = Asker & { settings: Settings; installation: Installation; json: boolean }

/**
 * What is told of a command: a document for programs, lines for people; a failure is status 1, and
 * one that was stopped before its end has the status of the signal.
 */
export type Outcome = {
  document: unknown
  lines: readonly string[]
  failed?: boolean
  stopped?: boolean
}

/** The program with its commands, and the status that the one given led to. */
export type Line = { program: Command; status: number }

/** The program without its commands. */
export function makeLine(): Line {
  const program = new Command('linli')
    .description('linli 邻里: case handling for neighbourhood communities')
    .option('--data <dir>', 'the data folder (LINLI_DATA, default ./var)')
    .option('--json', 'one JSON document on standard output')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help shows what there is)')
  return { program, status: STATUS.done }
}

/** Wires an action: reads the settings, tells the outcome, turns faults into one sentence. */
export function act<Options>(
  line: Line,
  work: (scene: Scene, options: Options, args: readonly string[]) => Promise<Outcome | undefined>,
) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1)
    if (!(command instanceof Command)) throw new Error('commander gives the command last')
    // Commander has parsed them by the options declared beside the action.
    const options = command.optsWithGlobals<Options & Overrides>()
    const leaving = endingOnSignal()
    let folder: string | undefined
    try {
      const settings = readSettings(overridden(options))
      const installation = installationOf(settings)
      folder = settings.folder
      const tell = (text: string) => process.stderr.write(`${text}\n`)
      const json = options.json === true
      const scene = { settings, installation, json, tell, signal: leaving.signal }
      const outcome = await work(scene, options, command.args)
      if (outcome === undefined) return
      const { document, lines, failed = false, stopped = false } = outcome
      process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${lines.join('\n')}\n`)
      line.status = stopped ? leaving.status() : failed ? STATUS.failed : STATUS.done
    } catch (fault) {
      line.status = fault instanceof SettingsFault ? STATUS.wrongUsage : STATUS.failed
      tellFault(fault, { folder, json: options.json === true })
    } finally {
      leaving.release()
    }
  }
}

function installationOf({ folder, keyFile, city, ...where }: Settings): Installation {
  const { events, read, files } = where
  const keyPath = keyFile ?? join(folder, 'key')
  return { folder, events, read, files, keyPath, ...(city === undefined ? {} : { city }) }
}

function tellFault(fault: unknown, to: { folder: string | undefined; json: boolean }): void {
  const told = toldOf(fault, to.folder)
  process.stderr.write(`${told.message}\n`)
  if (to.json) process.stdout.write(`${JSON.stringify({ failed: told })}\n`)
  if (process.env.LINLI_LOG_LEVEL === 'debug' && fault instanceof Error) {
    process.stderr.write(`${fault.stack}\n`)
  }
}

type Overrides = { data?: string; host?: string; port?: string; json?: boolean }

/** Options of the line stand over the environment. */
function overridden({ data, host, port }: Overrides): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...(data === undefined ? {} : { LINLI_DATA: data }),
    ...(host === undefined ? {} : { LINLI_HOST: host }),
    ...(port === undefined ? {} : { LINLI_PORT: port }),
  }
}

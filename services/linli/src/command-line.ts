// The command line: which commands there are, what each takes, and how its answer is told. One
// JSON document on standard output with --json, progress and faults on standard error. Exit status
// 0: done; 1: refused or failed; 2: wrong usage.
import { join, resolve } from 'node:path'
import { Role } from '@linli/workflow'
import { Command, CommanderError, Option } from 'commander'
import { backup } from './backup.ts'
import { toldOf } from './command-fault.ts'
import { diagnose } from './doctor.ts'
import { erase } from './erase.ts'
import { type Asker, type Installation, perform } from './installation.ts'
import { rebuild } from './rebuild.ts'
import { restore } from './restore.ts'
import { readSettings, type Settings, SettingsFault } from './settings.ts'
import { createToken } from './token.ts'

const DONE = 0
const FAILED = 1
const WRONG_USAGE = 2

/** Runs what the arguments say and gives the exit status. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const line = makeLine()
  addStart(line)
  // import, export and replay are listed here.
  addRebuild(line)
  addBackup(line)
  addRestore(line)
  addErase(line)
  addToken(line)
  addDoctor(line)
  try {
    await line.program.parseAsync(argv)
    return line.status
  } catch (fault) {
    if (!(fault instanceof CommanderError)) throw fault
    return fault.exitCode === 0 ? DONE : WRONG_USAGE
  }
}

/** What a command is done with. */
type Scene = Asker & { settings: Settings; installation: Installation; json: boolean }

/** What is told of a command: a document for programs, lines for people; a failure is status 1. */
type Outcome = { document: unknown; lines: readonly string[]; failed?: boolean }

type Line = { program: Command; status: number }

function makeLine(): Line {
  const program = new Command('linli')
    .description('linli 邻里: case handling for neighbourhood communities')
    .option('--data <dir>', 'the data folder (LINLI_DATA, default ./var)')
    .option('--json', 'one JSON document on standard output')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help shows what there is)')
  return { program, status: DONE }
}

/** Wires an action: reads the settings, tells the outcome, turns faults into one sentence. */
function act<Options>(
  line: Line,
  work: (scene: Scene, options: Options, args: readonly string[]) => Promise<Outcome | undefined>,
) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1)
    if (!(command instanceof Command)) throw new Error('commander gives the command last')
    // Commander has parsed them by the options declared beside the action.
    const options = command.optsWithGlobals<Options & Overrides>()
    const leaving = new AbortController()
    const leave = () => leaving.abort()
    process.once('SIGINT', leave).once('SIGTERM', leave)
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
      const { document, lines, failed = false } = outcome
      process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${lines.join('\n')}\n`)
      line.status = failed ? FAILED : DONE
    } catch (fault) {
      line.status = fault instanceof SettingsFault ? WRONG_USAGE : FAILED
      tellFault(fault, { folder, json: options.json === true })
    } finally {
      process.off('SIGINT', leave).off('SIGTERM', leave)
    }
  }
}

function installationOf({ folder, keyFile, city }: Settings): Installation {
  const keyPath = keyFile ?? join(folder, 'key')
  return { folder, keyPath, ...(city === undefined ? {} : { city }) }
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

function addStart(line: Line): void {
  line.program
    .command('start')
    .description('the whole of linli in one process; a demo community on a first start')
    .addOption(new Option('--demo', 'begin with the demo community').conflicts('empty'))
    .addOption(new Option('--empty', 'begin with an empty community'))
    .option('--host <address>', 'listen on this address (LINLI_HOST, default 127.0.0.1)')
    .option('--port <number>', 'listen on this port (LINLI_PORT, default 8311; 0: any free one)')
    .option('--no-pages', 'build no pages: serve those that are there, or the API alone')
    .action(
      act<StartOptions>(line, async (scene, { demo, empty, pages }) => {
        // Loaded here: no other command needs HTTP, and loading it takes a fifth of a second.
        const { start } = await import('./start.ts')
        const begin = demo === true ? 'demo' : empty === true ? 'empty' : undefined
        await start({ ...scene, pages, ...(begin === undefined ? {} : { begin }) })
        return undefined
      }),
    )
}

type StartOptions = { demo?: true; empty?: true; pages: boolean }

function addRebuild(line: Line): void {
  line.program
    .command('rebuild')
    .argument('[projection]', 'one read model; without it all')
    .description('build read models again from the log, beside what is live')
    .action(
      act(line, async ({ installation, ...asker }, _options, [projection]) => {
        const given = projection === undefined ? {} : { projection }
        const document = await perform(installation, { task: rebuild, given }, asker)
        const { projections, events, seconds } = document
        const built = `Built ${projections.join(', ')} from ${events} events in ${seconds} s.`
        return { document, lines: [built] }
      }),
    )
}

function addBackup(line: Line): void {
  line.program
    .command('backup')
    .argument('<dir>', 'where the log and what belongs to it go')
    .requiredOption('--keys <dir>', 'where the keys go: another place, kept apart')
    .description('copy everything while linli runs')
    .action(
      act<{ keys: string }>(line, async ({ installation, ...asker }, { keys }, [dir = '']) => {
        const given = { to: resolve(dir), keys: resolve(keys) }
        const document = await perform(installation, { task: backup, given }, asker)
        const { events, folder } = document
        return {
          document,
          lines: [
            `Copied ${events} events to ${folder} and the keys to ${document.keys}; both are sound.`,
            'Keep the two apart, and of the keys only this newest copy.',
          ],
        }
      }),
    )
}

function addRestore(line: Line): void {
  line.program
    .command('restore')
    .argument('<dir>', 'a backup of the log, of any age')
    .requiredOption('--keys <dir>', 'the newest backup of the keys')
    .option('--replace', 'move aside what is in the data folder')
    .description('put an installation back from a backup; no server may run')
    .action(
      act<{ keys: string; replace?: true }>(line, async (scene, { keys, replace }, [dir = '']) => {
        const places = { from: resolve(dir), keys: resolve(keys), replace: replace === true }
        const document = await restore({ ...scene.installation, ...places }, scene)
        const { events, at, folder, erasedAgain, replaced, warnings } = document
        return {
          document,
          lines: [
            `Restored ${events} events of ${at} into ${folder}.`,
            ...(erasedAgain > 0
              ? [`${erasedAgain} events were recorded to bring it in order.`]
              : []),
            ...(replaced === undefined ? [] : [`What was there is now in ${replaced}.`]),
            ...warnings,
          ],
        }
      }),
    )
}

function addErase(line: Line): void {
  line.program
    .command('erase')
    .argument('<person>', 'the id of the person: person-…')
    .description('destroy for ever what is personal about one person')
    .action(
      act(line, async ({ installation, ...asker }, _options, [person = '']) => {
        const given = { person }
        const document = await perform(installation, { task: erase, given }, asker)
        const { fields, instances } = document
        return {
          document,
          lines: [
            `Destroyed the key of ${person}: ${fields} personal fields in ${instances} cases, the ` +
              'telephone number that led there, and every login, session and link of that person.',
            'An older copy of the keys can still open them: make a new backup now and destroy it.',
          ],
        }
      }),
    )
}

function addToken(line: Line): void {
  const token = line.program.command('token').description('tokens for scripts')
  token
    .command('create')
    .addOption(
      new Option('--role <role>', 'as what the script acts').choices(ROLES).makeOptionMandatory(),
    )
    .option('--unit <id>', 'for which unit: organisation-…')
    .option('--place <id>', 'in which place and what lies below it: place-…')
    .option('--label <text>', 'what the token is for')
    .description('a bearer token, shown this once')
    .action(
      act<TokenOptions>(line, async ({ installation, ...asker }, options) => {
        const { role, unit, place, label } = options
        const given = createToken.given.parse({ role, unit, place, label })
        const document = await perform(installation, { task: createToken, given }, asker)
        return { document, lines: [document.token] }
      }),
    )
}

const ROLES = Role.exclude(['system']).options

type TokenOptions = { role: string; unit?: string; place?: string; label?: string }

function addDoctor(line: Line): void {
  line.program
    .command('doctor')
    .option('--all', 'look at every case and read the log from end to end')
    .description('what is wrong with this installation, and the mend')
    .action(
      act<{ all?: true }>(line, async ({ installation, ...asker }, { all }) => {
        const document = await diagnose(installation, { all: all === true }, asker)
        const lines = document.checks.flatMap(({ check, ok, found, mend }) => [
          `${ok ? 'well ' : 'WRONG'}  ${check}: ${found}`,
          ...(mend === undefined ? [] : [`       → ${mend}`]),
        ])
        return { document, lines, failed: !document.ok }
      }),
    )
}

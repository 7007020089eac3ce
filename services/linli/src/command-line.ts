// The command line: which commands there are, what each takes, and how its answer is told. One
// JSON document on standard output with --json, progress and faults on standard error. Exit status
// 0: done; 1: refused or failed; 2: wrong usage.
import { resolve } from 'node:path'
import { readable } from '@linli/runtime'
import { Role } from '@linli/workflow'
import { CommanderError, Option } from 'commander'
import { backup } from './backup.ts'
import { act, type Line, makeLine, STATUS } from './command-action.ts'
import { diagnose } from './doctor.ts'
import { erase } from './erase.ts'
import { addExport, addImport, addReplay } from './history-commands.ts'
import { perform } from './installation.ts'
import { createLink } from './link.ts'
import { addMove } from './move-command.ts'
import { checkInFolder } from './on-servers.ts'
import { rebuild } from './rebuild.ts'
import { restore } from './restore.ts'
import { createToken } from './token.ts'

/** Runs what the arguments say and gives the exit status. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const line = makeLine()
  addStart(line)
  addImport(line)
  addExport(line)
  addReplay(line)
  addRebuild(line)
  addBackup(line)
  addRestore(line)
  addMove(line)
  addErase(line)
  addLink(line)
  addToken(line)
  addDoctor(line)
  try {
    await line.program.parseAsync(argv)
    return line.status
  } catch (fault) {
    if (!(fault instanceof CommanderError)) throw fault
    return fault.exitCode === 0 ? STATUS.done : STATUS.wrongUsage
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
        checkInFolder(installation, 'backup')
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
        checkInFolder(scene.installation, 'restore')
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

function addLink(line: Line): void {
  line.program
    .command('link')
    .description('a link that signs an administrator in once, within a day; older ones end')
    .action(
      act(line, async ({ installation, settings, ...asker }) => {
        const { host, port, publicUrl } = settings
        const base =
          publicUrl ?? readable(`http://${host.includes(':') ? `[${host}]` : host}:${port}`)
        const document = await perform(installation, { task: createLink, given: { base } }, asker)
        return { document, lines: [document.link] }
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

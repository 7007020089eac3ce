// The command `move` of the line.
import { resolve } from 'node:path'
import { act, type Line } from './command-action.ts'
import { abandonMove, type Moved, move } from './move.ts'
import { movePlaces } from './move-place.ts'

type Options = { from: string; fromRead?: string; to: string; toRead?: string; abandon?: true }

/** `move --from URL --to URL` */
export function addMove(line: Line): void {
  line.program
    .command('move')
    .requiredOption('--from <log>', 'where the log is: sqlite:FOLDER or esdb://host:2113')
    .option('--from-read <db>', 'where vault and work are, when not beside the log')
    .requiredOption('--to <log>', 'where the log goes: sqlite:FOLDER or esdb://host:2113')
    .option('--to-read <db>', 'where vault and work go: sqlite:FOLDER or postgres://host/database')
    .option('--abandon', 'give up a move that was interrupted: the source serves again')
    .description('take everything to other stores, while it is served; again to go on')
    .action(
      act<Options>(line, async ({ settings, ...asker }, options) => {
        const { abandon, ...ends } = options
        const places = movePlaces({
          from: ends.from,
          to: ends.to,
          ...(ends.fromRead === undefined ? {} : { fromRead: ends.fromRead }),
          ...(ends.toRead === undefined ? {} : { toRead: ends.toRead }),
          data: resolve(settings.folder),
          ...(settings.read === undefined ? {} : { read: settings.read }),
          ...(settings.files === undefined ? {} : { filesFolder: settings.files }),
          ...(settings.keyFile === undefined ? {} : { keyPath: settings.keyFile }),
        })
        if (abandon === true) {
          await abandonMove(places, asker)
          return { document: { abandoned: true }, lines: ['Given up: the source serves again.'] }
        }
        const document = await move(places, asker)
        return { document, stopped: document.stopped, lines: linesOf(document) }
      }),
    )
}

function linesOf({ events, to, sha256, awayMs, rows, settings, stopped }: Moved): string[] {
  if (stopped) {
    const more = 'Give the same command again and it goes on from there.'
    return [`Stopped with ${events} events copied; the source serves as before. ${more}`]
  }
  return [
    `Moved ${events} events and ${rows} rows to ${to}; nobody was served for ${awayMs} ms.`,
    `SHA-256 over every event, on both sides: ${sha256.source}`,
    'Use it by these settings (with the user and password that you gave):',
    ...Object.entries(settings).map(([name, value]) => `  ${name}=${value}`),
    'The source takes nothing more. Its keys open what they opened: destroy them when all is well.',
  ]
}

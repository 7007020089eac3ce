// The commands of the line about history: import, export and replay.
import { resolve } from 'node:path'
import { workflows } from '@linli/workflows'
import { InvalidArgumentError, Option } from 'commander'
import { act, type Line } from './command-action.ts'
import { exportLog, importHistory } from './history-task.ts'
import type { ImportedRow, ImportReport } from './import-nyc311.ts'
import { addRegistryImports } from './import-tasks.ts'
import { perform } from './installation.ts'
import { type ReplayAnswer, replayFile } from './replay.ts'

const ROWS_SHOWN = 20

/** `import nyc311 FILE`, `import households FILE`, `import people FILE` */
export function addImport(line: Line): void {
  const group = line.program.command('import').description('take in history and registries')
  addRegistryImports(line, group)
  group
    .command('nyc311')
    .argument('<file>', 'a CSV export of NYC 311 service requests')
    .description('each row becomes a case at its own time; a second time adds nothing')
    .action(
      act(line, async ({ installation, ...asker }, _options, [file = '']) => {
        const given = { file: resolve(file) }
        const document = await perform(installation, { task: importHistory, given }, asker)
        const { taken, known, refused, warned, repaired, merged, stopped, rows } = document
        return {
          document,
          stopped: stopped !== undefined,
          lines: [
            ...(stopped === undefined ? [] : [stoppedLine(document, stopped)]),
            `${taken} taken, ${known} there before, ${refused} refused, ${warned} warned, ` +
              `${repaired} texts repaired.`,
            `${merged.intoRow} merged into a row of the file, ${merged.external} into one outside.`,
            ...rows.slice(0, ROWS_SHOWN).map(rowLine),
            ...(rows.length > ROWS_SHOWN
              ? [`… and ${rows.length - ROWS_SHOWN} more (--json)`]
              : []),
          ],
        }
      }),
    )
}

const stoppedLine = (
  { taken, known, refused }: ImportReport,
  { steps, of, rows }: NonNullable<ImportReport['stopped']>,
): string =>
  `Stopped at step ${steps} of ${of}, with ${taken + known + refused} of ${rows} rows begun: ` +
  'give the same command again and it goes on from there.'

const rowLine = ({ row, key, outcome, reasons }: ImportedRow): string =>
  `row ${row} (${key}) ${outcome}: ${reasons.join('; ')}`

type ExportOptions = { for: 'analyst' | 'audit'; out: string; until?: number }

/** `export --format ndjson` */
export function addExport(line: Line): void {
  line.program
    .command('export')
    .addOption(
      new Option('--format <format>', 'one event a line').choices(['ndjson']).default('ndjson'),
    )
    .addOption(
      new Option('--for <whom>', 'without personal data, or the exact bytes')
        .choices(['analyst', 'audit'])
        .default('analyst'),
    )
    .requiredOption('--out <path>', 'the file to write; one that exists is left alone')
    .option('--until <time>', 'what was recorded by then (an instant with its zone)', instant)
    .description('write the whole history out')
    .action(
      act<ExportOptions>(line, async ({ installation, ...asker }, { for: readers, out, until }) => {
        const times = until === undefined ? {} : { until }
        const given = { readers, out: resolve(out), ...times }
        const document = await perform(installation, { task: exportLog, given }, asker)
        return { document, lines: [`${document.events} events are in ${document.out}.`] }
      }),
    )
}

type ReplayOptions = { until?: number; policy?: string; calendar?: string }

/** `replay FILE` */
export function addReplay(line: Line): void {
  line.program
    .command('replay')
    .argument('<file>', 'an export')
    .option('--until <time>', 'only what happened by then (an instant with its zone)', instant)
    .option('--policy <policy>', 'a city, or one of its policies: jining, jining@1')
    .option('--calendar <dir>', 'a folder of calendar years to count by')
    .description('fold a history in a fresh folder and prove the states equal')
    .action(
      act<ReplayOptions>(line, async ({ tell }, { until, policy, calendar }, [file = '']) => {
        const options = {
          file: resolve(file),
          workflows,
          ...(until === undefined ? {} : { until }),
          ...(policy === undefined ? {} : { policy }),
          ...(calendar === undefined ? {} : { calendarFolder: resolve(calendar) }),
        }
        const document = await replayFile(options, every(tell))
        return { document, lines: replayed(document), failed: !document.equal }
      }),
    )
}

const SHOWN_EVERY = 10_000

function every(tell: (text: string) => void): (events: number) => void {
  let shown = 0
  return (events) => {
    if (events - shown < SHOWN_EVERY) return
    shown = events
    tell(`${events} events`)
  }
}

function replayed({ events, instances, equal, faults, whatIf }: ReplayAnswer): string[] {
  const differ = whatIf === undefined ? undefined : whatIf.otherwise
  return [
    `${events} events fold to ${instances} cases${equal ? ', and every state is equal.' : '.'}`,
    ...faults.map(({ stream, revision, why }) => `${stream} revision ${revision}: ${why}`),
    ...(differ === undefined || whatIf === undefined
      ? []
      : [
          `Under ${whatIf.policy}, of ${whatIf.clocks} clocks ${differ.warned} more would have ` +
            `warned and ${differ.notWarned} fewer, ${differ.expired} more would have ended and ` +
            `${differ.notExpired} fewer; ${whatIf.unlimited} have no limit there.`,
        ]),
  ]
}

function instant(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw new InvalidArgumentError('an instant: 2026-11-22T09:00:00+08:00')
  return at
}

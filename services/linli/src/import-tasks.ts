// `import households` and `import people` as tasks, and as commands of the line.
import { resolve } from 'node:path'
import { RegistryFault } from '@linli/interchange'
import type { Command } from 'commander'
import { z } from 'zod'
import { act, type Line } from './command-action.ts'
import { CommandFault } from './command-fault.ts'
import { importHouseholds } from './import-households.ts'
import type { ImportedRow } from './import-nyc311.ts'
import { importPeople } from './import-people.ts'
import type { RegistryReport } from './import-report.ts'
import { perform } from './installation.ts'
import type { Task } from './task.ts'

const Import = z.strictObject({ file: z.string() })
type Import = z.infer<typeof Import>

function taskOf(name: string, work: typeof importHouseholds): Task<Import, RegistryReport> {
  return {
    name,
    given: Import,
    begins: true,
    stops: true,
    alone: true,
    async run({ community, tell, signal }, { file }) {
      try {
        return await work(community, file, { progress: (rows) => tell(`${rows} rows`), signal })
      } catch (fault) {
        if (fault instanceof RegistryFault) {
          throw new CommandFault(fault.code, fault.message, fault)
        }
        throw fault
      }
    },
  }
}

/** Takes households in. @throws CommandFault for a file that cannot be read as a whole */
export const households = taskOf('import households', importHouseholds)
/** Takes people in. @throws CommandFault for a file that cannot be read as a whole */
export const people = taskOf('import people', importPeople)

/** `import households FILE` and `import people FILE` */
export function addRegistryImports(line: Line, group: Command): void {
  add(line, group, {
    registry: 'households',
    task: households,
    file: 'a CSV file with the columns community, estate, building, entrance, household, areaM2',
    says: 'each row becomes a household where it lies; a second time adds nothing',
  })
  add(line, group, {
    registry: 'people',
    task: people,
    file: 'a CSV file with the columns of households, and name, phone, skills',
    says: 'each row becomes a person of a household; a second time adds nothing',
  })
}

type Adding = { registry: string; task: Task<Import, RegistryReport>; file: string; says: string }

function add(line: Line, group: Command, { registry, task, file, says }: Adding): void {
  group
    .command(registry)
    .argument('<file>', file)
    .description(says)
    .action(
      act(line, async ({ installation, ...asker }, _options, [path = '']) => {
        const given = { file: resolve(path) }
        const document = await perform(installation, { task, given }, asker)
        return { document, stopped: document.stopped !== undefined, lines: told(document) }
      }),
    )
}

const ROWS_SHOWN = 20

function told({ taken, known, refused, warned, ignored, stopped, rows }: RegistryReport): string[] {
  return [
    ...(stopped === undefined
      ? []
      : [`Stopped after row ${stopped.rows}: give the same command again and it goes on.`]),
    `${taken} taken, ${known} there before, ${refused} refused, ${warned} warned.`,
    ...(ignored.length === 0 ? [] : [`Columns that were ignored: ${ignored.join(', ')}.`]),
    ...rows.slice(0, ROWS_SHOWN).map(rowLine),
    ...(rows.length > ROWS_SHOWN ? [`… and ${rows.length - ROWS_SHOWN} more (--json)`] : []),
  ]
}

const rowLine = ({ row, key, outcome, reasons }: ImportedRow): string =>
  `row ${row} (${key}) ${outcome}: ${reasons.join('; ')}`

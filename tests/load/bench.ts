// pnpm bench: the speed and memory of linli, each figure beside a baseline of the same run.
// Prints a table; --json FILE writes the rows with the machine they were measured on.
import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { httpRows, insideRows, slowRows } from './command-rows.ts'
import type { Bench } from './host.ts'
import { listRows } from './list-rows.ts'
import { appendRows, caseRows, dayRows, startRows } from './log-rows.ts'
import { peerRows } from './peer-rows.ts'
import { type Row, tableOf } from './row.ts'
import { adapterRows, catchUpRows, cityRows, twoRows } from './server-rows.ts'
import { sizesOf } from './sizes.ts'

/** What can be measured, by the name that --only takes. */
export const GROUPS = {
  http: httpRows,
  inside: insideRows,
  slow: slowRows,
  day: dayRows,
  case: caseRows,
  start: startRows,
  append: appendRows,
  adapter: adapterRows,
  city: cityRows,
  catchup: catchUpRows,
  two: twoRows,
  lists: listRows,
  peers: peerRows,
} as const satisfies Record<string, (bench: Bench) => Promise<Row[]>>

/** A group's name. */
export type Group = keyof typeof GROUPS

/** Measures the groups, one after the other. */
export async function measure(groups: readonly Group[], bench: Bench): Promise<Row[]> {
  const rows: Row[] = []
  for (const group of groups) {
    bench.log(`measuring ${group} …`)
    rows.push(...(await GROUPS[group](bench)))
  }
  return rows
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      long: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      scale: { type: 'string', default: '1' },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return
  }
  const all = Object.keys(GROUPS).filter(isGroup)
  const unknown = (values.only ?? []).filter((name) => !isGroup(name))
  if (unknown.length > 0) throw new Error(`no row named ${unknown}; there are: ${all.join(', ')}`)
  const asked = (name: Group) =>
    values.only?.includes(name) ??
    ((values.long || !LONG.has(name)) && (values.peers || name !== 'peers'))
  const groups = all.filter(asked)
  const { profile } = values
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const log = (line: string) => console.error(line)
  const sizes = sizesOf(Number(values.scale))
  const rows = await measure(groups, { sizes, log, execArgv, peers: values.peers })
  console.log(tableOf(rows))
  if (values.json !== undefined) {
    const document = { at: new Date().toISOString(), machine: machine(), rows }
    await writeFile(values.json, `${JSON.stringify(document, null, 2)}\n`)
  }
  if (rows.some((row) => row.ok === false)) process.exitCode = 1
}

/** They take minutes to fill. */
const LONG: ReadonlySet<Group> = new Set(['append', 'lists'])

const isGroup = (name: string): name is Group => Object.hasOwn(GROUPS, name)

const machine = () => ({
  node: process.version,
  cores: availableParallelism(),
  model: cpus()[0]?.model,
  memoryMB: Math.round(totalmem() / 1024 ** 2),
})

const HELP = `pnpm bench [--only NAME]… [--scale SHARE] [--long] [--peers]
           [--json FILE] [--profile DIR]
  --only     ${Object.keys(GROUPS).join(', ')}
  --scale    a share of the whole, e.g. 0.05: for a first look
  --long     also with 5 million events in the log, and a million cases in lists
  --peers    also beside emmett-postgresql and Restate, which are installed when missing
  --json     write the rows there as one document
  --profile  write a CPU profile of the server's process there`

if (import.meta.main) await main()

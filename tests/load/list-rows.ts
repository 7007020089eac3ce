// Lists, counts and rates over a year of cases, as of now and of past days, in process and through
// HTTP; and the check of the ledgers. Also `node tests/load/list-rows.ts --plans [cases]`: how
// SQLite answers each of them.
import { availableParallelism, loadavg } from 'node:os'
import { openChild } from './child-call.ts'
import { type Bench, withFolder } from './host.ts'
import { measureLedgerCheck } from './ledger-check.ts'
import { QUESTIONS } from './list-asks.ts'
import type { Asked, AskGiven, Filled, FillGiven } from './list-process.ts'
import { type Row, rowOf } from './row.ts'

/** What is asked, of a year of so many cases. */
export async function listRows({ sizes, log }: Bench): Promise<Row[]> {
  const rows = await withYear(sizes.listCases, log, async ({ child, filled }) => {
    const load = openChild('load-process.ts')
    const { port, token } = filled
    const found: Row[] = []
    try {
      for (const { name, atMost } of QUESTIONS) {
        for (const isPast of [false, true]) {
          const given: AskGiven = { question: name, isPast, asks: ASKS }
          const { medianMs, bareMs, found: rows } = await child.call<Asked>('ask', given)
          const paths = await child.call<string[]>('paths', given)
          const throughHttp = await load.call<number>('reads', { port, token, paths, reads: ASKS })
          const when = isPast ? 'as of a past day' : 'now'
          const counts = { cases: filled.cases, open: filled.openNow, asks: ASKS, rows }
          const common = { unit: 'ms', lower: true, atLeast: atMost, counts } as const
          const inside = { name: 'bare SQL', figure: bareMs }
          const outside = { name: 'in process', figure: medianMs }
          found.push(
            rowOf({ ...common, name: `${name}, ${when}`, figure: medianMs, baseline: inside }),
            rowOf({
              ...common,
              name: `${name}, ${when}, HTTP`,
              figure: throughHttp,
              baseline: outside,
            }),
          )
        }
      }
    } finally {
      await load.end()
    }
    return found
  })
  return [...rows, await ledgerRow(sizes.postings)]
}

/** Asks of each question. */
const ASKS = 31
/** Cases open at any moment, where there are enough of them. */
const OPEN = 20_000

async function ledgerRow(postings: number): Promise<Row> {
  const { checkMs, scanMs, trouble } = await measureLedgerCheck(postings)
  if (trouble.length > 0) throw new Error(`the ledgers do not come to zero: ${trouble[0]}`)
  return rowOf({
    name: `${postings} postings come to zero`,
    unit: 's',
    figure: checkMs / 1000,
    baseline: { name: 'every line read once', figure: scanMs / 1000 },
    lower: true,
    atLeast: 10,
    counts: { postings },
  })
}

type Year = { child: ReturnType<typeof openChild>; filled: Filled }

/** Makes a year in a folder of its own, uses it, and leaves nothing behind. */
function withYear<Result>(
  cases: number,
  log: (line: string) => void,
  use: (year: Year) => Promise<Result>,
): Promise<Result> {
  return withFolder(async (folder) => {
    const child = openChild('list-process.ts')
    try {
      const given: FillGiven = { folder, cases, open: Math.min(OPEN, Math.ceil(cases / 4)) }
      const filled = await child.call<Filled>('fill', given)
      const { events, openNow, seconds } = filled
      const load = loadavg()[0]?.toFixed(1)
      log(`${cases} cases, ${openNow} open: ${events} events read in ${seconds.toFixed(0)} s`)
      log(`load ${load} on ${availableParallelism()} cores`)
      return await use({ child, filled })
    } finally {
      await child.end()
    }
  })
}

async function main(): Promise<void> {
  const cases = Number(process.argv.find((one) => /^\d+$/.test(one)) ?? PLAN_CASES)
  const print = (line: string) => console.log(line)
  await withYear(cases, print, async ({ child }) => {
    for (const { name } of QUESTIONS) {
      for (const isPast of [false, true]) {
        const steps = await child.call<string[]>('plan', { question: name, isPast })
        const asked = await child.call<Asked>('ask', { question: name, isPast, asks: ASKS })
        print(`\n${name}, ${isPast ? 'as of a past day' : 'now'}: ${JSON.stringify(asked)}`)
        for (const step of steps) print(`  ${step}`)
      }
    }
  })
}

const PLAN_CASES = 100_000

if (import.meta.main) await main()

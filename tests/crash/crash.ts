// kill -9 in the middle of load, many times over one folder:
//   node tests/crash/crash.ts --rounds 50 --seed 7
// Each round starts the load in a process of its own, kills it at a moment drawn from the seed
// (also while it is still opening), and checks what it left behind.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { randomFrom } from '../simulation/random.ts'
import { type Acknowledged, fastClock } from './acknowledged.ts'
import { type Checked, checkAftermath } from './aftermath.ts'

/** What all rounds came to. */
export type CrashSummary = Checked & { rounds: number; seed: number; acknowledged: number }

const LATEST_MS = 1_500
/** One round in so many is killed while the community still opens. */
const OPENING_IN = 6
const OPENING_MS = 700

/** Runs the rounds in a folder of their own; throws at the first thing that does not hold. */
export async function crash(
  given: { rounds: number; seed: number },
  progress: (line: string) => void = () => {},
): Promise<CrashSummary> {
  const { rounds, seed } = given
  const scratch = mkdtempSync(join(tmpdir(), 'linli-crash-'))
  const folder = join(scratch, 'community')
  const start = Date.now()
  const random = randomFrom(seed)
  const acknowledged: Acknowledged[] = []
  let checked: Checked = { events: 0, effects: 0, notices: 0, clocks: 0, rows: 0 }
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const whileOpening = round > 1 && random() < 1 / OPENING_IN
      const afterMs = random() * (whileOpening ? OPENING_MS : LATEST_MS)
      const lines = await killedLoad([folder, round, start], { whileOpening, afterMs })
      acknowledged.push(...lines)
      checked = await checkAftermath(folder, acknowledged, fastClock(start, round + 0.5))
      const when = `${whileOpening ? 'opening' : 'load'} + ${Math.round(afterMs)} ms`
      progress(
        `round ${round}: killed at ${when}, ${lines.length} acknowledged, ${checked.events} events`,
      )
    }
  } catch (cause) {
    throw new Error(`seed ${seed}: what the crash left in ${folder} does not hold`, { cause })
  }
  rmSync(scratch, { recursive: true })
  return { rounds, seed, acknowledged: acknowledged.length, ...checked }
}

/** Starts the load, kills it, and gives what had been acknowledged by then. */
async function killedLoad(
  load: readonly [folder: string, round: number, start: number],
  kill: { whileOpening: boolean; afterMs: number },
): Promise<Acknowledged[]> {
  const file = new URL('load-child.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [file, ...load.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines: Acknowledged[] = []
  const killSoon = () => setTimeout(() => child.kill('SIGKILL'), kill.afterMs)
  if (kill.whileOpening) killSoon()
  // A line that the kill cut off was not acknowledged to anybody.
  let last = ''
  for await (const line of createInterface({ input: child.stdout })) {
    const told = parsedLine(line)
    if (told === undefined) {
      last = line
      continue
    }
    if (last !== '') throw new Error(`the load said ${last}`)
    if ('ready' in told) {
      if (!kill.whileOpening) killSoon()
    } else lines.push(told)
  }
  const [status, signal] = await ended
  if (signal !== 'SIGKILL') throw new Error(`the load ended by itself: ${status ?? signal}`)
  return lines
}

function parsedLine(line: string): Acknowledged | { ready: true } | undefined {
  try {
    return JSON.parse(line) as Acknowledged | { ready: true }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '50' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  })
  const given = { rounds: Number(values.rounds), seed: Number(values.seed) }
  const found = await crash(given, (line) => process.stderr.write(`${line}\n`))
  process.stdout.write(
    `${found.rounds} kills (seed ${found.seed}): ${found.acknowledged} acknowledged, none lost; ` +
      `${found.effects} effects, ${found.notices} notices and ` +
      `${found.clocks} turns of clocks, each once; ` +
      `${found.rows} rows of read models as a fresh rebuild makes them\n`,
  )
}

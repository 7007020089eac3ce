// The same beside its peers, in one run: commands through HTTP against emmett-postgresql's
// CommandHandler and Restate with @restatedev/xstate. Their folder installs itself when asked for.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { httpBurst } from './command-rows.ts'
import type { Bench } from './host.ts'
import { installPeers } from './peers/install.ts'
import { type Row, rowOf } from './row.ts'

const PEERS = [
  { name: 'emmett-postgresql', file: 'emmett.ts', cases: 2_000, atLeast: 5, aim: 8 },
  { name: 'Restate with xstate', file: 'restate.ts', cases: 600, atLeast: 11, aim: 18 },
] as const

/** The rate through HTTP beside the rate of each peer. */
export async function peerRows(bench: Bench): Promise<Row[]> {
  if (!existsSync(pathOf('node_modules'))) await installPeers(bench.log)
  const { sizes } = bench
  const ours = await httpBurst(bench)
  const rows: Row[] = []
  for (const { name, file, cases, atLeast, aim } of PEERS) {
    bench.log(`measuring ${name} …`)
    const asked = [Math.max(20, Math.round(cases * sizes.scale)), sizes.connections]
    const theirs = await rateOf(pathOf(file), asked.map(String))
    rows.push(
      rowOf({
        name: `HTTP commands beside ${name}`,
        unit: 'commands/s',
        figure: ours.perSecond,
        baseline: { name, figure: theirs },
        atLeast: atLeast * theirs,
        aim: aim * theirs,
        counts: { commands: ours.commands, lost: ours.lost },
      }),
    )
  }
  return rows
}

const pathOf = (name: string): string => fileURLToPath(new URL(`peers/${name}`, import.meta.url))

/** How long a peer may take, ms. */
const PEER_MS = 300_000

async function rateOf(file: string, asked: readonly string[]): Promise<number> {
  const stdio = ['ignore', 'pipe', 'ignore'] as const
  const child = spawn(process.execPath, [file, ...asked], { stdio: [...stdio], timeout: PEER_MS })
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  await once(child, 'exit')
  const found = /\{"perSecond":([\d.]+)\}/.exec(text)
  if (found === null) throw new Error(`${file} gave no rate`)
  return Number(found[1])
}

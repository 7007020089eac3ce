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
  await hasPeers({ ...bench, peers: true })
  const ours = await httpBurst(bench)
  const rows: Row[] = []
  for (const { name, atLeast, aim } of PEERS) {
    const theirs = await peerRate(bench, name)
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

/** Whether peers are to be measured; installs them where they are and are not there. */
export async function hasPeers({ peers, log }: Bench): Promise<boolean> {
  if (peers && !existsSync(pathOf('node_modules'))) await installPeers(log)
  return peers
}

/** Commands a second of an installed peer. */
export function peerRate({ sizes, log }: Bench, name: PeerName): Promise<number> {
  const peer = PEERS.find((one) => one.name === name)
  if (peer === undefined) throw new Error(`no peer ${name}`)
  log(`measuring ${name} …`)
  const asked = [Math.max(20, Math.round(peer.cases * sizes.scale)), sizes.connections]
  return rateOf(pathOf(peer.file), asked.map(String))
}

type PeerName = (typeof PEERS)[number]['name']

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

// Commands: through HTTP, in process, and on a slow disk. Each beside the bare server, which
// parses a body of the same size, appends it to the same kind of store and answers.
import { ALONE_COMMANDS } from './case-script.ts'
import { type Bench, type Host, withBare, withHost } from './host.ts'
import type { Inside } from './host-process.ts'
import type { Burst } from './load-process.ts'
import type { Scan } from './log-scan.ts'
import { type Row, rowOf } from './row.ts'

/** Milliseconds a slow disk adds to each commit. */
const SLOW_MS = 5

/** Commands through HTTP. */
export async function httpRows(bench: Bench): Promise<Row[]> {
  const { sizes } = bench
  const bare = await bareBurst(bench, {})
  const ours = await httpBurst(bench)
  const counts = {
    commands: ours.commands,
    lost: ours.lost,
    cpuUsACommand: ours.cpuUs,
    settledMs: ours.settledIn * 1000,
  }
  const name = 'bare server'
  return [
    rowOf({
      name: `HTTP commands, ${sizes.connections} connections`,
      unit: 'commands/s',
      figure: ours.perSecond,
      baseline: { name, figure: bare.perSecond },
      atLeast: 10_000,
      aim: 16_000,
      counts,
    }),
    rowOf({
      name: 'HTTP commands, 99th percentile',
      unit: 'ms',
      figure: ours.p99,
      baseline: { name, figure: bare.p99 },
      lower: true,
      atLeast: 20,
      aim: 10,
      counts,
    }),
  ]
}

/** A burst of commands through HTTP after a warm-up, every one of them found in the log. */
export function httpBurst(
  bench: Bench,
): Promise<Burst & { cpuUs: number; settledIn: number; lost: number }> {
  const { sizes } = bench
  return withHost(bench, {}, async (host) => {
    await burst(host, bench, { cases: sizes.warmUpCases })
    await host.server.call('settled')
    const idle = await host.server.call<number>('cpu')
    const found = await burst(host, bench, { cases: sizes.burstCases })
    const cpuUs = (1e6 * ((await host.server.call<number>('cpu')) - idle)) / found.commands
    const settledIn = await host.server.call<number>('settled')
    const cases = sizes.warmUpCases + sizes.burstCases
    return { ...found, cpuUs, settledIn, lost: await lostOf(host, cases, sizes.phones) }
  })
}

/** Commands in process. */
export async function insideRows(bench: Bench): Promise<Row[]> {
  const { sizes } = bench
  const atOnce = sizes.connections
  const appends = await withBare({}, ({ server }) =>
    server.call<number>('appends', { events: sizes.appends, atOnce }),
  )
  const ours = await withHost(bench, {}, async (host) => {
    const { neighbourhood, server } = host
    const warmUp = { neighbourhood, cases: sizes.warmUpCases, atOnce }
    await server.call('inside', warmUp)
    await server.call('settled')
    const found = await server.call<Inside>('inside', { ...warmUp, cases: sizes.burstCases })
    await server.call('settled')
    const cases = sizes.warmUpCases + sizes.burstCases
    return { ...found, lost: await lostOf(host, cases, sizes.phones) }
  })
  return [
    rowOf({
      name: `commands in process, ${atOnce} at once`,
      unit: 'commands/s',
      figure: ours.perSecond,
      baseline: { name: 'appends alone', figure: appends },
      atLeast: 18_000,
      aim: 25_000,
      counts: { commands: ours.commands, lost: ours.lost, cpuUsACommand: ours.cpuUs },
    }),
  ]
}

/** Commands and reads where each commit takes 5 ms more. */
export async function slowRows(bench: Bench): Promise<Row[]> {
  const { sizes } = bench
  const slow = { commitDelayMs: SLOW_MS }
  const bare = await bareBurst(bench, slow)
  const ours = await withHost(bench, slow, async (host) => {
    await burst(host, bench, { cases: Math.ceil(sizes.slowCases / 4) })
    const found = await burst(host, bench, { cases: sizes.slowCases, readers: 2 })
    await host.server.call('settled')
    const cases = Math.ceil(sizes.slowCases / 4) + sizes.slowCases
    return { ...found, lost: await lostOf(host, cases, sizes.phones) }
  })
  const counts = { commands: ours.commands, lost: ours.lost }
  return [
    rowOf({
      name: `slow disk (${SLOW_MS} ms a commit), commands`,
      unit: 'commands/s',
      figure: ours.perSecond,
      baseline: { name: 'bare server', figure: bare.perSecond },
      atLeast: 3_500,
      aim: 4_500,
      counts,
    }),
    rowOf({
      name: 'slow disk, reads beside them, 99th percentile',
      unit: 'ms',
      figure: ours.readP99,
      baseline: { name: 'of a command', figure: ours.p99 },
      lower: true,
      atLeast: 5,
      counts,
    }),
  ]
}

/** A burst of commands through HTTP, to all that serve. */
export function burst(
  { load, ports, neighbourhood }: Host,
  { sizes }: Bench,
  how: { cases: number; readers?: number },
): Promise<Burst> {
  const { connections } = sizes
  return load.call<Burst>('burst', { ports, neighbourhood, connections, ...how })
}

/** The bare server's rate, after a warm-up. */
export function bareBurst({ sizes }: Bench, options: { commitDelayMs?: number }): Promise<Burst> {
  const { connections } = sizes
  const cases = options.commitDelayMs === undefined ? sizes.burstCases : sizes.slowCases
  return withBare(options, async ({ load, port }) => {
    const given = { port, connections, length: ALONE_COMMANDS }
    await load.call('bare', { ...given, requests: sizes.warmUpCases * ALONE_COMMANDS })
    return load.call<Burst>('bare', { ...given, requests: cases * ALONE_COMMANDS })
  })
}

/** Answered commands that the log does not hold. @throws when there is one */
export async function lostOf({ server }: Host, cases: number, phones: number): Promise<number> {
  const { types } = await server.call<Scan>('scan')
  const wanted: Record<string, number> = {
    'appeal.reported': cases + phones,
    'appeal.verified': cases,
    'appeal.contacted': cases,
    'appeal.noted': cases,
    'appeal.solved': cases,
    'appeal.followedUp': cases,
    'person.registered': phones + PERSONS_OF_TOKENS,
  }
  return missing(types, wanted)
}

const PERSONS_OF_TOKENS = 4

/** Events that should be in a log and are not. @throws when there is one */
export function missing(
  found: Readonly<Record<string, number>>,
  wanted: Readonly<Record<string, number>>,
): number {
  for (const [type, count] of Object.entries(wanted)) {
    if (found[type] === count) continue
    throw new Error(`the log holds ${found[type] ?? 0} of ${count} ${type}`)
  }
  return 0
}

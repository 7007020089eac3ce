// The installation of many processes: the log on a server, read models, vault and work in
// PostgreSQL. What its adapter costs an append, commands through HTTP, read models caught up, and
// two processes beside one.
import { openChild } from './child-call.ts'
import { burst, lostOf } from './command-rows.ts'
import { type Bench, type HostOptions, withHost } from './host.ts'
import type { Burst } from './load-process.ts'
import type { Scan } from './log-scan.ts'
import { hasPeers, peerRate } from './peer-rows.ts'
import { quantile, type Row, rowOf } from './row.ts'
import { withServer, withServers } from './servers.ts'

/** Appends through the adapter beside those of the bare client, in turns on one server. */
export function adapterRows({ sizes }: Bench): Promise<Row[]> {
  const atOnce = sizes.connections
  return withServer('kurrent', async (url) => {
    const clients = { ours: openChild('append-process.ts'), bare: openChild('append-process.ts') }
    try {
      const given = { url, atOnce, appends: Math.ceil(sizes.adapterAppends / TURNS) }
      const rates = { ours: [] as number[], bare: [] as number[] }
      for (let turn = 0; turn <= TURNS; turn += 1) {
        for (const who of ['bare', 'ours'] as const) {
          const rate = await clients[who].call<number>(who, given)
          // The first is for warming up.
          if (turn > 0) rates[who].push(rate)
        }
      }
      const bare = quantile(rates.bare.sort(ascending), 0.5)
      return [
        rowOf({
          name: `appends through the adapter, ${atOnce} at once`,
          unit: 'appends/s',
          figure: quantile(rates.ours.sort(ascending), 0.5),
          baseline: { name: 'bare client', figure: bare },
          atLeast: ADAPTER_SHARE * bare,
          aim: bare,
          counts: { appends: given.appends * TURNS },
        }),
      ]
    } finally {
      await clients.ours.end()
      await clients.bare.end()
    }
  })
}

/** Commands through HTTP, beside emmett-postgresql where the peers are asked for. */
export async function cityRows(bench: Bench): Promise<Row[]> {
  const { sizes } = bench
  const { ours, alone } = await cityBurst(bench, {})
  const measured = {
    unit: 'commands/s',
    figure: ours.perSecond,
    counts: countsOf(ours),
  }
  const name = `HTTP commands, servers behind them, ${sizes.connections} connections`
  const baseline = { name: 'appends alone', figure: alone }
  const row = rowOf({ ...measured, name, baseline, atLeast: 3_000 })
  if (!(await hasPeers(bench))) return [row]
  const theirs = await peerRate(bench, 'emmett-postgresql')
  return [
    row,
    rowOf({
      ...measured,
      name: 'HTTP commands, servers behind them, beside emmett-postgresql',
      baseline: { name: 'emmett-postgresql', figure: theirs },
      atLeast: CITY_SHARE * theirs,
    }),
  ]
}

/** Read models built again in PostgreSQL, one by one and all, from either log. */
export async function catchUpRows(bench: Bench): Promise<Row[]> {
  const fromFile = await withServer('postgres', (read) =>
    catchUp(bench, { read }, ['instances', 'search', 'late_entries', undefined]),
  )
  const fromServer = await withServers((servers) => catchUp(bench, servers, [undefined]))
  return [...fromFile, ...fromServer]
}

/** Two processes that serve requests beside one, and beside one that does all the work too. */
export async function twoRows(bench: Bench): Promise<Row[]> {
  const together = await cityBurst(bench, {})
  const one = await cityBurst(bench, { apis: 1 })
  const two = await cityBurst(bench, { apis: 2 })
  const row = (baseline: { name: string; figure: number }, asked: { atLeast?: number }) =>
    rowOf({
      name: 'HTTP commands, two api processes and a worker',
      unit: 'commands/s',
      figure: two.ours.perSecond,
      baseline,
      ...asked,
      counts: countsOf(two.ours),
    })
  const alone = one.ours.perSecond
  return [
    row({ name: 'one api process and a worker', figure: alone }, { atLeast: alone }),
    row({ name: 'all in one process', figure: together.ours.perSecond }, {}),
  ]
}

type Served = Burst & { lost: number; cpuUs: number; settledIn: number }
type City = { ours: Served; alone: number }

/** `cpuUsACommand` is the time of the main thread of the process that does the work. */
const countsOf = ({ commands, lost, p99, cpuUs, settledIn }: Served) => ({
  ...{ commands, lost, p99Ms: p99 },
  ...{ cpuUsACommand: cpuUs, settledMs: settledIn * 1000 },
})

/** A burst on empty servers; `alone` is what the store takes with nothing round it. */
function cityBurst(bench: Bench, how: { apis?: number }): Promise<City> {
  const { cityCases: cases, cityPhones: phones, connections: atOnce } = bench.sizes
  return withServers((servers) =>
    withHost(bench, { ...servers, ...how, phones }, async (host) => {
      const warmUp = Math.ceil(cases / 6)
      await burst(host, bench, { cases: warmUp })
      await host.server.call('settled')
      const idle = await host.server.call<number>('cpu')
      const found = await burst(host, bench, { cases })
      const cpuUs = (1e6 * ((await host.server.call<number>('cpu')) - idle)) / found.commands
      const settledIn = await host.server.call<number>('settled')
      const ours = { ...found, cpuUs, settledIn, lost: await lostOf(host, warmUp + cases, phones) }
      const client = openChild('append-process.ts')
      const given = { url: servers.events, atOnce, appends: cases }
      try {
        await client.call('ours', given)
        return { ours, alone: await client.call<number>('ours', given) }
      } finally {
        await client.end()
      }
    }),
  )
}

/** The named read models, or all, built again from a log of real cases. */
function catchUp(
  bench: Bench,
  servers: Pick<HostOptions, 'events' | 'read'>,
  names: readonly (string | undefined)[],
): Promise<Row[]> {
  const { catchUpEvents } = bench.sizes
  return withHost(bench, { ...servers, phones: 8 }, async ({ server, neighbourhood }) => {
    const cases = Math.min(SAMPLE_CASES, catchUpEvents)
    await server.call('inside', { neighbourhood, cases, atOnce: 64 })
    await server.call('lengthen', catchUpEvents)
    await server.call('settled')
    const { events, perSecond } = await server.call<Scan>('scan')
    const rows: Row[] = []
    for (const name of names) {
      const began = performance.now()
      await server.call('rebuild', name)
      rows.push(
        rowOf({
          name: `${name ?? 'all read models'} caught up in PostgreSQL, log ${
            servers.events === undefined ? 'in a file' : 'on a server'
          }`,
          unit: 'events/s',
          figure: events / ((performance.now() - began) / 1000),
          baseline: { name: 'log parsed', figure: perSecond },
          atLeast: 20_000,
          counts: { events },
        }),
      )
    }
    return rows
  })
}

const TURNS = 10
const SAMPLE_CASES = 200
/** The adapter adds 15 % at most. */
const ADAPTER_SHARE = 0.85
const CITY_SHARE = 1.5

const ascending = (a: number, b: number): number => a - b

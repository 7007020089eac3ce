// What is done with a log: the Beijing day that makes it, its read models built again, a case as
// of a moment, and what a long log costs an append and a start.

import { openChild } from './child-call.ts'
import { bareBurst, missing } from './command-rows.ts'
import type { Day } from './day-load.ts'
import { type Bench, withBare, withFolder, withHost } from './host.ts'
import type { Scan } from './log-scan.ts'
import { quantile, type Row, rowOf } from './row.ts'

/** Commands that people give for a case of the day. */
const COMMANDS = 6

/** The Beijing day, the memory after it, and its read models built again. */
export async function dayRows(bench: Bench): Promise<Row[]> {
  const { sizes } = bench
  const cases = sizes.dayCases
  const bare = await bareBurst(bench, {})
  return withHost(bench, {}, async ({ server, load, ports: [port], neighbourhood }) => {
    const empty = await server.call<number>('memory')
    const after = await server.call<number>('head')
    const { connections } = sizes
    const day = await load.call<Day>('day', { port, neighbourhood, connections, cases, after })
    const lag = await server.call<number>('settled')
    const memory = await server.call<number>('memory')
    const scan = await server.call<Scan>('scan')
    const lost = missing(scan.types, typesOf(cases, sizes.phones))
    const began = performance.now()
    await server.call('rebuild')
    const rebuilt = scan.events / ((performance.now() - began) / 1000)
    const counts = { cases, commands: day.commands, events: scan.events, lost, lagS: lag }
    const asked = <Limits>(limits: Limits) => (sizes.scale === 1 ? limits : {})
    return [
      rowOf({
        name: `a Beijing day of ${cases} cases, until all has caught up`,
        unit: 's',
        figure: day.seconds + lag,
        baseline: { name: 'bare posts', figure: (cases * COMMANDS) / bare.perSecond },
        lower: true,
        ...asked({ atLeast: 100, aim: 60 }),
        counts,
      }),
      rowOf({
        name: 'memory after it',
        unit: 'MB',
        figure: memory,
        baseline: { name: 'before it', figure: empty },
        lower: true,
        atLeast: 500,
        aim: 300,
        counts,
      }),
      rowOf({
        name: 'all read models built again',
        unit: 'events/s',
        figure: rebuilt,
        baseline: { name: 'log parsed', figure: scan.perSecond },
        atLeast: 25_000,
        aim: 60_000,
        counts: { events: scan.events },
      }),
    ]
  })
}

const typesOf = (cases: number, phones: number): Record<string, number> => ({
  'appeal.reported': cases + phones,
  'appeal.verified': cases,
  'appeal.referred': cases,
  'appeal.referralAnswered': cases,
  'appeal.followedUp': cases,
  'referral.dispatched': cases,
  'referral.accepted': cases,
  'referral.answered': cases,
  'referral.concluded': cases,
})

/** A case of 100 events as of each of its revisions, through HTTP. */
export function caseRows(bench: Bench): Promise<Row[]> {
  const { sizes } = bench
  return withHost(bench, {}, async ({ server, load, ports: [port], neighbourhood }) => {
    const id = await server.call<string>('longCase', { neighbourhood, events: CASE_EVENTS })
    const read = (paths: string[], reads: number) => {
      const token = neighbourhood.tokens.coordinator
      return load.call<number>('reads', { port, token, paths, reads })
    }
    const whole = [`/api/appeal/${id}?revision=${CASE_EVENTS - 1}`]
    const session = ['/api/session']
    await read([...whole, ...session], sizes.reads)
    return [
      rowOf({
        name: `a case of ${CASE_EVENTS} events as of a revision, median`,
        unit: 'ms',
        figure: await read(whole, sizes.reads),
        baseline: { name: 'the session', figure: await read(session, sizes.reads) },
        lower: true,
        atLeast: 2,
        aim: 1,
        counts: { reads: sizes.reads },
      }),
    ]
  })
}

const CASE_EVENTS = 100

/** A start on a long log, from the start of the process to the first ready answer. */
export function startRows(bench: Bench): Promise<Row[]> {
  const { sizes } = bench
  return withHost(bench, {}, async (host) => {
    const { folder, server } = host
    await server.call('inside', { neighbourhood: host.neighbourhood, cases: 200, atOnce: 64 })
    await server.call('lengthen', sizes.startEvents)
    await server.call('settled')
    const { events } = await server.call<Scan>('scan')
    await server.end()
    const long = await startOf(folder)
    const short = await withFolder(startOf)
    return [
      rowOf({
        name: `start with ${events} events in the log`,
        unit: 's',
        figure: long,
        baseline: { name: 'a first start', figure: short },
        lower: true,
        atLeast: 2,
        aim: 1,
        counts: { events },
      }),
    ]
  })
}

/** Seconds from the start of a process until it listens. */
async function startOf(folder: string): Promise<number> {
  const began = performance.now()
  const server = openChild('host-process.ts')
  try {
    await server.call('open', { folder })
    return (performance.now() - began) / 1000
  } finally {
    await server.end()
  }
}

/** Appends to a log of millions of events, against an empty one, in turns. */
export async function appendRows(bench: Bench): Promise<Row[]> {
  const { appends, connections, longEvents } = bench.sizes
  const given = { events: Math.ceil(appends / TURNS), atOnce: connections }
  return withBare({}, ({ server: short }) =>
    withBare({}, async ({ server: long }) => {
      await short.call('appends', given)
      await long.call('appends', { events: longEvents, atOnce: FILLING_AT_ONCE })
      const { events } = await long.call<Scan>('scan')
      const onto = { short: [] as number[], long: [] as number[] }
      // What else the machine does then weighs on both alike.
      for (let turn = 0; turn < TURNS; turn += 1) {
        onto.short.push(1e6 / (await short.call<number>('appends', given)))
        onto.long.push(1e6 / (await long.call<number>('appends', given)))
      }
      const empty = quantile(onto.short.sort(ascending), 0.5)
      return [
        rowOf({
          name: `an append with ${events} events in the log`,
          unit: 'µs',
          figure: quantile(onto.long.sort(ascending), 0.5),
          baseline: { name: 'empty log', figure: empty },
          lower: true,
          atLeast: 1.3 * empty,
          aim: empty,
          counts: { events },
        }),
      ]
    }),
  )
}

const TURNS = 10
const FILLING_AT_ONCE = 256

const ascending = (a: number, b: number): number => a - b

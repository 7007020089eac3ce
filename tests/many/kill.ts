// Two api and two worker under load, one of each killed every five seconds:
// `node tests/many/kill.ts --minutes 2`. Prints one line of JSON with what became of it.
import { setTimeout as rest } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Office } from './office.ts'
import { end, foundTown, kill, type Running } from './processes.ts'

const LANES = 16
const RESIDENTS = 200
const EVERY_MS = 5_000
const EACH = 2

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '2' } } })
const untilMs = performance.now() + Number(values.minutes) * 60_000

const town = await foundTown(RESIDENTS)
const { community, neighbourhood, start } = town
const running: Running[] = await Promise.all(
  (['api', 'worker'] as const).flatMap((service) =>
    Array.from({ length: EACH }, () => start(service)),
  ),
)
const apis = () => running.filter(({ service }) => service === 'api').map(({ url }) => url)
const office = new Office(apis, neighbourhood)
let cases = 0
let kills = 0
let repeated = 0

await Promise.all([killing(), ...Array.from({ length: LANES }, (_, lane) => playing(lane))])
repeated += await repeatedBy(running)
await settled()
const stored = await log()
const lost = office.acknowledged.filter(
  ({ stream, revision }) => (stored.get(stream) ?? -1) < revision,
)
const doubles = await doubleOutcomes()
const report = {
  cases,
  kills,
  acknowledged: office.acknowledged.length,
  lost: lost.length,
  deliveredAgain: repeated,
  doubleOutcomes: doubles,
  longestPauseMs: Math.round(office.longestMs),
}
await Promise.all(running.map((one) => end(one)))
await town.close()
process.stdout.write(`${JSON.stringify(report)}\n`)
process.exit(lost.length === 0 && doubles === 0 ? 0 : 1)

async function playing(lane: number): Promise<void> {
  for (let number = 0; performance.now() < untilMs; number += 1) {
    await office.playCase((lane * 31 + number) % RESIDENTS)
    cases += 1
  }
}

/** The oldest of each kind is killed and another started; the last one is left alone. */
async function killing(): Promise<void> {
  const starting: Promise<unknown>[] = []
  while (performance.now() + EVERY_MS < untilMs) {
    await rest(EVERY_MS)
    for (const service of ['api', 'worker'] as const) {
      const [oldest, other] = running.filter((one) => one.service === service)
      if (oldest === undefined || other === undefined) continue
      running.splice(running.indexOf(oldest), 1)
      repeated += await repeatedBy([oldest])
      await kill(oldest)
      kills += 1
      starting.push(start(service).then((one) => running.push(one)))
    }
  }
  await Promise.all(starting)
}

/** Commands of effects that were given again and had been taken before, as their workers count. */
async function repeatedBy(some: readonly Running[]): Promise<number> {
  let count = 0
  for (const { service, url } of some) {
    if (service !== 'worker') continue
    const text = await (await fetch(`${url}/metrics`)).text()
    for (const [, value] of text.matchAll(
      /^linli_commands_total\{.*outcome="repeated".*\} (\d+)$/gm,
    )) {
      count += Number(value)
    }
  }
  return count
}

async function settled(): Promise<void> {
  for (let head = -1; head !== (await community.store.head()); ) {
    head = await community.store.head()
    await community.read.waitFor(head, 30_000)
    await rest(1_000)
  }
}

/** The newest revision of every stream. */
async function log(): Promise<Map<string, number>> {
  const newest = new Map<string, number>()
  for (let after = 0; ; ) {
    const page = await community.store.readAll({ after, limit: 1_000 })
    for (const { stream, revision } of page.events) newest.set(stream, revision)
    if (page.through === after) return newest
    after = page.through
  }
}

/** By the id of the effect that caused it: an outcome beyond the first. */
async function doubleOutcomes(): Promise<number> {
  const seen = new Map<string, number>()
  for (let after = 0; ; ) {
    const filter = { types: ['referral.dispatched', 'appeal.referralAnswered'] }
    const page = await community.store.readAll({ after, filter, limit: 1_000 })
    for (const { text } of page.events) {
      const { cause, type } = JSON.parse(text) as { cause?: string; type: string }
      const name = `${type} ${cause}`
      seen.set(name, (seen.get(name) ?? 0) + 1)
    }
    if (page.through === after) break
    after = page.through
  }
  return [...seen.values()].filter((count) => count > 1).length
}

// The process that makes a year of cases and is asked for lists and figures of it: the engine's
// queries in process, and the same through HTTP. Runs as a child.
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { instanceProjection } from '@linli/engine'
import { openRunner } from '@linli/projections'
import { buildServer, type Community, openCommunity } from '@linli/runtime'
import { sqliteDialect } from '@linli/sql'
import { workflows } from '@linli/workflows'
import { Kysely } from 'kysely'
import { type CasePattern, playPatterns } from './case-pattern.ts'
import { CaseYear, YEAR_MS } from './case-year.ts'
import { answerCalls } from './child-call.ts'
import { type AskScene, askOf, QUESTIONS, type ReadDb } from './list-asks.ts'
import { give, makeNeighbourhood } from './neighbourhood.ts'
import { quantile } from './row.ts'

/** So many cases in a year, so many of them open at any moment. */
export type FillGiven = { folder: string; cases: number; open: number }

/** What was made. `openNow`: cases that have not ended; `port` and `token` are for HTTP. */
export type Filled = {
  events: number
  cases: number
  openNow: number
  seconds: number
  port: number
  token: string
}

/** The n-th asks of a question, from the first on. */
export type AskGiven = { question: string; isPast: boolean; asks: number }

/** Medians, ms. `found`: rows of all asks together. */
export type Asked = { medianMs: number; bareMs: number; found: number }

type Open = { db: ReadDb; bare: DatabaseSync; scene: AskScene; close: () => Promise<void> }

let opened: Open | undefined
let seen: { sql: string; parameters: readonly unknown[] }[] | undefined

function theYear(): Open {
  if (opened === undefined) throw new Error('no year was made')
  return opened
}

/** Makes the neighbourhood and its year, and listens. */
async function fill({ folder, cases, open }: FillGiven): Promise<Filled> {
  const onFault = (what: string, fault: unknown) => console.error(what, fault)
  const community = await openCommunity({ folder, city: 'beijing', onFault })
  const { place, unit, tokens } = await makeNeighbourhood(community, 1)
  const { paths, communities } = await makePlaces(community, place)
  const units = [unit, ...(await makeUnits(community))]
  await community.settled()
  const until = Date.now()
  const played = { path: paths[0] ?? [], units: [units[0] ?? '', units[1] ?? ''] as const }
  const from = until - 3 * YEAR_MS
  const patterns: CasePattern[] = await playPatterns(community, played, from)
  const file = join(folder, 'year.db')
  const given = { patterns, played, paths, units, categories: CATEGORIES, cases, open, until }
  const year = new CaseYear(given)
  const seconds = await read(year, { file, keptInstances: KEPT + 8 * open })
  const log = (event: { query: { sql: string; parameters: readonly unknown[] } }) => {
    seen?.push(event.query)
  }
  const db = new Kysely<unknown>({
    dialect: sqliteDialect(file, { readOnly: true, pragmas: CACHE }),
    log,
  })
  const bare = new DatabaseSync(file, { readOnly: true })
  const app = await buildServer({ ...community, read: { ...community.read, db } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const close = async () => {
    await app.close()
    await db.destroy()
    bare.close()
    await community.close()
  }
  opened = { db, bare, scene: { units, communities, until }, close }
  const count = `SELECT count(*) AS n FROM instances WHERE "workflow" = 'appeal' AND "ended" = 0`
  const openNow = Number(bare.prepare(count).get()?.n)
  // A server that listens on a port has this form of address.
  const { port } = app.server.address() as AddressInfo
  const { events, cases: begun } = year
  return { events, cases: begun, openNow, seconds, port, token: tokens.coordinator }
}

/** The read model of instances, caught up with the year; the seconds it took. */
async function read(reader: CaseYear, how: { file: string; keptInstances: number }) {
  const { file, keptInstances } = how
  const projections = [instanceProjection({ workflows, keptInstances })]
  const began = performance.now()
  const runner = await openRunner({ file, reader, projections })
  await runner.advance()
  await runner.close()
  const checked = new DatabaseSync(file)
  const faults = checked.prepare('SELECT count(*) AS n, min("message") AS m FROM instance_faults')
  const { n, m } = faults.get() ?? {}
  checked.close()
  if (n !== 0) throw new Error(`${n} cases of the year do not fold: ${m}`)
  return (performance.now() - began) / 1000
}

/** More than are ever open at one time, referrals among them. */
const KEPT = 1_000
/** As a served community reads them. */
const CACHE = { cache_size: -32 * 1024 }
const COMMUNITIES = 10
const ESTATES = 4
const BUILDINGS = 5
const UNITS = 59
const CATEGORIES = [
  'property.upkeep.lighting',
  'heating.indoor.cold',
  'heating.indoor.uneven',
] as const

async function makePlaces(community: Community, first: string) {
  const place = async (kind: string, n: number, parent?: string) => {
    const data = { kind, name: `${n + 1}`, ...(parent === undefined ? {} : { parent }) }
    return (await give(community, { workflow: 'place', command: 'register', data })).instance
  }
  const communities = [first]
  while (communities.length < COMMUNITIES) {
    communities.push(await place('community', communities.length))
  }
  const paths: string[][] = []
  for (const root of communities) {
    for (let e = 0; e < ESTATES; e += 1) {
      const estate = await place('estate', e, root)
      for (let b = 0; b < BUILDINGS; b += 1) {
        paths.push([root, estate, await place('building', b, estate)])
      }
    }
  }
  return { paths, communities }
}

async function makeUnits(community: Community): Promise<string[]> {
  const units: string[] = []
  while (units.length < UNITS) {
    const data = { kind: 'property', name: `${units.length + 2}`, handles: [] }
    const asked = { workflow: 'organisation', command: 'register', data }
    units.push((await give(community, asked)).instance)
  }
  return units
}

function questionOf(name: string) {
  const found = QUESTIONS.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no question ${name}`)
  return found
}

/** Asks a question by the engine and by the bare statement, in turns. */
async function ask({ question: name, isPast, asks }: AskGiven): Promise<Asked> {
  const { db, bare, scene } = theYear()
  const question = questionOf(name)
  const times: number[] = []
  const bareTimes: number[] = []
  let found = 0
  for (let n = -WARM_UP; n < asks; n += 1) {
    const one = askOf(scene, Math.abs(n), isPast)
    const began = performance.now()
    found += await question.ask(db, one)
    const between = performance.now()
    const { sql, values } = question.bare(one)
    bare.prepare(sql).all(...values)
    if (n < 0) continue
    times.push(between - began)
    bareTimes.push(performance.now() - between)
  }
  return { medianMs: medianOf(times), bareMs: medianOf(bareTimes), found }
}

const WARM_UP = 3
const medianOf = (times: number[]): number =>
  quantile(
    times.sort((a, b) => a - b),
    0.5,
  )

/** The paths by which HTTP is asked the same. */
function paths({ question, isPast, asks }: AskGiven): string[] {
  const { scene } = theYear()
  const asked = questionOf(question)
  return Array.from({ length: asks }, (_, n) => asked.path(askOf(scene, n, isPast)))
}

/** How SQLite answers each statement of a question. */
async function plan({ question, isPast }: Omit<AskGiven, 'asks'>): Promise<string[]> {
  const { db, bare, scene } = theYear()
  seen = []
  await questionOf(question).ask(db, askOf(scene, 1, isPast))
  const statements = seen
  seen = undefined
  return statements.flatMap(({ sql, parameters }) => {
    // Only texts and numbers are given to these queries.
    const values = parameters as (string | number)[]
    const steps = bare.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values)
    return steps.map(({ detail }) => String(detail))
  })
}

answerCalls({ fill, ask, paths, plan }, async () => opened?.close())

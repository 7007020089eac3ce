// The questions that the bench asks of a year of cases, each with parameters that differ from ask
// to ask, and what the same file answers to a bare statement over its indexes.
import {
  countInstances,
  type InstancesAsked,
  listInstances,
  RATE_NAMES,
  rates,
} from '@linli/engine'

/** A connection to read models, as the engine's queries take it. */
export type ReadDb = Parameters<typeof listInstances>[0]

/** What a year was made of, and its end (epoch ms). */
export type AskScene = { units: readonly string[]; communities: readonly string[]; until: number }

/** The n-th ask: of a unit, of a month, as of a day. */
export type Ask = { unit: string; community: string; at?: number; now: number; month: Month }
type Month = { startedFrom: number; startedTo: number }

/** A question: what it may take (ms), how it is asked, by HTTP too, and the bare statement. */
export type Question = {
  name: string
  atMost: number
  ask: (db: ReadDb, ask: Ask) => Promise<number>
  path: (ask: Ask) => string
  bare: (ask: Ask) => { sql: string; values: (string | number)[] }
}

const DAY_MS = 86_400_000
const MONTH_MS = 30 * DAY_MS
const DAYS = 300

/** The n-th ask, of now or as of a day of the year. */
export function askOf({ units, communities, until }: AskScene, n: number, isPast: boolean): Ask {
  const day = until - (30 + ((n * 37) % DAYS)) * DAY_MS
  const unit = units[(n * 7) % units.length] ?? ''
  const community = communities[n % communities.length] ?? ''
  const end = isPast ? day : until - ((n * 11) % DAYS) * DAY_MS
  const month = { startedFrom: end - MONTH_MS, startedTo: end }
  return { unit, community, now: until, month, ...(isPast ? { at: day } : {}) }
}

const PAGE = 50

const base = ({ at, now }: Ask): Pick<InstancesAsked, 'scope' | 'asOf' | 'now'> => ({
  scope: [{ all: true }],
  now,
  ...(at === undefined ? {} : { asOf: { at } }),
})

const open = { workflow: 'appeal', ended: false } as const
const byDue = { sort: 'dueAt', limit: PAGE } as const

/** The questions of issue 5, "Speed and memory". */
export const QUESTIONS: readonly Question[] = [
  {
    name: 'first page: a unit, open, by due time',
    atMost: 20,
    ask: async (db, ask) => {
      const filter = { ...open, unit: ask.unit }
      return (await listInstances(db, { ...base(ask), ...byDue, filter })).rows.length
    },
    path: (ask) => `/api/appeal?ended=0&sort=dueAt&unit=${ask.unit}${momentOf(ask)}`,
    bare: (ask) => bareList(ask, ask.unit),
  },
  {
    name: 'first page: all open, by due time',
    atMost: 20,
    ask: async (db, ask) =>
      (await listInstances(db, { ...base(ask), ...byDue, filter: open })).rows.length,
    path: (ask) => `/api/appeal?ended=0&sort=dueAt${momentOf(ask)}`,
    bare: (ask) => bareList(ask),
  },
  ...(['unit', 'state'] as const).map(
    (by): Question => ({
      name: `counts of the open by ${by}`,
      atMost: 60,
      ask: async (db, ask) => (await countInstances(db, { ...base(ask), filter: open, by })).length,
      path: (ask) => `/api/counts?workflow=appeal&ended=0&by=${by}${momentOf(ask)}`,
      bare: (ask) => bareCount(ask, by === 'unit' ? 'units' : 'state'),
    }),
  ),
  {
    name: 'rates of a month',
    atMost: 200,
    ask: async (db, ask) => {
      const filter = { workflow: 'appeal', ...ask.month }
      return (await rates(db, { ...base(ask), filter, names: RATE_NAMES })).length
    },
    path: (ask) =>
      `/api/rates?from=${iso(ask.month.startedFrom)}&to=${iso(ask.month.startedTo)}${momentOf(ask)}`,
    bare: ({ month }) => ({
      sql: `SELECT count(*), sum("closedAt" IS NOT NULL), sum("counted" & 1), sum("met" & 1)
        FROM instances WHERE "workflow" = 'appeal' AND "startedAt" >= ? AND "startedAt" < ?`,
      values: [month.startedFrom, month.startedTo],
    }),
  },
]

const iso = (at: number): string => new Date(at).toISOString()
const momentOf = ({ at }: Ask): string => (at === undefined ? '' : `&at=${iso(at)}`)

/** Of a past day: how many rows of the past hold, by the index on when they begin. */
function bareList(ask: Ask, unit?: string) {
  if (ask.at !== undefined) return held(ask.at)
  const ofUnit = unit === undefined ? '' : `AND instr("units", ?) > 0`
  return {
    sql: `SELECT "id", "state", "dueAt" FROM instances WHERE "workflow" = 'appeal' AND "ended" = 0
      ${ofUnit} ORDER BY "dueAt" LIMIT ${PAGE + 1}`,
    values: unit === undefined ? [] : [`/${unit}/`],
  }
}

const bareCount = (ask: Ask, column: string) =>
  ask.at === undefined
    ? {
        sql: `SELECT "${column}", count(*) FROM instances
          WHERE "workflow" = 'appeal' AND "ended" = 0 GROUP BY 1`,
        values: [],
      }
    : held(ask.at)

const SPANS = `(VALUES ${Array.from({ length: 54 }, (_, n) => `(${n}, ${2 ** n})`).join(', ')})`

const held = (at: number) => ({
  sql: `SELECT count(*) FROM ${SPANS} s CROSS JOIN instance_intervals p
    WHERE p."atSpan" = s.column1 AND p."fromAt" > ? - s.column2 AND p."fromAt" <= ?
      AND p."toAt" > ?`,
  values: [at, at, at],
})

// Rates with the figures they are made of: what is counted, what of it was met, and what is left
// out. Each figure comes with the filter that lists its cases. What a rate counts is in
// rate-definition.ts.
import { type Kysely, sql } from 'kysely'
import { idsIn } from './instance-columns.ts'
import type { InstanceFilter } from './instance-filter.ts'
import { dueByOf, type InstancesAsked, rowsOf } from './instance-source.ts'
import { rateParts } from './rate-definition.ts'

/** Local periods of the begin, by their months. */
const PERIODS = { month: 1, quarter: 3, year: 12 } as const
type PeriodName = keyof typeof PERIODS

/** What a rate is split by. `place` gives each level. */
export type RateBy = 'unit' | 'place' | 'category' | 'channel' | PeriodName

/** A rate's question. `timeZone` (IANA) is for periods. */
export type RatesAsked = InstancesAsked & {
  names: readonly string[]
  by?: RateBy
  timeZone?: string
}

/** Links to the cases behind a rate. */
export type RateLinks = {
  numerator: InstanceFilter
  denominator: InstanceFilter
  leftOut: InstanceFilter
}

/** One rate; `key` is the group it stands for. A denominator of 0 has no rate. */
export type Rate = {
  name: string
  key?: string
  numerator: number
  denominator: number
  leftOut: number
  filters: RateLinks
}

/** Rates asked for at one time, and periods they are split into. */
export const RATES_LIMIT = 20
const PERIODS_MAX = 240
const DEFAULT_ZONE = 'Asia/Shanghai'

/** The rates by name, for each group the largest denominator first (periods in order). */
export async function rates(db: Kysely<unknown>, asked: RatesAsked): Promise<Rate[]> {
  const names = asked.names.slice(0, RATES_LIMIT)
  if (names.length === 0) return []
  const { by } = asked
  const periods = isPeriod(by) ? await periodsOf(db, asked, by) : []
  const sums = names.flatMap((name) => {
    const { counted, met } = rateParts(name, dueByOf(asked))
    return [
      sql`count(CASE WHEN ${counted} THEN 1 END)`,
      sql`count(CASE WHEN ${counted} AND ${met} THEN 1 END)`,
    ]
  })
  const figures = sql.join(sums.map((sum, n) => sql`${sum} AS ${sql.ref(`f${n}`)}`))
  const { rows } = await sql<Record<string, string | number | null>>`
    SELECT ${groupOf(by, periods)} AS "key", count(*) AS "n", ${figures}
    FROM ${rowsOf(db, asked)} GROUP BY 1`.execute(db)
  const groups = new Map<string | undefined, number[]>()
  for (const row of rows) {
    const figures = [Number(row.n), ...sums.map((_, n) => Number(row[`f${n}`]))]
    for (const key of keysOf(row.key ?? null, by)) {
      const known = groups.get(key) ?? figures.map(() => 0)
      groups.set(
        key,
        known.map((sum, n) => sum + (figures[n] ?? 0)),
      )
    }
  }
  if (by === undefined && groups.size === 0) groups.set(undefined, [0])
  return ordered([...groups], periods).flatMap(([key, [total = 0, ...sums]]) =>
    names.map((name, n): Rate => {
      const denominator = sums[2 * n] ?? 0
      return {
        name,
        ...(key === undefined ? {} : { key: labelOf(key, periods) }),
        numerator: sums[2 * n + 1] ?? 0,
        denominator,
        leftOut: total - denominator,
        filters: linksOf(name, groupFilter(asked, key, periods)),
      }
    }),
  )
}

type Period = { label: string; from: number; to: number }

const isPeriod = (by: RateBy | undefined): by is PeriodName => by !== undefined && by in PERIODS
type Group = [key: string | undefined, figures: number[]]

const COLUMNS = {
  unit: 'leadUnit',
  place: 'place',
  category: 'category',
  channel: 'channel',
} as const

function groupOf(by: RateBy | undefined, periods: readonly Period[]) {
  if (by === undefined) return sql`NULL`
  if (!isPeriod(by)) return sql.ref(COLUMNS[by])
  if (periods.length === 0) return sql`NULL`
  const arms = periods.map(({ to }, n) => sql`WHEN "startedAt" < ${to} THEN ${sql.lit(n)}`)
  return sql`CASE ${sql.join(arms, sql` `)} END`
}

function keysOf(key: string | number | null, by: RateBy | undefined): (string | undefined)[] {
  if (key === null || key === '') return [undefined]
  return by === 'place' ? idsIn(String(key)) : [String(key)]
}

function ordered(groups: Group[], periods: readonly Period[]): Group[] {
  if (periods.length > 0) return groups.sort(([a], [b]) => Number(a) - Number(b))
  return groups.sort(([, [a = 0]], [, [b = 0]]) => b - a)
}

const labelOf = (key: string, periods: readonly Period[]): string =>
  periods.length === 0 ? key : (periods[Number(key)]?.label ?? key)

function groupFilter(
  { filter = {}, by }: RatesAsked,
  key: string | undefined,
  periods: readonly Period[],
): InstanceFilter {
  if (key === undefined || by === undefined) return filter
  if (by === 'unit') return { ...filter, leadUnit: key }
  if (!isPeriod(by)) return { ...filter, [by]: key }
  const period = periods[Number(key)]
  if (period === undefined) return filter
  return {
    ...filter,
    startedFrom: Math.max(period.from, filter.startedFrom ?? period.from),
    startedTo: Math.min(period.to, filter.startedTo ?? period.to),
  }
}

const linksOf = (name: string, filter: InstanceFilter): RateLinks => ({
  numerator: { ...filter, measure: { name, met: true } },
  denominator: { ...filter, measure: { name } },
  leftOut: { ...filter, measure: { name, leftOut: true } },
})

/** The local periods from the first begin to the last; the newest of them when they are many. */
async function periodsOf(
  db: Kysely<unknown>,
  asked: RatesAsked,
  by: PeriodName,
): Promise<Period[]> {
  const { rows } = await sql<{ first: number | null; last: number | null }>`
    SELECT min("startedAt") AS "first", max("startedAt") AS "last" FROM ${rowsOf(db, asked)}`.execute(
    db,
  )
  const [{ first, last } = { first: null, last: null }] = rows
  if (first === null || last === null) return []
  const zone = asked.timeZone ?? DEFAULT_ZONE
  const months = PERIODS[by]
  const beginIn = (at: number) => {
    const date = Temporal.Instant.fromEpochMilliseconds(at)
      .toZonedDateTimeISO(zone)
      .toPlainDate()
      .with({ day: 1 })
    return date.subtract({ months: (date.month - 1) % months })
  }
  const begin = (date: Temporal.PlainDate) => date.toZonedDateTime(zone).epochMilliseconds
  const periods: Period[] = []
  const oldest = beginIn(last).subtract({ months: (PERIODS_MAX - 1) * months })
  let date = beginIn(first)
  if (Temporal.PlainDate.compare(date, oldest) < 0) date = oldest
  while (begin(date) <= last && periods.length < PERIODS_MAX) {
    const after = date.add({ months })
    periods.push({ label: LABELS[by](date), from: begin(date), to: begin(after) })
    date = after
  }
  return periods
}

const LABELS: Readonly<Record<PeriodName, (date: Temporal.PlainDate) => string>> = {
  month: (date) => date.toString().slice(0, 7),
  quarter: ({ year, month }) => `${year}-Q${Math.ceil(month / 3)}`,
  year: ({ year }) => String(year),
}

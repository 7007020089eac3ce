// Rates with the figures they are made of: what is counted, what of it was met, and what is left
// out. Each figure comes with the filter that lists its cases. What a rate counts is in
// rate-definition.ts.
import { type Kysely, sql } from 'kysely'
import { idsIn } from './instance-columns.ts'
import type { InstanceFilter } from './instance-filter.ts'
import { dueByOf, type InstancesAsked, rowsOf } from './instance-source.ts'
import { rateParts } from './rate-definition.ts'

/** What a rate is split by. `place` gives each level; `month` is the local month of the begin. */
export type RateBy = 'unit' | 'place' | 'category' | 'month'

/** A rate's question. `timeZone` (IANA) is for months. */
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

/** Rates asked for at one time, and months they are split into. */
export const RATES_LIMIT = 20
const MONTHS = 240
const DEFAULT_ZONE = 'Asia/Shanghai'

/** The rates by name, for each group the largest denominator first (months in order). */
export async function rates(db: Kysely<unknown>, asked: RatesAsked): Promise<Rate[]> {
  const names = asked.names.slice(0, RATES_LIMIT)
  if (names.length === 0) return []
  const months = asked.by === 'month' ? await monthsOf(db, asked) : []
  const sums = names.flatMap((name) => {
    const { counted, met } = rateParts(name, dueByOf(asked))
    return [
      sql`count(CASE WHEN ${counted} THEN 1 END)`,
      sql`count(CASE WHEN ${counted} AND ${met} THEN 1 END)`,
    ]
  })
  const figures = sql.join(sums.map((sum, n) => sql`${sum} AS ${sql.ref(`f${n}`)}`))
  const { rows } = await sql<Record<string, string | number | null>>`
    SELECT ${groupOf(asked.by, months)} AS "key", count(*) AS "n", ${figures}
    FROM ${rowsOf(db, asked)} GROUP BY 1`.execute(db)
  const groups = new Map<string | undefined, number[]>()
  for (const row of rows) {
    const figures = [Number(row.n), ...sums.map((_, n) => Number(row[`f${n}`]))]
    for (const key of keysOf(row.key ?? null, asked.by)) {
      const known = groups.get(key) ?? figures.map(() => 0)
      groups.set(
        key,
        known.map((sum, n) => sum + (figures[n] ?? 0)),
      )
    }
  }
  if (asked.by === undefined && groups.size === 0) groups.set(undefined, [0])
  return ordered([...groups], months).flatMap(([key, [total = 0, ...sums]]) =>
    names.map((name, n): Rate => {
      const denominator = sums[2 * n] ?? 0
      return {
        name,
        ...(key === undefined ? {} : { key: labelOf(key, months) }),
        numerator: sums[2 * n + 1] ?? 0,
        denominator,
        leftOut: total - denominator,
        filters: linksOf(name, groupFilter(asked, key, months)),
      }
    }),
  )
}

type Month = { label: string; from: number; to: number }
type Group = [key: string | undefined, figures: number[]]

const COLUMNS = { unit: 'leadUnit', place: 'place', category: 'category' } as const

function groupOf(by: RateBy | undefined, months: readonly Month[]) {
  if (by === undefined) return sql`NULL`
  if (by !== 'month') return sql.ref(COLUMNS[by])
  if (months.length === 0) return sql`NULL`
  const arms = months.map(({ to }, n) => sql`WHEN "startedAt" < ${to} THEN ${sql.lit(n)}`)
  return sql`CASE ${sql.join(arms, sql` `)} END`
}

function keysOf(key: string | number | null, by: RateBy | undefined): (string | undefined)[] {
  if (key === null || key === '') return [undefined]
  return by === 'place' ? idsIn(String(key)) : [String(key)]
}

function ordered(groups: Group[], months: readonly Month[]): Group[] {
  if (months.length > 0) return groups.sort(([a], [b]) => Number(a) - Number(b))
  return groups.sort(([, [a = 0]], [, [b = 0]]) => b - a)
}

const labelOf = (key: string, months: readonly Month[]): string =>
  months.length === 0 ? key : (months[Number(key)]?.label ?? key)

function groupFilter(
  { filter = {}, by }: RatesAsked,
  key: string | undefined,
  months: readonly Month[],
): InstanceFilter {
  if (key === undefined || by === undefined) return filter
  if (by === 'unit') return { ...filter, leadUnit: key }
  if (by !== 'month') return { ...filter, [by]: key }
  const month = months[Number(key)]
  if (month === undefined) return filter
  return {
    ...filter,
    startedFrom: Math.max(month.from, filter.startedFrom ?? month.from),
    startedTo: Math.min(month.to, filter.startedTo ?? month.to),
  }
}

const linksOf = (name: string, filter: InstanceFilter): RateLinks => ({
  numerator: { ...filter, measure: { name, met: true } },
  denominator: { ...filter, measure: { name } },
  leftOut: { ...filter, measure: { name, leftOut: true } },
})

/** The local months from the first begin to the last; the newest of them when they are many. */
async function monthsOf(db: Kysely<unknown>, asked: RatesAsked): Promise<Month[]> {
  const { rows } = await sql<{ first: number | null; last: number | null }>`
    SELECT min("startedAt") AS "first", max("startedAt") AS "last" FROM ${rowsOf(db, asked)}`.execute(
    db,
  )
  const [{ first, last } = { first: null, last: null }] = rows
  if (first === null || last === null) return []
  const zone = asked.timeZone ?? DEFAULT_ZONE
  const monthIn = (at: number) =>
    Temporal.Instant.fromEpochMilliseconds(at)
      .toZonedDateTimeISO(zone)
      .toPlainDate()
      .with({ day: 1 })
  const begin = (date: Temporal.PlainDate) => date.toZonedDateTime(zone).epochMilliseconds
  const months: Month[] = []
  const oldest = monthIn(last).subtract({ months: MONTHS - 1 })
  let month = monthIn(first)
  if (Temporal.PlainDate.compare(month, oldest) < 0) month = oldest
  while (begin(month) <= last && months.length < MONTHS) {
    const after = month.add({ months: 1 })
    months.push({ label: month.toString().slice(0, 7), from: begin(month), to: begin(after) })
    month = after
  }
  return months
}

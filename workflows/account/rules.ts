// The rules of accounts that differ from city to city: shapes, and what the figures come to. The
// figures stand in the policies; where a city is silent, nothing is made up for it. Pure.
import { type Policy, ruleValue, sourced } from '@linli/workflow'
import { z } from 'zod'
import type { Currency } from './account-id.ts'

const Months = z.int().min(1).max(240)

/** The rules of a policy. */
export const AccountRules = z.strictObject({
  /** Points for each kind of activity; one that is not named earns none. */
  pointsByActivity: sourced(z.record(z.string().max(40), z.int().min(0).max(1_000))),
  /** The most minutes that one activity counts. */
  activityMaximumMinutes: sourced(z.int().positive()),
  /** So many minutes of service buy so many minutes of class. */
  exchange: sourced(
    z.strictObject({ serviceMinutes: z.int().min(1), classMinutes: z.int().min(1) }),
  ),
  exchangesPerQuarter: sourced(z.int().min(1)),
  /** What is not spent so many months after the month in which it was earned is lost. */
  expiryMonths: sourced(z.strictObject({ points: Months.optional(), minutes: Months.optional() })),
})
export type AccountRules = z.infer<typeof AccountRules>
type Ruled = Policy<AccountRules>

/** How much an activity earns in a currency. */
export function earnedBy(
  { rules }: Ruled,
  currency: Currency,
  did: { activity: string; minutes: number },
): number {
  if (currency === 'points') return ruleValue(rules.pointsByActivity)?.[did.activity] ?? 0
  return Math.min(did.minutes, ruleValue(rules.activityMaximumMinutes) ?? did.minutes)
}

/** What a number of classes costs and gives; undefined where the city has no such exchange. */
export function exchangeFor(
  { rules }: Ruled,
  classes: number,
): { serviceMinutes: number; classMinutes: number } | undefined {
  const rate = ruleValue(rules.exchange)
  if (rate === undefined) return undefined
  const { serviceMinutes, classMinutes } = rate
  return { serviceMinutes: serviceMinutes * classes, classMinutes: classMinutes * classes }
}

/** When what comes in at an instant expires (epoch ms): at the begin of a local month, or never. */
export function expiryOf(policy: Ruled, currency: Currency, at: number): number | undefined {
  const months = ruleValue(policy.rules.expiryMonths)?.[currency]
  if (months === undefined) return undefined
  const zone = policy.calendar.timeZone
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
  const month = local
    .toPlainDate()
    .with({ day: 1 })
    .add({ months: months + 1 })
  return month.toZonedDateTime(zone).epochMilliseconds
}

/** The local quarter of an instant, `2026-Q4`. */
export function quarterOf({ calendar }: Policy, at: number): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(calendar.timeZone)
  return `${local.year}-Q${Math.ceil(local.month / 3)}`
}

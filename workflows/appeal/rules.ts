// The rules of an appeal that differ from city to city, and which limit a case is under.
import { Limit, type Policy, policySchema, ruleValue, sourced } from '@linli/workflow'
import { z } from 'zod'
import { categoryOf } from './category.ts'

/** Rules beside the limits; a silent rule sets no bound. */
export const Rules = z.strictObject({
  /** The most by which agreed extensions may lengthen the handling, in all. */
  extensionMost: sourced(Limit),
  /** After so many tries of the follow-up without an answer the case closes, counted apart. */
  followUpTries: sourced(z.int().min(1)),
  /** The unhappy follow-up, counted over the case, that puts it under supervision. */
  unhappyToSupervise: sourced(z.int().min(1)),
  /** The longest suspension in days. */
  suspendDaysMost: sourced(z.int().min(1)),
})
export type Rules = z.infer<typeof Rules>

/** A policy file of this workflow. */
export const AppealPolicy = policySchema(Rules)

/** Days an extension counts as, against the most that the policy allows. */
export const daysOf = (by: { amount: number; unit: string }): number =>
  by.unit === 'hours' ? by.amount / 24 : by.amount

/** The most days by which a case may be extended; undefined where the city is silent. */
export function extensionDaysMost(policy: Policy<Rules>): number | undefined {
  const most = ruleValue(policy.rules.extensionMost)
  return most === undefined ? undefined : daysOf(most)
}

/** The handling limit of a case: urgent first, then its category's own, its tier's, the general. */
export function handleLimit(
  about: { urgent: boolean; category: string | null },
  policy: Policy,
): string {
  const { urgent, category } = about
  const names = urgent ? ['emergency'] : [category, categoryOf(category)?.tier]
  const own = names.map((name) => `handle.${name}`).find((name) => name in policy.limits)
  return own ?? 'handle'
}

// Whether enough took part in a vote and enough agreed. Exact: persons are whole, areas whole
// square decimetres, shares fractions; nothing is divided. Pure; imports Zod only.
import { z } from 'zod'

/** What a voter can choose. */
export const Choice = z.enum(['yes', 'no', 'abstain'])
export type Choice = z.infer<typeof Choice>

/** A share as a fraction; `strictly` asks for more than it, otherwise reaching it is enough. */
export const Share = z.strictObject({
  of: z.tuple([z.int().positive(), z.int().positive()]),
  strictly: z.boolean(),
})
export type Share = z.infer<typeof Share>

/** A voting rule as policies hold it. */
export const VotingRule = z.strictObject({
  /** What is weighed; each of them must reach both shares. */
  weights: z.array(z.enum(['persons', 'area'])).min(1),
  /** The share of the electorate that must take part. */
  takePart: Share,
  /** The share of those that take part that must agree. */
  agree: Share,
  /** Abstentions take part without agreeing, are left out of agreement, or are as if absent. */
  abstain: z.enum(['takesPart', 'leftOut', 'absent']),
})
export type VotingRule = z.infer<typeof VotingRule>

/** Persons, and the area that stands behind them in square decimetres. */
export type Weight = { persons: number; areaDm2: number }

/** What was voted, by choice. */
export type Totals = Readonly<Record<Choice, Weight>>

/** Nobody and nothing. */
export const NO_WEIGHT: Weight = Object.freeze({ persons: 0, areaDm2: 0 })

/** Square metres, with at most two decimals, as whole square decimetres. */
export const areaDm2 = (areaM2: number): number => Math.round(areaM2 * 100)

/** Whole square decimetres as square metres. */
export const areaM2 = (dm2: number): number => dm2 / 100

/** The sum of weights. */
export function sum(...weights: readonly Weight[]): Weight {
  return weights.reduce(
    (a, b) => ({ persons: a.persons + b.persons, areaDm2: a.areaDm2 + b.areaDm2 }),
    NO_WEIGHT,
  )
}

/** Adds single ballots up by choice. */
export function totalsOf(
  ballots: Iterable<{ choice: Choice; areaDm2: number }>,
): Record<Choice, Weight> {
  const totals = { yes: NO_WEIGHT, no: NO_WEIGHT, abstain: NO_WEIGHT }
  for (const { choice, areaDm2 } of ballots) {
    totals[choice] = sum(totals[choice], { persons: 1, areaDm2 })
  }
  return totals
}

/** True when `part` reaches the share of `whole`; nothing reaches a share of nothing. */
export function reaches(part: number, whole: number, { of: [over, under], strictly }: Share) {
  if (part <= 0) return false
  return strictly ? part * under > whole * over : part * under >= whole * over
}

/** The smallest whole part that reaches the share of `whole`. */
export function needed(whole: number, { of: [over, under], strictly }: Share): number {
  const rest = (whole * over) % under
  const floor = (whole * over - rest) / under
  return Math.max(1, strictly || rest > 0 ? floor + 1 : floor)
}

/** Those that take part by the rule. */
export function takingPart(rule: VotingRule, totals: Totals): Weight {
  const decided = sum(totals.yes, totals.no)
  return rule.abstain === 'absent' ? decided : sum(decided, totals.abstain)
}

/** True when enough of the electorate takes part, in everything that is weighed. */
export function isQuorate(rule: VotingRule, electorate: Weight, totals: Totals): boolean {
  const part = takingPart(rule, totals)
  return rule.weights.every((weight) =>
    reaches(part[COLUMN[weight]], electorate[COLUMN[weight]], rule.takePart),
  )
}

/** True when enough of those that take part agree, in everything that is weighed. */
export function isAgreed(rule: VotingRule, totals: Totals): boolean {
  const decided = sum(totals.yes, totals.no)
  const whole = rule.abstain === 'takesPart' ? sum(decided, totals.abstain) : decided
  return rule.weights.every((weight) =>
    reaches(totals.yes[COLUMN[weight]], whole[COLUMN[weight]], rule.agree),
  )
}

const COLUMN = { persons: 'persons', area: 'areaDm2' } as const

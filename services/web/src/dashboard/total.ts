// A rate over all its groups. Pure.
import type { Rate } from '../answers.ts'

/** Sums of the groups; `value` is null where nothing is due to be counted. */
export function totalOf(rate: Rate): Total {
  let numerator = 0
  let denominator = 0
  let leftOut = 0
  for (const group of rate.groups) {
    numerator += group.numerator
    denominator += group.denominator
    leftOut += group.leftOut ?? 0
  }
  return { numerator, denominator, leftOut, value: denominator === 0 ? null : numerator / denominator }
}

/** A share as percent, `93.7 %`; a dash for none. */
export const percent = (value: number | null): string =>
  value === null ? '–' : `${(value * 100).toFixed(1)} %`

export type Total = {
  numerator: number
  denominator: number
  leftOut: number
  value: number | null
}

/** Rates of which less is better. */
export const isBetterLow = (name: string): boolean => /redo|sendBack|send-back|return/i.test(name)

// Words and signs of rates. Pure.
import type { RateGroup } from '../answers.ts'

/** A share as percent, `93.7 %`; a dash for none. */
export const percent = (value: number | null): string =>
  value === null ? '–' : `${(value * 100).toFixed(1)} %`

/** Rates of which less is better. */
export const isBetterLow = (name: string): boolean => /redo|sendBack|sentBack|return/i.test(name)

/** What a group is called; a month has only its key. */
export function nameOf(group: RateGroup, none: string): string {
  if (group.key === null) return none
  return group.label === '' ? group.key : group.label
}

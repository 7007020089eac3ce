// When a campaign may run: inside the season that the city's policy names, or until the end that
// was said where the policy is silent. Pure; dates are local to the policy's zone.
import { type Policy, ruleValue, sourced } from '@linli/workflow'
import { z } from 'zod'
import { Season } from '../referral/rules.ts'
import { dayOfSeason, localDate, seasonFrom } from '../referral/season.ts'

const figure = z.strictObject({ value: z.int().min(1).max(100), source: z.string().min(1) })

/** The rules of a campaign. */
export const CampaignRules = z.strictObject({
  /** The heating season: its first and last day. */
  season: sourced(Season),
  /** How many times a household is called on at which nobody was at home. */
  tries: figure,
  /** Days within which each visit is to be made. */
  visitDays: figure,
})
export type CampaignRules = z.infer<typeof CampaignRules>

/** What decides when a campaign runs. */
export type Timing = { purpose: string; endsAt?: number }

/** When it ends (epoch ms): with the season, and not after what was said. Undefined: not now. */
export function endOf(timing: Timing, at: number, policy: Policy<CampaignRules>) {
  const said = timing.endsAt !== undefined && timing.endsAt > at ? timing.endsAt : undefined
  const season = ruleValue(policy.rules.season)
  if (timing.purpose !== 'heating' || season === undefined) return said
  const { timeZone } = policy.calendar
  const today = localDate(at, timeZone)
  if (dayOfSeason(today, season) === undefined) return undefined
  const over = seasonFrom(today, season).to.add({ days: 1 }).toZonedDateTime(timeZone)
  if (timing.endsAt === undefined) return over.epochMilliseconds
  return said === undefined ? undefined : Math.min(said, over.epochMilliseconds)
}

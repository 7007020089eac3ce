// The rules of a referral that differ from city to city: shapes only, the figures stand in the
// policies. Where a city's rule is not known it is marked silent and nothing is made up for it.
import { Limit, sourced } from '@linli/workflow'
import { z } from 'zod'

const MonthDay = z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/)
const TimeOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/)
const always = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({ value, source: z.string().min(1) })

/** A heating season: month and day of its first and its last day, both counted. */
export const Season = z.strictObject({ from: MonthDay, to: MonthDay })
export type Season = z.infer<typeof Season>

/**
 * A band of measured temperature: from `fromC` (included; open below when absent) to `toC`
 * (left out unless `toIncluded`). `percent` of the day's fee is paid back; without one the rule
 * is silent on the band. The first band that fits counts.
 */
export const Band = z.strictObject({
  fromC: z.number().optional(),
  toC: z.number(),
  toIncluded: z.literal(true).optional(),
  percent: z.int().min(0).max(100).optional(),
})
export type Band = z.infer<typeof Band>

/** How many points a room needs: the first row whose `belowM2` is above its area, or the last. */
export const PointsRow = z.strictObject({
  belowM2: z.number().positive().optional(),
  points: z.int().min(1).max(20),
})

/** The rules of heating: season, price, standard, bands and the protocol of a measurement. */
export const HeatingRules = z.strictObject({
  season: sourced(Season),
  seasonPriceFenPerM2: sourced(z.int().positive()),
  standardC: always(z.number()),
  bands: sourced(z.array(Band).min(1)),
  /** True: nothing is paid back when the standard is reached inside the repair limit. */
  refundOnlyIfLate: sourced(z.boolean()),
  visitHours: sourced(z.tuple([TimeOfDay, TimeOfDay])),
  visitGraceMinutes: always(z.int().positive()),
  windowsClosedMinutes: sourced(z.int().min(0)),
  points: sourced(z.array(PointsRow).min(1)),
})
export type HeatingRules = z.infer<typeof HeatingRules>

/** The rules of a referral's policy. */
export const ReferralRules = z.strictObject({
  /** All extensions of a referral together; a day or 24 hours counts as a working day. */
  extensionMaximum: sourced(Limit),
  heating: HeatingRules,
})
export type ReferralRules = z.infer<typeof ReferralRules>

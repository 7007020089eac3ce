// The rules of an activity that differ from city to city.
import { policySchema, sourced } from '@linli/workflow'
import { z } from 'zod'

/** Rules beside the limits; a silent rule sets no bound. */
export const Rules = z.strictObject({
  /** The most minutes of service that one activity counts for one person. */
  serviceMinutesMost: sourced(z.int().min(1)),
  /** Hours after the end within which the activity is written up. */
  writeUpHours: z.strictObject({ value: z.int().min(1), source: z.string().min(1) }),
})
export type Rules = z.infer<typeof Rules>

/** A policy file of this workflow. */
export const ActivityPolicy = policySchema(Rules)

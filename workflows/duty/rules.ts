// The rules of duty that differ from city to city: shapes only, the figures stand in the policies.
import { z } from 'zod'

const minutes = z.strictObject({ value: z.int().min(0).max(1_440), source: z.string().min(1) })

/** The rules of a policy. */
export const DutyRules = z.strictObject({
  /** How long before a shift one may sign in. */
  signInEarlyMinutes: minutes,
  /** How long after its begin nobody is called absent. */
  graceMinutes: minutes,
  /** How long after its end nobody is reminded to sign out. */
  signOutGraceMinutes: minutes,
})
export type DutyRules = z.infer<typeof DutyRules>

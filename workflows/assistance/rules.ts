// What of an assistance differs from city to city: which answers count as satisfied, and how often
// it is asked and done again.
import { z } from 'zod'

const source = z.string().min(1)

/** The rules of an assistance's policy. */
export const AssistanceRules = z.strictObject({
  /** Tries without an answer, after which it closes and is counted apart. */
  tries: z.strictObject({ value: z.int().min(1), source }),
  /** How often an unhappy answer sends it back to work. */
  redosMost: z.strictObject({ value: z.int().min(0), source }),
  satisfiedWith: z.strictObject({ value: z.array(z.enum(['yes', 'partly'])).min(1), source }),
})
export type AssistanceRules = z.infer<typeof AssistanceRules>

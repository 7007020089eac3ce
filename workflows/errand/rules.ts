// What of an errand differs from city to city: its kinds, and the papers each of them asks for.
import { sourced } from '@linli/workflow'
import { z } from 'zod'

/** The rules of an errand's policy. `papers` is what must be there before it is submitted. */
export const ErrandRules = z.strictObject({
  papers: z.strictObject({ value: z.array(z.string()).min(1), source: z.string() }),
  kinds: z.record(z.string(), sourced(z.strictObject({ papers: z.array(z.string()) }))),
})
export type ErrandRules = z.infer<typeof ErrandRules>

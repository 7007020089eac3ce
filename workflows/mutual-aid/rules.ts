// What of mutual aid differs from city to city: what may be given, and how near a neighbour is.
import { sourced } from '@linli/workflow'
import { z } from 'zod'

/** The rules of mutual aid. `near`: what two neighbours must have in common. */
export const AidRules = z.strictObject({
  near: z.strictObject({ value: z.enum(['community', 'estate']), source: z.string() }),
  kinds: z.record(z.string(), sourced(z.strictObject({ bestBefore: z.boolean() }))),
})
export type AidRules = z.infer<typeof AidRules>

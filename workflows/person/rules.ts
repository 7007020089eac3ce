// What differs from city to city in a person: which duties a building chief has when none is named.
import { policySchema } from '@linli/workflow'
import { z } from 'zod'
import { Duty } from './commands.ts'

/** The rules of a person's policy. */
export const Rules = z.strictObject({ chiefDuties: z.array(Duty).min(1) })
export type Rules = z.infer<typeof Rules>

/** The shape of a person's policy file. */
export const PersonPolicy = policySchema(Rules)

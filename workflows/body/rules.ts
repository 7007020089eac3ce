// What differs from city to city in a standing body: how many members must be there, and which
// parties. Pure; imports Zod and shares only.
import { type Policy, policySchema, ruleValue, sourced } from '@linli/workflow'
import { z } from 'zod'
import { Party } from '../deliberation/context.ts'
import { Share } from '../deliberation/quorum.ts'
import { BodyKind } from './commands.ts'

/** The rules of a body's policy, by its kind. */
export const Rules = z.strictObject({
  /** The share of the members that must be there. */
  quorum: z.record(BodyKind, sourced(Share)),
  /** The parties without which a meeting cannot open, where the body names none itself. */
  requiredParties: z.record(BodyKind, sourced(z.array(Party))),
})
export type Rules = z.infer<typeof Rules>

/** The shape of a body's policy file. */
export const BodyPolicy = policySchema(Rules)

/** What a kind of body is bound to; a city that is silent asks for no quorum and no party. */
export function boundOf(kind: BodyKind, { rules }: Policy<Rules>) {
  return {
    quorum: ruleValue(rules.quorum[kind]) ?? null,
    requiredParties: ruleValue(rules.requiredParties[kind]) ?? [],
  }
}

// What differs from city to city in a deliberation, as its policy files hold it.
import { type Policy, policySchema, ruleValue, sourced } from '@linli/workflow'
import { z } from 'zod'
import { Share, VotingRule } from './quorum.ts'

/** The matter a topic is, which says how it is voted on. */
export const Matter = z.enum(['common-parts', 'ordinary', 'grave', 'committee'])
export type Matter = z.infer<typeof Matter>

const matters = sourced(z.array(Matter))

/** The rules of a deliberation's policy. */
export const Rules = z.strictObject({
  /** How each kind of matter is voted on. */
  voting: z.record(Matter, sourced(VotingRule)),
  /** Matters whose ballots are sealed. */
  secret: matters,
  /** Matters whose notice may be cut short, with a reason. */
  waiveNotice: matters,
  /** Matters whose vote may be closed before its time while somebody has not voted. */
  closeEarly: matters,
  /** Matters on which a voter may name another voter, and for how many one person may vote. */
  delegation: sourced(
    z.strictObject({ matters: z.array(Matter), atMost: z.int().positive().max(1_000) }),
  ),
  /** The share of a body's members whose support opens the gathering by itself. */
  support: sourced(Share),
})
export type Rules = z.infer<typeof Rules>

/** The shape of a deliberation's policy file. */
export const DeliberationPolicy = policySchema(Rules)

/** The voting rule for a matter; undefined where the city is silent. */
export const votingRule = (policy: Policy<Rules>, matter: Matter): VotingRule | undefined =>
  ruleValue(policy.rules.voting[matter])

/** True when a rule lists the matter; where the city is silent it does not. */
export const lists = (rule: z.infer<typeof matters>, matter: Matter): boolean =>
  ruleValue(rule)?.includes(matter) === true

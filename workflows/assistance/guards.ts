// The guards of an assistance: what may be matched, and which way an answer takes it.
import { check, when } from '@linli/workflow'
import { type AssistanceContext, ResourceFacts, WishFacts } from './context.ts'
import type { AssistanceRules } from './rules.ts'

type Refused = { instance: string; command: string }
type Said = { satisfied: string }
type Matched = { amount: number; place: string }

const saidBy = (holds: (said: string, scene: { context: AssistanceContext } & Rules) => boolean) =>
  check<AssistanceContext, Said, AssistanceRules>(({ data, context, policy }) =>
    holds(data.satisfied, { context, rules: policy.rules }),
  )
type Rules = { rules: AssistanceRules }

const isGood = (said: string, { rules }: Rules): boolean =>
  rules.satisfiedWith.value.some((good) => good === said)
const isUnhappy = (said: string, scene: Rules): boolean =>
  said !== 'noAnswer' && !isGood(said, scene)

/** What may be matched, who may answer, and which way an answer goes: each refuses by its name. */
const parts = {
  wishWaits: check<AssistanceContext, Matched, AssistanceRules>(
    ({ facts }) => WishFacts.safeParse(facts.wish).data?.status === 'waiting',
  ),
  wishIsHere: check<AssistanceContext, Matched, AssistanceRules>(
    ({ facts, data }) => WishFacts.safeParse(facts.wish).data?.place.includes(data.place) === true,
  ),
  resourceHere: check<AssistanceContext, Matched, AssistanceRules>(
    ({ facts }) => ResourceFacts.safeParse(facts.resource).data?.status === 'open',
  ),
  resourceEnough: check<AssistanceContext, Matched, AssistanceRules>(
    ({ facts, data }) => data.amount <= (ResourceFacts.safeParse(facts.resource).data?.rest ?? 0),
  ),
  wisher: when<AssistanceContext, AssistanceRules>(
    ({ context, by }) => (by.person ?? null) === context.resident,
  ),
  happy: saidBy(isGood),
  unhappyOnce: saidBy(
    (said, scene) => isUnhappy(said, scene) && scene.context.redos < scene.rules.redosMost.value,
  ),
  unhappy: saidBy(isUnhappy),
}
type Every = { all: readonly (keyof typeof parts)[] }

/** The guards by name. `every` holds when all that it names do; the first that fails refuses. */
export const guards = {
  ...parts,
  every: (given: Parameters<typeof parts.happy>[0], { all }: Every): boolean =>
    all.every((name) => parts[name](given, undefined)),
  wishRefused: check<AssistanceContext, Refused>(
    ({ context, data }) => data.instance === context.wish && data.command === 'match',
  ),
  resourceRefused: check<AssistanceContext, Refused>(
    ({ context, data }) => data.instance === context.resource && data.command === 'reserve',
  ),
  ofThisWish: check<AssistanceContext, { wish: string }>(
    ({ context, data }) => context.wish === data.wish,
  ),
  ofThisResource: check<AssistanceContext, { resource: string }>(
    ({ context, data }) => context.resource === data.resource,
  ),
  lastTry: saidBy(
    (said, { context, rules }) => said === 'noAnswer' && context.tries + 1 >= rules.tries.value,
  ),
}

// The guards of mutual aid: whose it is, who fits whom, and what was agreed.
import { check, ruleValue, when } from '@linli/workflow'
import { type AidContext, OtherFacts } from './context.ts'
import type { AidRules } from './rules.ts'

/** What the conditions look at in the data of whichever command it is. */
type Asked = {
  side?: string
  kind?: string
  bestBefore?: string
  other?: string
  turn?: number
  amount?: number
}

const factsOf = (facts: Readonly<Record<string, unknown>>) => OtherFacts.safeParse(facts.other).data
const dateAt = (at: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString()
const asking = check<AidContext, Asked, AidRules>
const standing = when<AidContext, AidRules>

/** How far down two places must agree. */
const DEPTH: Readonly<Record<AidRules['near']['value'], number>> = { community: 0, estate: 1 }

/** The single conditions: each refuses by its own name. */
const parts = {
  owner: standing(({ context, by }) => by.person === context.owner),
  signedIn: standing(({ by }) => by.person !== undefined),
  kindHere: asking(
    ({ data, policy }) => ruleValue(policy.rules.kinds[data.kind ?? '']) !== undefined,
  ),
  stillGood: asking(({ data, policy, at }) => {
    const dated = ruleValue(policy.rules.kinds[data.kind ?? ''])?.bestBefore === true
    if (!dated || data.side === 'need') return true
    return (data.bestBefore ?? '') >= dateAt(at, policy.calendar.timeZone)
  }),
  otherWaits: asking(({ facts }) => factsOf(facts)?.status === 'waiting'),
  otherFits: asking(({ context, facts }) => {
    const { side, kind, countedIn } = factsOf(facts) ?? {}
    return side !== context.side && kind === context.kind && countedIn === context.countedIn
  }),
  otherNear: asking(({ context, facts, policy }) => {
    const depth = DEPTH[policy.rules.near.value]
    const shared = context.place[depth]
    return shared !== undefined && factsOf(facts)?.place[depth] === shared
  }),
  notOneself: asking(({ context, facts }) => factsOf(facts)?.owner !== context.owner),
  notAgreed: standing(({ context }) => !context.agreed),
  agreed: standing(({ context }) => context.agreed),
  otherAgreed: standing(({ context }) => context.otherAgreed),
  enoughLeft: asking(({ context, data }) => (data.amount ?? 0) <= context.left),
  nothingLeft: asking(
    ({ context, data }) => context.side === 'need' || (data.amount ?? 0) >= context.left,
  ),
  knowsWhom: standing(({ context }) => (context.other?.id ?? context.last) !== null),
  ofThis: asking(
    ({ context, data }) => data.other !== undefined && data.other === context.other?.id,
  ),
  newer: asking(({ context, data }) => (data.turn ?? 0) > context.otherTurn),
}
type Every = { all: readonly (keyof typeof parts)[] }

/** The guards by name. `every` holds when all that it names do; the first that fails refuses. */
export const guards = {
  ...parts,
  every: (given: Parameters<typeof parts.stillGood>[0], { all }: Every): boolean =>
    all.every((name) => parts[name](given, undefined)),
  otherRefused: check<AidContext, { instance: string; command: string }>(
    ({ context, data }) => data.instance === context.other?.id && data.command === 'approach',
  ),
}

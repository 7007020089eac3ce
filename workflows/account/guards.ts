// The guards of an account: what may be counted, spent, exchanged and taken back.
import { check, ruleValue, when } from '@linli/workflow'
import { type AccountContext, entryOf } from './ledger.ts'
import { type AccountRules, exchangeFor, quarterOf } from './rules.ts'

type Context = AccountContext
type Classes = { classes: number }
type Tried = Parameters<ReturnType<typeof check<Context, Classes, AccountRules>>>[0]

const isMinutes = when<Context, AccountRules>(
  ({ context, policy }) =>
    context.kind === 'person' &&
    context.currency === 'minutes' &&
    exchangeFor(policy, 1) !== undefined,
)
const oncePerQuarter = when<Context, AccountRules>(({ context, policy, at }) => {
  const most = ruleValue(policy.rules.exchangesPerQuarter)
  const quarter = quarterOf(policy, at)
  const made = context.exchanges.filter((one) => one.quarter === quarter).length
  return most === undefined || made < most
})
const enoughMinutes = check<Context, Classes, AccountRules>(({ context, data, policy }) => {
  const cost = exchangeFor(policy, data.classes)
  return cost !== undefined && cost.serviceMinutes <= context.balance
})
const enoughBalance = check<Context, { amount: number }>(
  ({ context, data }) => context.kind !== 'issuing' && data.amount <= context.balance,
)
const payeeIsActive = check<Context, unknown>(
  ({ facts }) => facts.to === undefined || Object(facts.to).status === 'active',
)
const parts = { isMinutes, oncePerQuarter, enoughMinutes, enoughBalance, payeeIsActive } as const
const named: Readonly<Record<string, unknown>> = parts

/** The guards by name. */
export const guards = {
  isIssuing: when<Context>(({ context }) => context.kind === 'issuing'),
  notYetCounted: check<Context, { proof: string }>(
    ({ context, data }) => !context.proofs.includes(data.proof),
  ),
  notYetReceived: check<Context, { posting: string; currency: string }>(
    ({ context, data }) =>
      data.currency === context.currency && entryOf(context, data.posting) === undefined,
  ),
  ...parts,
  /** All that are named; the one that fails is told. */
  allHold: (given: Tried, { all }: { all: readonly string[] }): boolean =>
    all.every((name) => {
      const holds = named[name]
      return typeof holds === 'function' && holds(given) === true
    }),
  reversible: check<Context, { posting: string }>(({ context, data }) => {
    const entry = entryOf(context, data.posting)
    return entry !== undefined && entry.reversed !== true && entry.kind !== 'reversal'
  }),
  hasBalance: when<Context>(({ context }) => context.kind !== 'issuing' && context.balance > 0),
  isEmpty: when<Context>(({ context }) => context.kind !== 'issuing' && context.balance === 0),
}

// What an account remembers, and how its events change it. Pure; nothing personal stands here.
// A balance is the sum of all that came in less all that went out; of a person's, lots say what
// expires when. What is kept of single postings is bounded: the log has them all.
import type { EventsOf } from '@linli/workflow'
import type { AccountKind, Currency } from './account-id.ts'
import type { commands, PostingKind } from './commands.ts'
import { type AccountRules, earnedBy, exchangeFor, expiryOf, quarterOf } from './rules.ts'

/** What came in and is not yet spent, by when it expires (epoch ms); never: no `until`. */
export type Lot = { until?: number; amount: number }

/** A posting that came in and can be taken back. */
export type Entry = {
  posting: string
  amount: number
  kind: PostingKind
  from: string
  reversed?: true
}

/** Classes bought with minutes. `posting` is the one that paid. */
export type Exchange = { posting: string; quarter: string; classMinutes: number }

/** An account as folded. Amounts are whole points or minutes. */
export type AccountContext = {
  owner: string
  kind: AccountKind
  currency: Currency
  place: readonly string[]
  /** Below zero only of the issuing account, and of a person who spent what was then reversed. */
  balance: number
  lots: readonly Lot[]
  entries: readonly Entry[]
  /** What was counted last, so that nothing is counted twice under another key. */
  proofs: readonly string[]
  /** Points or minutes ever earned: never falls. */
  earned: number
  exchanges: readonly Exchange[]
  classMinutes: number
}

export type Events = EventsOf<'account', typeof commands, AccountRules>
type Given = { context: AccountContext; event: Events }
type Changed = Partial<AccountContext>

/** How many postings, proofs and exchanges an account remembers one by one. */
const ENTRIES_KEPT = 500
const PROOFS_KEPT = 500
const EXCHANGES_KEPT = 40

/** An account before it is opened. */
export const NEW_ACCOUNT: AccountContext = {
  owner: '',
  kind: 'person',
  currency: 'points',
  place: [],
  balance: 0,
  lots: [],
  entries: [],
  proofs: [],
  earned: 0,
  exchanges: [],
  classMinutes: 0,
}

/** Takes over whose account it is. */
export function opened({ event }: Given): Changed {
  if (event.type !== 'account.opened') return {}
  const { owner, kind, currency, place } = event.data
  return { owner, kind, currency, place }
}

/** Counts a service once; the points or minutes themselves come from the issuing account. */
export function counted({ context, event }: Given): Changed {
  if (event.type !== 'account.earned') return {}
  return {
    proofs: [...context.proofs, event.data.proof].slice(-PROOFS_KEPT),
    earned: context.earned + earnedBy(event.policy, context.currency, event.data),
  }
}

/** Credits what a payer sent. */
export function received({ context, event }: Given): Changed {
  if (event.type !== 'account.received') return {}
  const { posting, amount, kind, from, reverses } = event.data
  const until =
    context.kind === 'person' ? expiryOf(event.policy, context.currency, event.at) : undefined
  // What pays a debt is gone at once and cannot expire.
  const kept = Math.min(amount, Math.max(0, context.balance + amount))
  const undone = context.exchanges.find((one) => one.posting === reverses?.posting)
  return {
    balance: context.balance + amount,
    lots: context.kind === 'person' ? added(context.lots, { amount: kept, until }) : [],
    entries: [...context.entries, { posting, amount, kind, from }].slice(-ENTRIES_KEPT),
    ...(undone === undefined
      ? {}
      : {
          exchanges: context.exchanges.filter((one) => one !== undone),
          classMinutes: context.classMinutes - undone.classMinutes,
        }),
  }
}

/** Debits what this event sends away. */
export function paid({ context, event }: Given): Changed {
  const amount = outgoing({ context, event })
  const expired = event.type.startsWith('clock.')
    ? withoutExpired(context.lots, event.at)
    : undefined
  return {
    balance: context.balance - amount,
    lots: expired ?? without(context.lots, amount),
  }
}

/** Remembers the classes that were bought, by the posting that pays for them. */
export function bought({ context, event }: Given): Changed {
  if (event.type !== 'account.exchanged') return {}
  const classMinutes = exchangeFor(event.policy, event.data.classes)?.classMinutes ?? 0
  const quarter = quarterOf(event.policy, event.at)
  const one = { posting: event.eventId, quarter, classMinutes }
  return {
    exchanges: [...context.exchanges, one].slice(-EXCHANGES_KEPT),
    classMinutes: context.classMinutes + classMinutes,
  }
}

/** Marks the posting that was taken back. */
export function struck({ context, event }: Given): Changed {
  if (event.type !== 'account.reversed') return {}
  const { posting } = event.data
  return {
    entries: context.entries.map((entry) =>
      entry.posting === posting ? { ...entry, reversed: true as const } : entry,
    ),
  }
}

/** How much the event moves out of the account: nothing, where it moves nothing. */
export function outgoing({ context, event }: Given): number {
  switch (event.type) {
    case 'account.issued':
    case 'account.spent':
      return event.data.amount
    case 'account.exchanged':
      return exchangeFor(event.policy, event.data.classes)?.serviceMinutes ?? 0
    case 'account.reversed':
      return entryOf(context, event.data.posting)?.amount ?? 0
    case 'account.forfeited':
      return Math.max(0, context.balance)
    default:
      return event.type.startsWith('clock.expired.') ? expiredAt(context.lots, event.at) : 0
  }
}

/** A posting that came in and is still remembered. */
export const entryOf = (context: AccountContext, posting: string): Entry | undefined =>
  context.entries.find((entry) => entry.posting === posting)

/** When the first of the lots expires (epoch ms). */
export const nextExpiry = ({ lots }: AccountContext): number | undefined => lots[0]?.until

const NEVER = Number.MAX_SAFE_INTEGER
const untilOf = ({ until }: Lot): number => until ?? NEVER

/** Lots by when they expire; what expires together is one lot. */
function added(
  lots: readonly Lot[],
  { amount, until }: { amount: number; until?: number | undefined },
) {
  if (amount <= 0) return lots
  const same = lots.find((lot) => lot.until === until)
  const one: Lot = {
    amount: amount + (same?.amount ?? 0),
    ...(until === undefined ? {} : { until }),
  }
  return [...lots.filter((lot) => lot !== same), one].sort((a, b) => untilOf(a) - untilOf(b))
}

/** What expires first is spent first. */
function without(lots: readonly Lot[], amount: number): Lot[] {
  let left = amount
  return lots.flatMap((lot) => {
    const taken = Math.min(left, lot.amount)
    left -= taken
    return taken === lot.amount ? [] : [{ ...lot, amount: lot.amount - taken }]
  })
}

const withoutExpired = (lots: readonly Lot[], at: number): Lot[] =>
  lots.filter((lot) => untilOf(lot) > at)

const expiredAt = (lots: readonly Lot[], at: number): number =>
  lots.filter((lot) => untilOf(lot) <= at).reduce((sum, { amount }) => sum + amount, 0)

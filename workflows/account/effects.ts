// The params of an account's actions: who is paid, what is claimed, when the next lot expires.
// A posting's other side is this effect; between the two the amount stands in transit. Pure.
import type { OpenParams, TellParams } from '@linli/workflow'
import { accountOf, issuingAccount, openAccount } from './account-id.ts'
import type { PostingKind } from './commands.ts'
import { type AccountContext, type Events, entryOf, nextExpiry, outgoing } from './ledger.ts'
import { earnedBy } from './rules.ts'

type Given = { context: AccountContext; event: Events }

/** The community's own account, which every other one is paid from. */
export function openIssuing({ event }: Given): OpenParams[] {
  if (event.type !== 'account.opened' || event.data.kind === 'issuing') return []
  const { place, currency } = event.data
  const owner = place[0] ?? ''
  return [openAccount({ owner, kind: 'issuing', currency, place: [owner] })]
}

/** Claims from the issuing account what a service earns; nothing, where it earns nothing. */
export function claim({ context, event }: Given): TellParams[] {
  if (event.type !== 'account.earned') return []
  const amount = earnedBy(event.policy, context.currency, event.data)
  if (amount === 0) return []
  return [
    {
      instance: issuingAccount(context.place, context.currency),
      command: 'issue',
      with: { to: event.stream, amount, claim: event.eventId },
    },
  ]
}

/** A unit that is paid for the first time has no account yet. */
export function openPayee({ context, event }: Given): OpenParams[] {
  if (event.type !== 'account.spent' || event.data.to === undefined) return []
  const { currency, place } = context
  const community = place.slice(0, 1)
  return [openAccount({ owner: event.data.to, kind: 'unit', currency, place: community })]
}

/** The payee's side of whatever this event moves. Stands before the payer's own change. */
export function pay(given: Given): TellParams[] {
  const { context, event } = given
  const amount = outgoing(given)
  if (amount === 0) return []
  const reverses = reversedBy(given)
  return [
    {
      instance: payee(given),
      command: 'receive',
      with: {
        ...{ posting: event.eventId, amount, currency: context.currency },
        ...{ kind: kindOf(event), from: event.stream },
        ...(reverses === undefined ? {} : { reverses }),
      },
    },
  ]
}

function payee({ context, event }: Given): string {
  const issuing = issuingAccount(context.place, context.currency)
  switch (event.type) {
    case 'account.issued':
      return event.data.to
    case 'account.spent':
      return event.data.to === undefined ? issuing : accountOf(event.data.to, context.currency)
    case 'account.reversed':
      return entryOf(context, event.data.posting)?.from ?? issuing
    default:
      return issuing
  }
}

function kindOf(event: Events): PostingKind {
  switch (event.type) {
    case 'account.issued':
      return 'earning'
    case 'account.spent':
      return 'spending'
    case 'account.exchanged':
      return 'exchange'
    case 'account.reversed':
      return 'reversal'
    case 'account.forfeited':
      return 'misconduct'
    default:
      return 'expiry'
  }
}

function reversedBy({ context, event }: Given) {
  if (event.type !== 'account.reversed') return undefined
  const entry = entryOf(context, event.data.posting)
  return entry && { posting: entry.posting, kind: entry.kind }
}

/** Runs to the expiry of the first lot, when there is one and the clock is not set to it yet. */
export function expiryClock({ context, event }: Given): { clock: 'expiry'; until: number }[] {
  const until = nextExpiry(context)
  const { expiry } = event.clocks
  const isSet = expiry !== undefined && expiry.status === 'running' && expiry.dueAt === until
  return until === undefined || isSet ? [] : [{ clock: 'expiry', until }]
}

/** An account without lots waits for nothing. */
export const expiryStop = ({ context }: Given): { clock: 'expiry' }[] =>
  nextExpiry(context) === undefined ? [{ clock: 'expiry' }] : []

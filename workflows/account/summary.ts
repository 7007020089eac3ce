// The flat row of an account. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import { type AccountContext, nextExpiry } from './ledger.ts'

/** An account's row: what stands on it, what was ever earned, and what expires next. */
export const summary: WorkflowSpec<AccountContext>['summary'] = ({ stream, context }) => {
  const { owner, kind, currency, place, balance, earned, classMinutes } = context
  return {
    place,
    units: kind === 'unit' ? [owner] : [],
    persons: kind === 'person' ? [owner] : [],
    category: currency,
    channel: kind,
    extra: {
      ...{ currency, kind, balance, earned },
      spendable: Math.max(0, balance),
      classMinutes: currency === 'minutes' ? classMinutes : null,
      expiresAt: nextExpiry(context) ?? null,
    },
    facts: { id: stream, owner, kind, currency, balance },
  }
}

// The flat row of an offer or a need. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import type { AidContext } from './context.ts'

/**
 * The row, by which reading is judged: the other neighbour stands in it while both agree to share
 * their contact, and at no other time.
 */
export const summary: WorkflowSpec<AidContext>['summary'] = ({ stream, context }) => {
  const { side, kind, countedIn, place, owner, status, other, left } = context
  const shares = status === 'sharing' && other !== null
  return {
    place,
    units: [],
    persons: shares ? [owner, other.person] : [owner],
    category: kind,
    links: other === null ? [] : [{ rel: 'other', id: other.id }],
    extra: {
      ...{ side, kind, amount: context.amount, left, countedIn, status },
      bestBefore: context.bestBefore,
      ...{ agreed: context.agreed, otherAgreed: context.otherAgreed, times: context.times },
      flags: context.flags,
    },
    facts: { id: stream, side, kind, countedIn, status, owner, place },
    measures: { helped: status === 'ended' ? context.times > 0 : null, times: context.times },
  }
}

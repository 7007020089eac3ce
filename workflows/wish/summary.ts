// The flat row of a wish. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import type { WishContext } from './machine.ts'

/** A wish's row: an assistance asks its `facts` for whether it still waits. */
export const summary: WorkflowSpec<WishContext>['summary'] = ({ stream, context }) => {
  const { kind, place, channel, resident, status, assistance, failures } = context
  return {
    place,
    units: [],
    persons: resident === null ? [] : [resident],
    category: kind,
    channel,
    links: assistance === null ? [] : [{ rel: 'assistance', id: assistance }],
    extra: { kind, status, failures },
    facts: { id: stream, kind, status, resident, place },
    measures: {
      fulfilled: status === 'waiting' || status === 'matched' ? null : status === 'fulfilled',
    },
  }
}

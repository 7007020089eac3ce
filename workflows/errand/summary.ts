// The flat row of an errand. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import type { ErrandContext } from './context.ts'

/** An errand's row. The office is a link and not a unit: its login has no part in the case. */
export const summary: WorkflowSpec<ErrandContext>['summary'] = ({ stream, context }) => {
  const { kind, place, channel, resident, owner, office, outcome, held } = context
  return {
    place,
    units: [],
    persons: [resident, owner].filter((id) => id !== null),
    category: kind,
    channel,
    ...(owner === null ? {} : { owner }),
    links: office === null ? [] : [{ rel: 'office', id: office }],
    extra: {
      kind,
      consent: context.consent?.way ?? null,
      held: held.reduce((all, { count }) => all + count, 0),
      submissions: context.submissions,
      outcome,
      reason: context.reason,
      returned: context.returned,
    },
    facts: { id: stream, kind, resident, outcome, open: outcome === null },
    measures: {
      granted: outcome === 'granted' ? true : outcome === 'refused' ? false : null,
      decidedInTime: context.decidedInTime,
      papersReturned: context.returned,
    },
  }
}

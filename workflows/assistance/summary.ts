// The flat row of an assistance. Pure; may not import a store or HTTP.
//
// Measures, as the rates count them; null leaves the case out of the denominator:
//   satisfied   the last answer counts as satisfied; null: none, or never delivered
//   followedUp  closed with an answer; false: closed unanswered, counted apart; null: not closed
//   deliveredInTime  delivered inside the limit the first time
import type { WorkflowSpec } from '@linli/workflow'
import type { AssistanceContext } from './context.ts'

/** An assistance's row: linked to its wish and its resource. */
export const summary: WorkflowSpec<AssistanceContext>['summary'] = ({ stream, context }) => {
  const { wish, resource, kind, place, resident, unit, owner, outcome } = context
  return {
    place,
    units: unit === null ? [] : [unit],
    persons: [resident, owner].filter((id) => id !== null),
    category: kind,
    ...(owner === null ? {} : { owner }),
    ...(unit === null ? {} : { leadUnit: unit }),
    links: [
      { rel: 'wish', id: wish },
      { rel: 'resource', id: resource },
    ],
    extra: {
      kind,
      amount: context.amount,
      outcome,
      reason: context.reason,
      satisfaction: context.unanswered ? 'unanswered' : context.answer,
      tries: context.tries,
      redos: context.redos,
    },
    facts: { id: stream, wish, resource, outcome },
    measures: {
      satisfied: context.satisfied,
      followedUp: outcome === 'done' ? !context.unanswered : null,
      deliveredInTime: context.deliveredInTime,
      redone: context.redos > 0,
    },
  }
}

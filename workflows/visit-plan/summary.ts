// The flat row of a visiting plan: a line of the care list. Pure; may not import a store or HTTP.
import { iso, type WorkflowSpec } from '@linli/workflow'
import type { PlanContext } from './context.ts'

/** A line of the care list: whom to look after, how often, when last and when next. */
export const summary: WorkflowSpec<PlanContext>['summary'] = ({ context }) => {
  const { place, visitor, person, visit, lastAt } = context
  return {
    place,
    units: [],
    persons: visitor === undefined ? [] : [visitor],
    ...(visitor === undefined ? {} : { owner: visitor }),
    links: [
      ...(person === undefined ? [] : [{ rel: 'person', id: person }]),
      ...(visit === undefined ? [] : [{ rel: 'visit', id: visit }]),
    ],
    extra: {
      reason: context.reason,
      everyDays: context.everyDays,
      nextAt: visit === undefined ? null : iso(context.dueAt),
      lastAt: lastAt === undefined ? null : iso(lastAt),
      lastFound: context.lastFound ?? null,
      visits: context.visits,
      missed: context.missed,
      away: context.away ?? null,
    },
    measures: { visits: context.visits, missed: context.missed },
  }
}

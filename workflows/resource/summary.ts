// The flat row of a resource. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import { type ResourceContext, restOf } from './machine.ts'

/** A resource's row: an assistance asks its `facts` for what is left. */
export const summary: WorkflowSpec<ResourceContext>['summary'] = ({ stream, context }) => {
  const { kind, title, place, unit, giver, amount, given, reserved, times, countedIn } = context
  const rest = restOf(context)
  return {
    place,
    units: unit === null ? [] : [unit],
    persons: giver === null ? [] : [giver],
    title,
    category: kind,
    links: reserved.map(({ assistance }) => ({ rel: 'assistance', id: assistance })),
    extra: { kind, amount, given, rest, countedIn, comesBack: context.comesBack, times },
    facts: { id: stream, kind, title, rest, status: context.status, unit },
  }
}

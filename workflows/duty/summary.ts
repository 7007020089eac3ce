// The flat row of a roster. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import { type Duty, placed, type RosterContext } from './roster.ts'

/** A roster's row: its group, its people, and how its duties stand. */
export const summary: WorkflowSpec<RosterContext>['summary'] = ({ stream, context }) => {
  const all = placed(context, () => true)
  const count = (status: Duty['status']) => all.filter(({ duty }) => duty.status === status).length
  return {
    place: context.place,
    units: [],
    // Who is asked to swap must see what is asked.
    persons: [...new Set(all.flatMap(({ duty }) => [duty.person, duty.asked ?? duty.person]))],
    title: context.group,
    category: context.kind,
    links: context.intakes.map(({ appeal }) => ({ rel: 'intake', id: appeal })),
    extra: {
      ...{ group: context.group, kind: context.kind },
      ...{ from: context.from, to: context.to, shifts: context.shifts.length },
      ...{ duties: all.length, done: count('done'), absent: count('absent') },
      ...{ declined: count('declined'), intakes: context.intakes.length },
    },
    facts: { id: stream, group: context.group, kind: context.kind, path: context.place },
  }
}

// The flat row of a duty calendar. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import type { CalendarContext } from './machine.ts'

/** A calendar's row; the rosters that hold times of the person are its links. */
export const summary: WorkflowSpec<CalendarContext>['summary'] = ({ stream, context }) => {
  const rosters = [...new Set(context.bookings.map(({ roster }) => roster))]
  return {
    place: context.place,
    units: [],
    persons: [context.person],
    owner: context.person,
    links: rosters.map((id) => ({ rel: 'roster', id })),
    extra: { bookings: context.bookings.length },
    facts: { id: stream, bookings: context.bookings },
  }
}

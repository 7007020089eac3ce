// The flat row of a visit. Pure; may not import a store or HTTP.
import { iso, type WorkflowSpec } from '@linli/workflow'
import type { VisitContext } from './context.ts'

/** A visit's row: where, by whom, what was found and measured. */
export const summary: WorkflowSpec<VisitContext>['summary'] = ({ context }) => {
  const { place, visitor, person, plan, campaign, measured, recordedAt } = context
  return {
    place,
    units: [],
    persons: visitor === undefined ? [] : [visitor],
    ...(visitor === undefined ? {} : { owner: visitor }),
    links: [
      ...(plan === undefined ? [] : [{ rel: 'plan', id: plan }]),
      ...(campaign === undefined ? [] : [{ rel: 'campaign', id: campaign }]),
      ...(person === undefined ? [] : [{ rel: 'person', id: person }]),
      ...context.appeals.map((id) => ({ rel: 'appeal', id })),
    ],
    extra: {
      purpose: context.purpose,
      dueAt: iso(context.dueAt),
      found: context.found ?? null,
      recordedAt: recordedAt === undefined ? null : iso(recordedAt),
      people: context.people ?? null,
      appeals: context.appeals.length,
      missed: context.missed,
      measuredC: measured?.celsius ?? null,
      measuredAt: measured === undefined ? null : iso(measured.at),
      instrument: measured?.instrument ?? null,
    },
    measures: {
      visitedInTime: context.missed ? false : recordedAt === undefined ? null : true,
    },
  }
}

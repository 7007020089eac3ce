// The flat row of a commendation. Pure; may not import a store or HTTP.
import { iso, type WorkflowSpec } from '@linli/workflow'
import type { CommendationContext } from './context.ts'

/** A commendation's row: the honour is its title; the honour list is the state `granted`. */
export const summary: WorkflowSpec<CommendationContext>['summary'] = ({ stream, context }) => {
  const { kind, honour, place, nominee, unit, objections, announcedAt, grantedAt } = context
  return {
    place,
    units: unit === null ? [] : [unit],
    persons: nominee === null ? [] : [nominee],
    title: honour,
    category: kind,
    extra: {
      kind,
      objections: objections.length,
      objectionsOpen: objections.filter(({ status }) => status === 'open').length,
      announcedAt: announcedAt === null ? null : iso(announcedAt),
      grantedAt: grantedAt === null ? null : iso(grantedAt),
    },
    facts: { id: stream, kind, honour, path: place, granted: grantedAt !== null },
  }
}

// The flat row of an organisation. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import type { OrganisationContext, OrganisationFacts } from './machine.ts'

/** An organisation's row: it is its own unit, and its name is its title. */
export const summary: WorkflowSpec<OrganisationContext>['summary'] = ({ stream, context }) => {
  const { kind, name, handles, place, status } = context
  const facts: OrganisationFacts = { id: stream, kind, name, handles: [...handles], status }
  return {
    place,
    units: [stream],
    persons: [],
    title: name,
    extra: { kind, handles: handles.join(' ') },
    facts,
  }
}

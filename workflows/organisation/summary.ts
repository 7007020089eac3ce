// The flat row of an organisation. Pure; may not import a store or HTTP.
import type { WorkflowSpec } from '@linli/workflow'
import { flags } from '../person/skill.ts'
import type { OrganisationContext, OrganisationFacts } from './machine.ts'

/** An organisation's row: it is its own unit, and its name is its title. */
export const summary: WorkflowSpec<OrganisationContext>['summary'] = ({ stream, context }) => {
  const { kind, name, handles, place, status, skills, allied } = context
  const facts: OrganisationFacts = {
    ...{ id: stream, kind, name, handles: [...handles], status },
    ...(skills.length === 0 ? {} : { skills: [...skills] }),
    ...(allied === null ? {} : { allied }),
  }
  return {
    place,
    units: [stream],
    persons: [],
    title: name,
    extra: {
      ...{ kind, handles: handles.join(' ') },
      ...flags('skill', skills),
      ...(allied === null ? {} : { alliance: true, allied }),
    },
    facts,
  }
}

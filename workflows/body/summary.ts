// The flat row of a standing body. Pure; may not import a store or HTTP.
import { iso, type WorkflowSpec } from '@linli/workflow'
import { type BodyContext, type Seat, seatsAt } from './machine.ts'

/** A body's row; its facts are what a deliberation of the body is held by. */
export const summary: WorkflowSpec<BodyContext>['summary'] = ({ stream, context, at }) => {
  const { kind, name, place, quorum, requiredParties, term, members, status } = context
  const seated = seatsAt(members, at)
  const years = term === null ? undefined : { from: iso(term.from), until: iso(term.until) }
  return {
    place,
    units: [],
    persons: seated.map(({ person }) => person),
    title: name,
    extra: {
      ...{ kind, members: seated.length },
      ...(requiredParties.length === 0 ? {} : { requiredParties: requiredParties.join(' ') }),
      ...(quorum === null
        ? {}
        : { quorum: `${quorum.strictly ? '>' : '≥'} ${quorum.of.join('/')}` }),
      ...(years === undefined ? {} : { termFrom: years.from, termUntil: years.until }),
    },
    facts: {
      ...{ id: stream, kind, name, status, path: place },
      members: members.map(memberFact),
      ...(quorum === null ? {} : { quorum: { share: quorum } }),
      requiredParties,
      ...(years === undefined ? {} : { term: years }),
    },
  }
}

const memberFact = ({ person, party, from, until }: Seat) => ({
  ...{ person, party, from: iso(from) },
  ...(until === undefined ? {} : { until: iso(until) }),
})

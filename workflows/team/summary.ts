// The flat row of a team. Pure; may not import a store or HTTP.
import { iso, type WorkflowSpec } from '@linli/workflow'
import { flags } from '../person/skill.ts'
import { type Member, membersAt, type TeamContext } from './machine.ts'

/** A team's row: found by each of its skills; its members of today are its persons. */
export const summary: WorkflowSpec<TeamContext>['summary'] = ({ stream, context, at }) => {
  const { name, skills, place, unit, members, leader, roster, status } = context
  const running = membersAt(members, at)
  return {
    place,
    units: unit === null ? [] : [unit],
    persons: running.map(({ person }) => person),
    title: name,
    ...(leader === null ? {} : { owner: leader }),
    extra: {
      ...flags('skill', skills),
      members: running.length,
      ...(leader === null ? {} : { leader }),
      ...(roster.length === 0 ? {} : { rosterLines: roster.length }),
    },
    facts: {
      ...{ id: stream, name, skills, status, path: place },
      ...(unit === null ? {} : { unit }),
      ...(leader === null ? {} : { leader }),
      members: members.map(memberFact),
    },
  }
}

const memberFact = ({ person, from, until }: Member) => ({
  ...{ person, from: iso(from) },
  ...(until === undefined ? {} : { until: iso(until) }),
})

// The flat row of a deliberation: its place, who belongs to it, and the turnout while it runs.
import type { Summary } from '@linli/workflow'
import type { Context, Meeting } from './context.ts'
import { areaM2, isAgreed, isQuorate, needed, takingPart } from './quorum.ts'

/**
 * The row on which lists, boards and permissions work. The voters are its persons: a resident
 * may read and vote by being named there.
 */
export function summary({ stream, context }: { stream: string; context: Context }): Summary {
  const { meeting, tasks, body } = context
  return {
    place: context.place,
    units: [...new Set(tasks.flatMap(({ unit }) => (unit === null ? [] : [unit])))],
    persons: personsOf(context),
    title: context.title,
    ...(context.category === null ? {} : { category: context.category }),
    links: [
      ...context.appeals.map((id) => ({ rel: 'gathers', id })),
      ...tasks.flatMap(({ referral }) =>
        referral === null ? [] : [{ rel: 'refers', id: referral }],
      ),
      ...tasks.flatMap(({ project }) => (project === null ? [] : [{ rel: 'opens', id: project }])),
      ...(body === null ? [] : [{ rel: 'body', id: body }]),
    ],
    extra: {
      rule: context.matter,
      appeals: context.appeals.length,
      meeting: context.meetings,
      tasks: tasks.length,
      tasksOpen: tasks.filter(({ status }) => status !== 'done' && status !== 'dropped').length,
      objections: context.objections.length,
      untold: context.untold.length,
      ...(body === null ? {} : { supporters: context.supporters.length }),
      ...(meeting === null ? {} : turnoutOf(meeting)),
    },
    facts: {
      id: stream,
      title: context.title,
      path: context.place,
      rule: context.matter,
      resolution: context.resolution,
    },
    measures: measuresOf(meeting),
  }
}

/** Voters are listed as they were fixed, so that the same list stands through a whole vote. */
function personsOf({ meeting, proposer }: Context): readonly string[] {
  if (meeting !== null) return meeting.voterIds
  return proposer === null ? [] : [proposer]
}

function turnoutOf(meeting: Meeting) {
  const { electorate, voting, parties, present } = meeting
  const turnout = meeting.totals === null ? meeting.turnout : takingPart(voting, meeting.totals)
  return {
    meetingAt: meeting.at,
    meetingPlace: meeting.place,
    secret: meeting.secret,
    ...attendanceOf(meeting),
    missingParties: parties.filter((party) => !present.includes(party)).join(' '),
    persons: turnout.persons,
    personsOf: electorate.persons,
    personsNeeded: voting.weights.includes('persons')
      ? needed(electorate.persons, voting.takePart)
      : null,
    areaM2: areaM2(turnout.areaDm2),
    areaM2Of: areaM2(electorate.areaDm2),
    areaM2Needed: voting.weights.includes('area')
      ? areaM2(needed(electorate.areaDm2, voting.takePart))
      : null,
    ...(meeting.totals === null ? {} : countOf(meeting.totals)),
  }
}

/** Only what a meeting has of them: an ordinary one has no members and nobody who was named. */
function attendanceOf({ members, attendance, presentMembers, delegations }: Meeting) {
  const all = Object.keys(members).length
  const delegated = Object.keys(delegations).length
  return {
    ...(all === 0 ? {} : { members: all, membersPresent: presentMembers.length }),
    ...(attendance === null ? {} : { membersNeeded: needed(all, attendance) }),
    ...(delegated === 0 ? {} : { delegated }),
  }
}

const countOf = ({ yes, no, abstain }: NonNullable<Meeting['totals']>) => ({
  yesPersons: yes.persons,
  yesAreaM2: areaM2(yes.areaDm2),
  noPersons: no.persons,
  noAreaM2: areaM2(no.areaDm2),
  abstainPersons: abstain.persons,
  abstainAreaM2: areaM2(abstain.areaDm2),
})

function measuresOf(meeting: Meeting | null): Record<string, boolean> {
  if (meeting === null || meeting.totals === null) return {}
  const quorate = isQuorate(meeting.voting, meeting.electorate, meeting.totals)
  return { quorate, agreed: quorate && isAgreed(meeting.voting, meeting.totals) }
}

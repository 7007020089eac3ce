// The flat row of an activity. Pure; may not import a store or HTTP.
import { iso, type WorkflowSpec } from '@linli/workflow'
import { type ActivityContext, countsOf, knownPeople } from './context.ts'

/**
 * An activity's row. Until it is over its persons are those who mean to come and those who came;
 * once done, those who came alone: participation counts them over many activities, each once.
 */
export const summary: WorkflowSpec<ActivityContext>['summary'] = ({ stream, context }) => {
  const { kind, title, place, project, team, organiser, status, goal, registered } = context
  const { beneficiaries, ...counts } = countsOf(context)
  const came = knownPeople(context)
  return {
    place,
    units: [],
    persons: status === 'done' ? came : [...new Set([...registered, ...came])],
    title,
    category: kind,
    ...(organiser === null ? {} : { owner: organiser }),
    links: [
      ...(project === null ? [] : [{ rel: 'project', id: project }]),
      ...(team === null ? [] : [{ rel: 'team', id: team }]),
    ],
    extra: {
      kind,
      startsAt: iso(context.startsAt),
      endsAt: iso(context.endsAt),
      registered: registered.length,
      shifts: context.shifts.length,
      ...counts,
      otherPeople: context.others.people,
      goal: goal?.amount ?? null,
      beneficiaries: context.beneficiaries,
    },
    facts: { id: stream, kind, title, path: place, status, ...counts, beneficiaries },
    measures: {
      goalReached: goal === null || status !== 'done' ? null : counts.output >= goal.amount,
    },
  }
}

// The flat row of a mediation. Pure; may not import a store or HTTP.
import { iso, type WorkflowSpec } from '@linli/workflow'
import { type MediationContext, nextMeasure } from './context.ts'

/** A mediation's row: the parties see it; what waits next is on it. */
export const summary: WorkflowSpec<MediationContext>['summary'] = ({ context }) => {
  const { place, matter, parties, appeal, mediator, talks, measures, arrangedAt } = context
  const ids = (workflow: string) =>
    parties.filter(({ id }) => id.startsWith(`${workflow}-`)).map(({ id }) => id)
  const next = nextMeasure(context)
  return {
    place,
    units: ids('organisation'),
    persons: [...new Set([...ids('person'), ...(mediator === undefined ? [] : [mediator])])],
    ...(mediator === undefined ? {} : { owner: mediator }),
    links: appeal === undefined ? [] : [{ rel: 'appeal', id: appeal }],
    extra: {
      ...{ matter, parties: parties.length, talks: talks.length },
      talkAt: arrangedAt === undefined ? null : iso(arrangedAt),
      measures: measures.length,
      carriedOut: measures.filter(({ doneAt }) => doneAt !== undefined).length,
      nextDue: next === undefined ? null : iso(next.due),
      agreements: context.agreements,
      kept: context.kept ?? null,
      advised: context.advised ?? null,
    },
    measures: {
      agreed: context.agreements > 0,
      kept: context.kept === undefined ? null : context.kept === 'all',
    },
  }
}

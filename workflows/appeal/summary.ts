// The flat row of an appeal: what lists, boards, rates and permissions work on. Pure.
//
// Measures, as the rates count them; null leaves the case out of the denominator:
//   referred      true once a referral went out
//   responded     first contact inside the contact limit; null: not due yet, or handled outside
//   solved        the last valid follow-up said "solved"; null: none yet
//   satisfied     the last valid follow-up was satisfied; null: not asked or none yet
//   handleDueAt   when handling is due, epoch ms; a case is "due by T" when handleDueAt <= T
//   closedAt      when it was closed or ended, epoch ms
//   closedInTime  closed with no round of handling late; null: not closed, or never referred
//   evaded        a unit sent the case back and answered for it in the end
//   redone, sentBack, reopened, urged, answers, unhappy, resolutions, extendedDays: counts
//   closedUnanswered  closed because nobody answered the follow-up (counted apart)
import type { Clock, Clocks, Summary } from '@linli/workflow'
import { categoryOf } from './category.ts'
import type { Context } from './context.ts'
import { isOverdue, isSupervised } from './supervision.ts'

type Known = { stream: string; clocks: Clocks; at: number; context: Context }

/** The row of an appeal. */
export function summary({ clocks, context }: Known): Summary {
  const units = new Set(context.referrals.map(({ unit }) => unit))
  if (context.outside?.unit) units.add(context.outside.unit)
  const lead = context.referrals.findLast((referral) => referral.lead && isLive(referral.status))
  const leadUnit = lead?.unit ?? context.outside?.unit
  return {
    place: context.about.place,
    units: [...units],
    persons: [context.about.reporter, context.team.owner, ...context.team.stewards].filter(isId),
    ...(context.about.category === null ? {} : { category: context.about.category }),
    ...(context.about.channel === null ? {} : { channel: context.about.channel }),
    ...(leadUnit ? { leadUnit } : {}),
    ...(context.team.owner === null ? {} : { owner: context.team.owner }),
    supervised: isSupervised(context, clocks),
    links: linksOf(context),
    extra: extraOf(context),
    facts: factsOf(context),
    measures: measuresOf(context, clocks),
  }
}

const isLive = (status: string) => status === 'out' || status === 'answered'
const isId = (id: string | null): id is string => id !== null

const linksOf = (context: Context): { rel: string; id: string }[] => [
  ...context.referrals.map(({ id }) => ({ rel: 'referral', id })),
  ...context.deliberations.map((id) => ({ rel: 'deliberation', id })),
  ...context.ties.merged.map((id) => ({ rel: 'merged', id })),
  ...(context.ties.original === null ? [] : [{ rel: 'original', id: context.ties.original }]),
]

const extraOf = (context: Context): NonNullable<Summary['extra']> => ({
  urgent: context.about.urgent,
  tier: categoryOf(context.about.category)?.tier ?? null,
  stewards: context.team.stewards.length,
  signatures: context.team.signatures.length,
  asking: context.marks.asking,
  followedUp: context.followUp.followedUp,
  tries: context.followUp.tries,
  round: context.round,
  closedHow: context.closing.how,
  overridden: context.closing.overridden,
  supervisedFor: context.marks.supervised?.reason ?? null,
  source: context.outside?.source ?? null,
  key: context.outside?.key ?? null,
  meaning: context.outside?.meaning ?? null,
  external: context.ties.external,
})

/** What a case that is to be merged into this one asks, and what a topic may show. */
const factsOf = (context: Context): Record<string, unknown> => ({
  open: context.closing.how === null && context.ties.original === null && context.outside === null,
  ended: context.closing.how !== null,
  place: context.about.place,
  category: context.about.category,
})

function measuresOf(context: Context, clocks: Clocks): NonNullable<Summary['measures']> {
  const { handle, contact } = clocks
  const valid = context.followUp.solved !== null
  return {
    referred: context.referrals.length > 0,
    responded: responded(context, contact),
    solved: context.followUp.solved,
    satisfied: valid ? context.followUp.satisfied : null,
    handleDueAt: handle?.dueAt ?? null,
    closedAt: context.closing.at,
    closedInTime:
      context.closing.at === null || handle === undefined
        ? null
        : context.marks.lateRounds === 0 && !isOverdue(handle),
    closedUnanswered: context.closing.how === 'unanswered',
    redone: context.counts.redone,
    sentBack: context.counts.sentBack,
    ...(hasEvaded(context) ? { evaded: true } : {}),
    reopened: context.counts.reopened,
    urged: context.counts.urged,
    answers: context.counts.answers,
    unhappy: context.counts.unhappy,
    resolutions: context.counts.resolutions,
    extendedDays: context.counts.extendedDays,
  }
}

/** True when a unit sent back what was its duty: it answered for it after all. */
const hasEvaded = ({ referrals }: Context): boolean =>
  referrals.some(
    (sent, index) =>
      sent.status === 'sentBack' &&
      referrals
        .slice(index)
        .some(({ unit, status }) => unit === sent.unit && status === 'answered'),
  )

function responded(context: Context, contact: Clock | undefined): boolean | null {
  if (contact === undefined) return null
  if (isOverdue(contact)) return false
  return context.marks.contactedAt === null ? null : true
}

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
    place: context.place,
    units: [...units],
    persons: [context.reporter, context.owner, ...context.stewards].filter(isId),
    ...(context.category === null ? {} : { category: context.category }),
    ...(context.channel === null ? {} : { channel: context.channel }),
    ...(leadUnit ? { leadUnit } : {}),
    ...(context.owner === null ? {} : { owner: context.owner }),
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
  ...context.merged.map((id) => ({ rel: 'merged', id })),
  ...(context.original === null ? [] : [{ rel: 'original', id: context.original }]),
]

const extraOf = (context: Context): NonNullable<Summary['extra']> => ({
  urgent: context.urgent,
  tier: categoryOf(context.category)?.tier ?? null,
  stewards: context.stewards.length,
  signatures: context.signatures.length,
  asking: context.asking,
  followedUp: context.followedUp,
  tries: context.tries,
  round: context.round,
  closedHow: context.closedHow,
  overridden: context.overridden,
  supervisedFor: context.supervised?.reason ?? null,
  source: context.outside?.source ?? null,
  key: context.outside?.key ?? null,
  meaning: context.outside?.meaning ?? null,
  external: context.external,
})

/** What a case that is to be merged into this one asks, and what a topic may show. */
const factsOf = (context: Context): Record<string, unknown> => ({
  open: context.closedHow === null && context.original === null && context.outside === null,
  ended: context.closedHow !== null,
  place: context.place,
  category: context.category,
})

function measuresOf(context: Context, clocks: Clocks): NonNullable<Summary['measures']> {
  const { handle, contact } = clocks
  const valid = context.solved !== null
  return {
    referred: context.referrals.length > 0,
    responded: responded(context, contact),
    solved: context.solved,
    satisfied: valid ? context.satisfied : null,
    handleDueAt: handle?.dueAt ?? null,
    closedAt: context.closedAt,
    closedInTime:
      context.closedAt === null || handle === undefined
        ? null
        : context.lateRounds === 0 && !isOverdue(handle),
    closedUnanswered: context.closedHow === 'unanswered',
    redone: context.redone,
    sentBack: context.sentBack,
    reopened: context.reopened,
    urged: context.urged,
    answers: context.answers,
    unhappy: context.unhappy,
    resolutions: context.resolutions,
    extendedDays: context.extendedDays,
  }
}

function responded(context: Context, contact: Clock | undefined): boolean | null {
  if (contact === undefined) return null
  if (isOverdue(contact)) return false
  return context.contactedAt === null ? null : true
}

// What an appeal opens and tells: pure builders of the effects' params.
import {
  instanceFrom,
  type NotifyParams,
  type OpenParams,
  type Sealed,
  type TellParams,
} from '@linli/workflow'
import { UNCLASSIFIED } from './category.ts'
import { type Context, live, pending, type Referral } from './context.ts'

/** Names the referral that an event opens for a unit. */
export const referralId = (eventId: string) => (unit: string) =>
  instanceFrom('referral', eventId, unit)

/** The dispatch of each new referral; a note goes along as it was sealed. */
export function dispatches(
  context: Context,
  event: { stream: string },
  going: { referrals: readonly Referral[]; note: Sealed | undefined },
): OpenParams[] {
  const { referrals, note } = going
  return referrals.map((referral) => ({
    workflow: 'referral',
    command: 'dispatch',
    instance: referral.id,
    with: {
      appeal: event.stream,
      unit: referral.unit,
      lead: referral.lead,
      kind: referral.kind,
      place: context.about.place,
      category: context.about.category ?? UNCLASSIFIED,
      ...(context.about.areaM2 === null ? {} : { areaM2: context.about.areaM2 }),
      requestedAt: context.about.requestedAt,
      round: referral.round,
      ...(context.about.reporter === null ? {} : { reporter: context.about.reporter }),
      ...(note === undefined ? {} : { note }),
    },
  }))
}

/** The same word to several referrals. */
export const tellReferrals = (
  referrals: readonly Referral[],
  command: 'pause' | 'resume' | 'withdraw' | 'conclude' | 'supersede' | 'urge',
  given: Record<string, unknown> = {},
): TellParams[] => referrals.map(({ id }) => ({ instance: id, command, with: given }))

/** A closing is told to the referrals, to the topic and to what was merged into the case. */
export const closing = (context: Context, stream: string): TellParams[] => [
  ...tellReferrals(live(context), 'conclude'),
  ...leaving(context, stream),
  ...context.ties.merged.map((instance) => ({
    instance,
    command: 'originalClosed',
    with: { original: stream },
  })),
]

/** A case that ends unhandled: its referrals end, and the oldest merged case takes its place. */
export function ending(context: Context, stream: string, reason: string): TellParams[] {
  const [oldest, ...others] = context.ties.merged.toSorted()
  const succession =
    oldest === undefined
      ? []
      : [
          {
            instance: oldest,
            command: 'succeed',
            with: { original: stream, merged: others },
          },
          ...others.map((instance) => ({
            instance,
            command: 'follow',
            with: { original: oldest },
          })),
        ]
  return [
    ...tellReferrals(live(context), 'withdraw', { reason }),
    ...leaving(context, stream),
    ...succession,
  ]
}

/** Leaves a topic that has not said anything yet. */
export const leaving = (context: Context, stream: string): TellParams[] =>
  context.deliberation === null || context.deliberation.outcome !== null
    ? []
    : [{ instance: context.deliberation.id, command: 'leave', with: { appeal: stream } }]

/** A notice to whoever reported; nobody when that is not known. */
export const toReporter = (context: Context, text: string): NotifyParams[] =>
  context.about.reporter === null
    ? []
    : [{ to: { person: context.about.reporter }, text, with: {} }]

/** A notice to a role at the case's place. */
export function toRole(
  context: Context,
  role: 'coordinator' | 'supervisor' | 'grid-worker',
  text: string,
): NotifyParams {
  const place = context.about.place.at(-1)
  return { to: { role, ...(place === undefined ? {} : { place }) }, text, with: {} }
}

/** A notice to whoever handles the case: the owner, or the units that have the next word. */
export const toHandlers = (context: Context, text: string): NotifyParams[] => {
  const waiting = pending(context)
  if (waiting.length > 0) return waiting.map(({ unit }) => ({ to: { unit }, text, with: {} }))
  const owner = context.team.owner
  return [
    owner === null
      ? toRole(context, 'coordinator', text)
      : { to: { person: owner }, text, with: {} },
  ]
}

/** Asks an original to count the case among those merged into it. */
export const absorbs = (original: string | undefined, stream: string): TellParams[] =>
  original === undefined
    ? []
    : [{ instance: original, command: 'absorb', with: { appeal: stream } }]

/** Tells the original that the case stands on its own again. */
export const lettingGo = (context: Context, stream: string): TellParams[] =>
  context.ties.original === null
    ? []
    : [{ instance: context.ties.original, command: 'letGo', with: { appeal: stream } }]

/** What an original says of itself: true when it can take nothing any more. */
export function hasEnded(facts: Readonly<Record<string, unknown>>): boolean {
  const original = facts.original
  return (
    typeof original === 'object' && original !== null && Reflect.get(original, 'ended') === true
  )
}

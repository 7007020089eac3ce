// What an offer or a need remembers, and how its events change it. Pure; nothing personal stands
// here: who the other side is, is an id, and no name or phone.
import { type EventsOf, placePath } from '@linli/workflow'
import { z } from 'zod'
import type { commands } from './commands.ts'
import type { AidRules } from './rules.ts'

/** An offer or a need as folded. */
export type AidContext = {
  side: 'offer' | 'need'
  kind: string
  amount: number
  left: number
  countedIn: string
  place: readonly string[]
  bestBefore: string | null
  owner: string
  status: 'waiting' | 'matched' | 'sharing' | 'review' | 'ended'
  other: { id: string; person: string } | null
  /** The other side of the last match, which can still be reported. */
  last: string | null
  agreed: boolean
  otherAgreed: boolean
  /** How often the own consent changed, and the last such change of the other that was heard. */
  turn: number
  otherTurn: number
  times: number
  flags: number
}

export type Events = EventsOf<'mutual-aid', typeof commands, AidRules>
export type Given = { context: AidContext; event: Events }
type Changed = Partial<AidContext>

/** What two neighbours see of each other before both agree: no name, no phone. */
export const OtherFacts = z.object({
  id: z.string(),
  side: z.string(),
  kind: z.string(),
  countedIn: z.string(),
  status: z.string(),
  owner: z.string(),
  place: z.array(z.string()),
})

/** An offer or a need before it is posted. */
export const NEW_AID: AidContext = {
  ...{ side: 'offer', kind: '', amount: 0, left: 0, countedIn: 'items', place: [] },
  ...{ bestBefore: null, owner: '', status: 'waiting', other: null, last: null, agreed: false },
  ...{ otherAgreed: false, turn: 0, otherTurn: 0, times: 0, flags: 0 },
}

/** Posted by a neighbour. */
export function posted({ event }: Given): Changed {
  if (event.type !== 'mutual-aid.posted') return {}
  const { side, kind, amount, countedIn, bestBefore } = event.data
  return {
    ...{ side, kind, amount, countedIn, left: amount, bestBefore: bestBefore ?? null },
    owner: event.by.person ?? '',
    place: placePath(event.facts.place) ?? [],
  }
}

const beginning = { status: 'matched', otherTurn: 0 } as const

/** Matched by the own proposal. */
export function proposed({ event }: Given): Changed {
  if (event.type !== 'mutual-aid.proposed') return {}
  const person = OtherFacts.safeParse(event.facts.other).data?.owner ?? ''
  return { ...beginning, other: { id: event.data.other, person } }
}

/** Matched by the other's proposal. */
export function approached({ event }: Given): Changed {
  if (event.type !== 'mutual-aid.approached') return {}
  const { other, person } = event.data
  return { ...beginning, other: { id: other, person } }
}

/** The own consent, given or taken back. */
export const consent =
  (agreed: boolean) =>
  ({ context }: Given): Changed => ({ agreed, turn: context.turn + 1 })

/** The other's consent, as last heard of. */
export const otherConsent =
  (otherAgreed: boolean) =>
  ({ event }: Given): Changed =>
    event.type === 'mutual-aid.otherAgreed' || event.type === 'mutual-aid.otherTookBack'
      ? { otherAgreed, otherTurn: event.data.turn }
      : {}

/** Free again; a consent was for this match alone. */
export function parted({ context }: Given): Changed {
  const last = context.other?.id ?? context.last
  return { status: 'waiting', other: null, last, agreed: false, otherAgreed: false }
}

/** Something went over; what is left stays. */
export function handedOver({ context, event }: Given): Changed {
  return { left: leftAfter(context, event), times: context.times + 1 }
}

/** What is left after a handing over; a need is met by it however much it was. */
export function leftAfter(context: AidContext, event: Events): number {
  const isHanding =
    event.type === 'mutual-aid.handedOver' || event.type === 'mutual-aid.otherHandedOver'
  if (!isHanding) return context.left
  return context.side === 'need' ? 0 : Math.max(0, context.left - event.data.amount)
}

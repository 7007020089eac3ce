// What an assistance remembers, and how its events change it. Pure; nothing personal stands here.
import { type EventsOf, placePath } from '@linli/workflow'
import { z } from 'zod'
import type { commands } from './commands.ts'
import type { AssistanceRules } from './rules.ts'

/** What was said at the follow-up. */
export type Answer = 'yes' | 'partly' | 'no'

/** An assistance as folded. */
export type AssistanceContext = {
  wish: string
  resource: string
  amount: number
  kind: string
  place: readonly string[]
  resident: string | null
  unit: string | null
  owner: string | null
  /** Whether it has its part of the resource for itself. */
  reserved: boolean
  deliveredInTime: boolean | null
  tries: number
  redos: number
  answer: Answer | null
  /** The answer, judged by the policy; null: none yet. */
  satisfied: boolean | null
  unanswered: boolean
  outcome: 'done' | 'failed' | 'dropped' | null
  reason: string | null
  notes: number
}

export type Events = EventsOf<'assistance', typeof commands, AssistanceRules>
export type Given = { context: AssistanceContext; event: Events }
type Changed = Partial<AssistanceContext>

/** What a match asks of its wish and its resource. */
export const WishFacts = z.object({
  kind: z.string(),
  status: z.string(),
  resident: z.string().nullable(),
  place: z.array(z.string()),
})
export const ResourceFacts = z.object({
  status: z.string(),
  rest: z.number(),
  unit: z.string().nullable(),
})

/** An assistance before it is matched. */
export const NEW_ASSISTANCE: AssistanceContext = {
  ...{ wish: '', resource: '', amount: 0, kind: '', place: [], resident: null, unit: null },
  ...{ owner: null, reserved: false, deliveredInTime: null, tries: 0, redos: 0, answer: null },
  ...{ satisfied: null, unanswered: false, outcome: null, reason: null, notes: 0 },
}

/** Takes over what the wish and the resource are. */
export function matched({ event }: Given): Changed {
  if (event.type !== 'assistance.matched') return {}
  const { wish, resource, amount } = event.data
  const { wish: wishFacts, resource: resourceFacts, place } = event.facts
  const asked = WishFacts.safeParse(wishFacts).data
  return {
    ...{ wish, resource, amount, kind: asked?.kind ?? '', resident: asked?.resident ?? null },
    unit: ResourceFacts.safeParse(resourceFacts).data?.unit ?? null,
    place: placePath(place) ?? [],
    owner: event.by.person ?? null,
  }
}

/** Delivered; the first time says whether it was in time. */
export function delivered({ context, event }: Given): Changed {
  const { handle } = event.clocks
  const inTime = handle !== undefined && !handle.late && handle.status !== 'expired'
  return { deliveredInTime: context.deliveredInTime ?? inTime }
}

/** The answer stands; a later one takes its place. */
export function answered({ event }: Given): Changed {
  if (event.type !== 'assistance.followedUp' && event.type !== 'assistance.answered') return {}
  const { satisfied: said } = event.data
  if (said === 'noAnswer') return {}
  const good: readonly string[] = event.policy.rules.satisfiedWith.value
  return { answer: said, satisfied: good.includes(said) }
}

/** It came to nothing, and why: as said, or because the wish or the resource refused. */
export function failed({ context, event }: Given): Changed {
  if (event.type === 'assistance.failed') return { outcome: 'failed', reason: event.data.reason }
  const isWish = event.type === 'effect.refused' && event.data.instance === context.wish
  return { outcome: 'failed', reason: isWish ? 'wishGone' : 'resourceGone' }
}

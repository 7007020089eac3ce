// What an appeal remembers: facts that are not personal, every field always there.
import { iso, type Recorded } from '@linli/workflow'
import { categoryOf } from './category.ts'
import type { commands, Data, Unit } from './commands.ts'

/** A referral as the appeal knows it. `out`: the unit has the next word. */
export type Referral = {
  id: string
  unit: string
  lead: boolean
  kind: 'general' | 'heating'
  status: 'out' | 'answered' | 'sentBack' | 'refused' | 'superseded'
  round: number
  outcome: Data<'referralAnswered'>['outcome'] | null
}

/** What a deliberation said, until the appeal goes on from it. */
export type Deliberation = {
  id: string
  outcome: 'resolved' | 'rejected' | 'declined' | 'cancelled' | 'refused' | 'takenBack' | null
  units: readonly Recorded<Unit>[]
}

/** How a case ended, or was last closed. */
export type ClosedHow =
  | 'solved'
  | 'unanswered'
  | 'withOriginal'
  | 'outside'
  | 'merged'
  | 'rejected'
  | 'withdrawn'

/** What the machine is told of a command. */
type Heard<Name extends keyof typeof commands> = {
  data: Data<Name>
  at: number
  facts: Readonly<Record<string, unknown>>
}

export type Context = {
  place: readonly string[]
  areaM2: number | null
  category: string | null
  channel: string | null
  urgent: boolean
  reporter: string | null
  /** When the resident asked, ISO: a refund counts from this day. */
  requestedAt: string
  owner: string | null
  referrals: readonly Referral[]
  round: number
  deliberation: Deliberation | null
  /** Every deliberation that the case was brought to, and how many resolved it. */
  deliberations: readonly string[]
  resolutions: number
  merged: readonly string[]
  original: string | null
  external: string | null
  stewards: readonly string[]
  signatures: readonly Signature[]
  supervised: { reason: Data<'supervise'>['reason'] | 'overdue' | 'unhappy' } | null
  /** The round of the handle clock whose end a supervisor has released. */
  releasedRound: number
  lateRounds: number
  contactedAt: number | null
  asking: 'waiting' | 'lapsed' | null
  tries: number
  unhappy: number
  followedUp: 'good' | 'unhappy' | null
  solved: boolean | null
  satisfied: boolean | null
  answers: number
  sentBack: number
  redone: number
  reopened: number
  urged: number
  extendedDays: number
  outside: { source: string; key: string; unit: string | null; meaning: string | null } | null
  closedHow: ClosedHow | null
  closedAt: number | null
  overridden: boolean
}

/** A signature under the closing: by a steward, or for the community's staff. */
export type Signature = { side: 'community' | 'steward'; person: string | null }

/** Before the first event. */
export const EMPTY: Context = {
  place: [],
  areaM2: null,
  category: null,
  channel: null,
  urgent: false,
  reporter: null,
  requestedAt: '',
  owner: null,
  referrals: [],
  round: 1,
  deliberation: null,
  deliberations: [],
  resolutions: 0,
  merged: [],
  original: null,
  external: null,
  stewards: [],
  signatures: [],
  supervised: null,
  releasedRound: 0,
  lateRounds: 0,
  contactedAt: null,
  asking: null,
  tries: 0,
  unhappy: 0,
  followedUp: null,
  solved: null,
  satisfied: null,
  answers: 0,
  sentBack: 0,
  redone: 0,
  reopened: 0,
  urged: 0,
  extendedDays: 0,
  outside: null,
  closedHow: null,
  closedAt: null,
  overridden: false,
}

/** Referrals whose unit has the next word. */
export const pending = (context: Context): readonly Referral[] =>
  context.referrals.filter((referral) => referral.status === 'out')

/** Referrals that still live: they hear of a pause, a withdrawal, the close. */
export const live = (context: Context): readonly Referral[] =>
  context.referrals.filter(({ status }) => status === 'out' || status === 'answered')

/** The units of the round that a redo has just ended: they are asked again. */
export const lastUnits = (context: Context): Unit[] =>
  context.referrals
    .filter(({ status, round }) => status === 'superseded' && round === context.round - 1)
    .map(({ unit, lead, kind }) => ({ unit, lead, kind }))

/** True when a lead unit of the present round answered and nobody is waited for. */
export const isAnswered = (context: Context): boolean =>
  pending(context).length === 0 &&
  context.referrals.some((referral) => referral.status === 'answered' && referral.lead)

/** The place a command names: its path from the community down, and the area of a household. */
export function placeOf(
  place: string | undefined,
  facts: Readonly<Record<string, unknown>>,
): { path: readonly string[]; areaM2: number | null } {
  const known = facts.place
  const above: unknown = isObject(known) ? known.path : undefined
  const path = Array.isArray(above) ? above.filter((id) => typeof id === 'string') : []
  const areaM2 = isObject(known) && typeof known.areaM2 === 'number' ? known.areaM2 : null
  return {
    path: place === undefined || path.includes(place) ? path : [...path, place],
    areaM2,
  }
}

/** Referrals to new units, in the present round. */
function referred(
  context: Context,
  units: readonly Recorded<Unit>[],
  idOf: (unit: string) => string,
): Referral[] {
  const kind = categoryOf(context.category)?.referral ?? 'general'
  return units.map((unit) => ({
    id: idOf(unit.unit),
    unit: unit.unit,
    lead: unit.lead,
    kind: unit.kind ?? kind,
    status: 'out',
    round: context.round,
    outcome: null,
  }))
}

/** The referrals with one of them changed. */
export const changed = (context: Context, id: string, to: Partial<Referral>): readonly Referral[] =>
  context.referrals.map((referral) => (referral.id === id ? { ...referral, ...to } : referral))

/** What an appeal knows from its report. */
export function reported(event: Heard<'report'>): Partial<Context> {
  const { data } = event
  const { path, areaM2 } = placeOf(data.place, event.facts)
  return {
    place: path,
    areaM2,
    category: data.category ?? null,
    channel: data.channel,
    urgent: data.urgent === true,
    reporter: data.reporter ?? null,
    requestedAt: iso(event.at),
  }
}

/** What an appeal knows that is handled outside. */
export function adopted(event: Heard<'adopt'>): Partial<Context> {
  const { source, key, unit = null, place, category, channel } = event.data
  return {
    place: placeOf(place, event.facts).path,
    category,
    channel,
    requestedAt: iso(event.at),
    outside: { source, key, unit, meaning: null },
  }
}

/** Category and urgency, where somebody said something new. */
export const classified = (
  context: Context,
  data: { category?: string | undefined; urgent?: boolean | undefined },
): Partial<Context> => ({
  category: data.category ?? context.category,
  urgent: data.urgent ?? context.urgent,
})

/** The referrals of a context with new ones behind them. */
export const withReferrals = (
  context: Context,
  units: readonly Recorded<Unit>[],
  idOf: (unit: string) => string,
): Partial<Context> => ({ referrals: [...context.referrals, ...referred(context, units, idOf)] })

/** What a topic said; the appeal goes on from it where it stands in deliberation. */
export const heard = (
  context: Context,
  outcome: NonNullable<Deliberation['outcome']>,
  units: readonly Recorded<Unit>[] = [],
): Partial<Context> =>
  context.deliberation === null
    ? {}
    : {
        deliberation: { ...context.deliberation, outcome, units: ledUnits(units) },
        resolutions: context.resolutions + (outcome === 'resolved' ? 1 : 0),
      }

/** A resolution may name units without a lead: the first one leads then. */
const ledUnits = (units: readonly Recorded<Unit>[]): readonly Recorded<Unit>[] => {
  const lead = Math.max(
    0,
    units.findIndex((unit) => unit.lead),
  )
  return units.map((unit, index) => ({ ...unit, lead: index === lead }))
}

/** A list of ids with more of them, each once. */
export const union = (ids: readonly string[], more: readonly string[]): readonly string[] => [
  ...new Set([...ids, ...more]),
]

/** What a recorded follow-up adds up to; `close` is decided elsewhere. */
export function followed(context: Context, data: Data<'followUp'>): Partial<Context> {
  if (data.solved === 'noAnswer') return { tries: context.tries + 1 }
  const good = isGood(data)
  return {
    tries: 0,
    solved: data.solved === 'yes',
    satisfied: data.satisfied === undefined ? null : data.satisfied === 'yes',
    followedUp: good ? 'good' : 'unhappy',
    unhappy: context.unhappy + (good ? 0 : 1),
  }
}

/** True for a follow-up after which a case may close. */
export const isGood = (data: Data<'followUp'>): boolean =>
  data.solved === 'yes' && data.satisfied !== 'no'

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

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
type Deliberation = {
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

/**
 * What an appeal remembers, in small groups: a machine copies its context on every change, and
 * copying one flat object of forty fields took most of a step.
 */
export type Context = {
  about: About
  team: Team
  round: number
  referrals: readonly Referral[]
  deliberation: Deliberation | null
  /** Every deliberation that the case was brought to. */
  deliberations: readonly string[]
  ties: Ties
  marks: Marks
  followUp: FollowUp
  counts: Counts
  outside: Outside | null
  closing: Closing
}

/** What it is about. `requestedAt`, ISO: a refund counts from this day. */
type About = {
  place: readonly string[]
  areaM2: number | null
  category: string | null
  channel: string | null
  urgent: boolean
  reporter: string | null
  requestedAt: string
}

/** Who handles it for the community; a case with stewards closes with both signatures. */
type Team = {
  owner: string | null
  stewards: readonly string[]
  signatures: readonly Signature[]
}

/** A signature under the closing: by a steward, or for the community's staff. */
export type Signature = { side: 'community' | 'steward'; person: string | null }

/** Cases merged into this one, and the one that this was merged into. */
type Ties = {
  merged: readonly string[]
  original: string | null
  external: string | null
}

/** `releasedRound`: the round of the handle clock whose end a supervisor has released. */
type Marks = {
  supervised: { reason: Data<'supervise'>['reason'] | 'overdue' | 'unhappy' } | null
  releasedRound: number
  lateRounds: number
  contactedAt: number | null
  asking: 'waiting' | 'lapsed' | null
}

/** Tries without an answer, what stands for the closing, and the last valid answers. */
type FollowUp = {
  tries: number
  followedUp: 'good' | 'unhappy' | null
  solved: boolean | null
  satisfied: boolean | null
}

/** What is counted over the whole life of a case. */
type Counts = {
  answers: number
  sentBack: number
  redone: number
  reopened: number
  urged: number
  unhappy: number
  resolutions: number
  extendedDays: number
}

/** A case of another system, handled there. */
type Outside = {
  source: string
  key: string
  unit: string | null
  meaning: string | null
}

type Closing = { how: ClosedHow | null; at: number | null; overridden: boolean }

/** Before the first event. */
export const EMPTY: Context = {
  about: {
    place: [],
    areaM2: null,
    category: null,
    channel: null,
    urgent: false,
    reporter: null,
    requestedAt: '',
  },
  team: { owner: null, stewards: [], signatures: [] },
  round: 1,
  referrals: [],
  deliberation: null,
  deliberations: [],
  ties: { merged: [], original: null, external: null },
  marks: { supervised: null, releasedRound: 0, lateRounds: 0, contactedAt: null, asking: null },
  followUp: { tries: 0, followedUp: null, solved: null, satisfied: null },
  counts: {
    answers: 0,
    sentBack: 0,
    redone: 0,
    reopened: 0,
    urged: 0,
    unhappy: 0,
    resolutions: 0,
    extendedDays: 0,
  },
  outside: null,
  closing: { how: null, at: null, overridden: false },
}

type Group = 'about' | 'team' | 'ties' | 'marks' | 'followUp' | 'counts' | 'closing'

/** One group of a context, changed. */
export const having = <Name extends Group>(
  context: Context,
  group: Name,
  change: Partial<Context[Name]>,
): Partial<Context> => ({ [group]: { ...context[group], ...change } })

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
function placeOf(
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
export function referred(
  context: Context,
  units: readonly Recorded<Unit>[],
  idOf: (unit: string) => string,
): Referral[] {
  const kind = categoryOf(context.about.category)?.referral ?? 'general'
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
  const about = {
    place: path,
    areaM2,
    category: data.category ?? null,
    channel: data.channel,
    urgent: data.urgent === true,
    reporter: data.reporter ?? null,
    requestedAt: iso(event.at),
  }
  return { about }
}

/** What an appeal knows that is handled outside. */
export function adopted(event: Heard<'adopt'>): Partial<Context> {
  const { source, key, unit = null, place, category, channel } = event.data
  const { path, areaM2 } = placeOf(place, event.facts)
  return {
    about: { ...EMPTY.about, place: path, areaM2, category, channel, requestedAt: iso(event.at) },
    outside: { source, key, unit, meaning: null },
  }
}

/** Category and urgency, where somebody said something new. */
export const classified = (
  context: Context,
  data: { category?: string | undefined; urgent?: boolean | undefined },
): Partial<Context> =>
  having(context, 'about', {
    category: data.category ?? context.about.category,
    urgent: data.urgent ?? context.about.urgent,
  })

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
        ...having(context, 'counts', {
          resolutions: context.counts.resolutions + (outcome === 'resolved' ? 1 : 0),
        }),
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
  if (data.solved === 'noAnswer') {
    return having(context, 'followUp', { tries: context.followUp.tries + 1 })
  }
  const good = isGood(data)
  return {
    followUp: {
      tries: 0,
      followedUp: good ? 'good' : 'unhappy',
      solved: data.solved === 'yes',
      satisfied: data.satisfied === undefined ? null : data.satisfied === 'yes',
    },
    ...having(context, 'counts', { unhappy: context.counts.unhappy + (good ? 0 : 1) }),
  }
}

/** True for a follow-up after which a case may close. */
export const isGood = (data: Data<'followUp'>): boolean =>
  data.solved === 'yes' && data.satisfied !== 'no'

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

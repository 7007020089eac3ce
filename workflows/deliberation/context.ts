// What a deliberation remembers. Nothing in it is personal: voters are ids, ballots that are
// sealed are only counted.
import { z } from 'zod'
import type { Choice, Share, Totals, VotingRule, Weight } from './quorum.ts'
import type { Matter } from './rules.ts'
import type { Membership } from './standing-body.ts'

/** A party whose presence a meeting may require. */
export const Party = z.enum([
  'party-organisation',
  'residents-representatives',
  'functional-department',
  'property',
  'owners-committee',
  'police',
  'partner-units',
  'group-representatives',
  'resident-units',
  'assigned-officials',
])
export type Party = z.infer<typeof Party>

/** How a vote was given. */
export const Way = z.enum(['hand', 'paper', 'link'])
export type Way = z.infer<typeof Way>

/**
 * A vote as it stands; `event` is where the sealed choice lies, if it is sealed. `by` is who gave
 * it for a voter who had delegated it.
 */
export type Ballot = { way: Way; event: string; choice?: Choice; by?: string }

/** One meeting: what was fixed when it was scheduled, and what came of it. */
export type Meeting = {
  number: number
  at: string
  place: string
  secret: boolean
  voting: VotingRule
  parties: readonly string[]
  present: readonly string[]
  /** The standing body that meets: its members on that day, and the share that must be there. */
  members: Membership
  attendance: Share | null
  /** Members who signed in. */
  presentMembers: readonly string[]
  /** Voters and the area each stands for, in square decimetres. */
  voters: Readonly<Record<string, number>>
  voterIds: readonly string[]
  electorate: Weight
  ballots: Readonly<Record<string, Ballot>>
  /** Who votes for whom: the one who delegated, and the one named. */
  delegations: Readonly<Record<string, string>>
  /** Those who have voted, whatever they chose. */
  turnout: Weight
  totals: Totals | null
}

/** An objection against a published resolution, by the event that brought it. */
export type Objection = { id: string; by: string | null; status: 'open' | 'dismissed' | 'upheld' }

/** Something to do that follows from the resolution. */
export type Task = {
  id: string
  title: string
  due: string
  unit: string | null
  person: string | null
  status: 'open' | 'referred' | 'planned' | 'answered' | 'done' | 'dropped'
  referral: string | null
  project: string | null
}

/** The folded state of a deliberation beside the name of its state. */
export type Context = {
  stream: string
  title: string
  matter: Matter
  place: readonly string[]
  category: string | null
  proposer: string | null
  parties: readonly string[]
  /** The standing body that deliberates, and its members when the topic was proposed. */
  body: string | null
  council: Membership
  /** Members who support the proposal, the proposer among them. */
  supporters: readonly string[]
  appeals: readonly string[]
  /** How many meetings were scheduled so far. */
  meetings: number
  meeting: Meeting | null
  resolution: string | null
  objectionsEnded: boolean
  objections: readonly Objection[]
  tasks: readonly Task[]
  notes: number
  /** Instances that refused to be told. */
  untold: readonly string[]
}

/** Before the first event. */
export const beginning: Context = {
  stream: '',
  title: '',
  matter: 'ordinary',
  place: [],
  category: null,
  proposer: null,
  parties: [],
  body: null,
  council: {},
  supporters: [],
  appeals: [],
  meetings: 0,
  meeting: null,
  resolution: null,
  objectionsEnded: false,
  objections: [],
  tasks: [],
  notes: 0,
  untold: [],
}

// The machine of a team: a record, without clocks and without anybody's turn. May not import a
// store or HTTP.
import { check, coreActions, type EventsOf, placePath } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import type { Skill } from '../person/skill.ts'
import type { commands, RosterLine } from './commands.ts'

/** Somebody in a team, since when and until when (epoch ms, exclusive). */
export type Member = { person: string; from: number; until?: number }

/** A team as folded. */
export type TeamContext = {
  name: string
  skills: readonly Skill[]
  place: readonly string[]
  unit: string | null
  members: readonly Member[]
  leader: string | null
  roster: readonly RosterLine[]
  status: 'active' | 'ended'
}
type Events = EventsOf<'team', typeof commands>
type Joining = { person: string; from?: string; until?: string }

const Active = z.object({ status: z.literal('active') })
const Ended = z.object({ ended: z.literal(true).optional(), status: z.string().optional() })
/** The most members of one team, those of the past too. */
const MEMBERS_MAX = 2_000

/** The members whose time runs at an instant (epoch ms). */
export const membersAt = (members: readonly Member[], at: number): Member[] =>
  members.filter(({ from, until }) => from <= at && (until === undefined || at < until))

/** The machine of a team. */
export const machine = setup({
  types: {} as { context: TeamContext; events: Events },
  actions: {
    ...coreActions,
    keepTeam: assign(({ event }) => {
      if (event.type !== 'team.formed') return {}
      const { name, skills, unit } = event.data
      const place = placePath(event.facts.place)
      return { name, skills, unit: unit ?? null, place: place ?? [] }
    }),
    keepCorrected: assign(({ event }) => {
      if (event.type !== 'team.corrected') return {}
      const { name, skills } = event.data
      return {
        ...(name === undefined ? {} : { name }),
        ...(skills === undefined ? {} : { skills }),
      }
    }),
    keepMember: assign(({ context, event }) =>
      event.type === 'team.enlisted'
        ? { members: [...context.members, memberOf(event.data, event.at)] }
        : {},
    ),
    endMember: assign(({ context, event }) => {
      if (event.type !== 'team.released') return {}
      const { person } = event.data
      return {
        members: context.members.map((one) =>
          one.person === person && isOpen(one, event.at) ? { ...one, until: event.at } : one,
        ),
        leader: context.leader === person ? null : context.leader,
        roster: context.roster.filter((line) => line.person !== person),
      }
    }),
    keepLeader: assign(({ event }) =>
      event.type === 'team.appointed' ? { leader: event.data.leader } : {},
    ),
    keepRoster: assign(({ event }) =>
      event.type === 'team.planned' ? { roster: event.data.roster } : {},
    ),
    endMembers: assign(({ context, event }) => ({
      ...{ status: 'ended' as const, leader: null, roster: [] },
      members: context.members.map((one) =>
        isOpen(one, event.at) ? { ...one, until: event.at } : one,
      ),
    })),
  },
  guards: {
    placeStands: check<TeamContext, object>(
      ({ facts }) => !isEnded(facts.place) && !isEnded(facts.unit),
    ),
    mayJoin: check<TeamContext, Joining>(({ context, data, facts, at }) => {
      const joining = memberOf(data, at)
      return (
        context.members.length < MEMBERS_MAX &&
        Active.safeParse(facts.person).success &&
        (joining.until === undefined || (joining.from < joining.until && at < joining.until)) &&
        !context.members.some((one) => one.person === data.person && overlap(one, joining))
      )
    }),
    isMember: check<TeamContext, { person: string }>(({ context, data, at }) =>
      context.members.some((one) => one.person === data.person && isOpen(one, at)),
    ),
    mayLead: check<TeamContext, { leader: string }>(({ context, data, at }) =>
      membersAt(context.members, at).some(({ person }) => person === data.leader),
    ),
    rosterFits: check<TeamContext, { roster: RosterLine[] }>(
      ({ context, data, at }) =>
        data.roster.every(({ person }) =>
          context.members.some((one) => one.person === person && isOpen(one, at)),
        ) && isOneAtATime(data.roster),
    ),
  },
}).createMachine({
  id: 'team',
  context: {
    ...{ name: '', skills: [], place: [], unit: null, members: [], leader: null },
    ...{ roster: [], status: 'active' },
  },
  initial: 'new',
  states: {
    new: {
      on: { 'team.formed': { target: 'active', guard: 'placeStands', actions: 'keepTeam' } },
    },
    active: {
      on: {
        'team.corrected': { actions: 'keepCorrected' },
        'team.enlisted': { guard: 'mayJoin', actions: 'keepMember' },
        'team.released': { guard: 'isMember', actions: 'endMember' },
        'team.appointed': { guard: 'mayLead', actions: 'keepLeader' },
        'team.planned': { guard: 'rosterFits', actions: 'keepRoster' },
        'team.disbanded': { target: 'ended', actions: 'endMembers' },
      },
    },
    ended: { type: 'final' },
  },
})

const isOpen = ({ until }: Member, at: number): boolean => until === undefined || at < until

const overlap = (one: Member, other: Member): boolean =>
  isOpen(one, other.from) && isOpen(other, one.from)

function memberOf({ person, from, until }: Given, at: number): Member {
  return {
    person,
    from: from === undefined ? at : Date.parse(from),
    ...(until === undefined ? {} : { until: Date.parse(until) }),
  }
}

type Given = { person: string; from?: string | undefined; until?: string | undefined }

/** Nobody is at two posts at one time. */
function isOneAtATime(roster: readonly RosterLine[]): boolean {
  const sorted = roster.toSorted((a, b) => keyOf(a) - keyOf(b) || (a.from < b.from ? -1 : 1))
  const byPerson = Map.groupBy(sorted, ({ person, day }) => `${person} ${day}`)
  return [...byPerson.values()].every((lines) =>
    lines.every((line, index) => index === 0 || (lines[index - 1]?.to ?? '') <= line.from),
  )
}

const keyOf = ({ day }: RosterLine): number => day

const isEnded = (facts: unknown): boolean => {
  const found = Ended.safeParse(facts)
  return found.success && (found.data.ended === true || found.data.status === 'ended')
}

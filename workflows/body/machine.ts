// The machine of a standing body: a record, without clocks and without anybody's turn. Its quorum
// is fixed from the policy when it is established. May not import a store or HTTP.
import { check, coreActions, type EventsOf, placePath } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import type { Party } from '../deliberation/context.ts'
import type { Share } from '../deliberation/quorum.ts'
import type { BodyKind, commands } from './commands.ts'
import { boundOf, type Rules } from './rules.ts'

/** A seat: whose, for which party, since when and until when (epoch ms, exclusive). */
export type Seat = { person: string; party: Party; from: number; until?: number }

/** A body as folded; the term in epoch milliseconds. */
export type BodyContext = {
  kind: BodyKind
  name: string
  place: readonly string[]
  quorum: Share | null
  requiredParties: readonly Party[]
  term: { from: number; until: number } | null
  members: readonly Seat[]
  status: 'active' | 'dissolved'
}
type Events = EventsOf<'body', typeof commands, Rules>
type Seating = { person: string; party: Party; from?: string; until?: string }

const Active = z.object({ status: z.literal('active') })
const Ended = z.object({ ended: z.literal(true) })
/** The most seats that one body ever had. */
const SEATS_MAX = 1_000

/** The seats whose time runs at an instant (epoch ms). */
export const seatsAt = (members: readonly Seat[], at: number): Seat[] =>
  members.filter((seat) => seat.from <= at && isOpen(seat, at))

/** The machine of a body. */
export const machine = setup({
  types: {} as { context: BodyContext; events: Events },
  actions: {
    ...coreActions,
    keepBody: assign(({ event }) => {
      if (event.type !== 'body.established') return {}
      const { kind, name, requiredParties, term } = event.data
      const place = placePath(event.facts.place)
      const bound = boundOf(kind, event.policy)
      return {
        ...{ kind, name, place: place ?? [], quorum: bound.quorum },
        requiredParties: requiredParties ?? bound.requiredParties,
        term: term === undefined ? null : termOf(term),
      }
    }),
    keepCorrected: assign(({ event }) => {
      if (event.type !== 'body.corrected') return {}
      const { name, requiredParties } = event.data
      return {
        ...(name === undefined ? {} : { name }),
        ...(requiredParties === undefined ? {} : { requiredParties }),
      }
    }),
    keepSeat: assign(({ context, event }) =>
      event.type === 'body.seated'
        ? { members: [...context.members, seatOf(event.data, event.at, context.term)] }
        : {},
    ),
    endSeat: assign(({ context, event }) =>
      event.type === 'body.unseated'
        ? { members: ended(context.members, event.at, event.data.person) }
        : {},
    ),
    keepTerm: assign(({ event }) =>
      event.type === 'body.renewed' ? { term: termOf(event.data.term) } : {},
    ),
    endSeats: assign(({ context, event }) => ({
      status: 'dissolved' as const,
      members: ended(context.members, event.at),
    })),
  },
  guards: {
    placeStands: check<BodyContext, object, Rules>(
      ({ facts }) => !Ended.safeParse(facts.place).success,
    ),
    mayTakeSeat: check<BodyContext, Seating, Rules>(({ context, data, facts, at }) => {
      const seat = seatOf(data, at, context.term)
      return (
        context.members.length < SEATS_MAX &&
        Active.safeParse(facts.person).success &&
        (seat.until === undefined || (seat.from < seat.until && at < seat.until)) &&
        !context.members.some((one) => one.person === seat.person && overlap(one, seat))
      )
    }),
    hasSeat: check<BodyContext, { person: string }, Rules>(({ context, data, at }) =>
      context.members.some((seat) => seat.person === data.person && isOpen(seat, at)),
    ),
    termFollows: check<BodyContext, { term: { from: string; until: string } }, Rules>(
      ({ context, data }) =>
        context.term === null || Date.parse(data.term.from) >= context.term.until,
    ),
  },
}).createMachine({
  id: 'body',
  context: {
    ...{ kind: 'council', name: '', place: [], quorum: null, requiredParties: [] },
    ...{ term: null, members: [], status: 'active' },
  },
  initial: 'new',
  states: {
    new: {
      on: { 'body.established': { target: 'active', guard: 'placeStands', actions: 'keepBody' } },
    },
    active: {
      on: {
        'body.corrected': { actions: 'keepCorrected' },
        'body.seated': { guard: 'mayTakeSeat', actions: 'keepSeat' },
        'body.unseated': { guard: 'hasSeat', actions: 'endSeat' },
        'body.renewed': { guard: 'termFollows', actions: 'keepTerm' },
        'body.dissolved': { target: 'dissolved', actions: 'endSeats' },
      },
    },
    dissolved: { type: 'final' },
  },
})

const isOpen = ({ until }: Seat, at: number): boolean => until === undefined || at < until

const overlap = (one: Seat, other: Seat): boolean =>
  isOpen(one, other.from) && isOpen(other, one.from)

const termOf = ({ from, until }: { from: string; until: string }) => ({
  from: Date.parse(from),
  until: Date.parse(until),
})

type Given = { person: string; party: Party; from?: string | undefined; until?: string | undefined }

/** A seat ends with the term unless it says otherwise. */
function seatOf(
  { person, party, from, until }: Given,
  at: number,
  term: BodyContext['term'],
): Seat {
  const begins = from === undefined ? Math.max(at, term?.from ?? at) : Date.parse(from)
  const ends = until === undefined ? term?.until : Date.parse(until)
  return { person, party, from: begins, ...(ends === undefined ? {} : { until: ends }) }
}

const ended = (members: readonly Seat[], at: number, person?: string): Seat[] =>
  members.map((seat) =>
    isOpen(seat, at) && (person === undefined || seat.person === person)
      ? { ...seat, until: at }
      : seat,
  )

// The machine of a duty calendar: a record of the times that rosters hold of one person. It alone
// decides across rosters, so nobody is ever in two places. May not import a store or HTTP.
import { check, coreActions, type EventsOf, type TellParams, when } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { type Booking, overlap } from './calendar-id.ts'
import type { commands } from './commands.ts'

/** A calendar as folded: what lies more than a day back is not kept. */
export type CalendarContext = {
  person: string
  place: readonly string[]
  bookings: readonly Booking[]
}
type Events = EventsOf<'duty-calendar', typeof commands>
type Given = { context: CalendarContext; event: Events }
type Times = { from: string; to: string }

const KEPT_MS = 86_400_000
const timesOf = ({ from, to }: Times) => ({ from: Date.parse(from), to: Date.parse(to) })

const answer =
  (command: 'confirm' | 'decline') =>
  ({ context, event }: Given): TellParams[] => {
    if (event.type !== 'duty-calendar.bookingAsked') return []
    const { roster, shift } = event.data
    return [{ instance: roster, command, with: { shift, person: context.person } }]
  }

/** The machine of a duty calendar. */
export const machine = setup({
  types: {} as { context: CalendarContext; events: Events },
  actions: {
    ...coreActions,
    opened: assign(({ event }) =>
      event.type === 'duty-calendar.opened'
        ? { person: event.data.person, place: event.data.place }
        : {},
    ),
    booked: assign(({ context, event }) => {
      if (event.type !== 'duty-calendar.bookingAsked') return {}
      const { roster, shift } = event.data
      const kept = context.bookings.filter(({ to }) => to > event.at - KEPT_MS)
      return { bookings: [...kept, { roster, shift, ...timesOf(event.data) }] }
    }),
    released: assign(({ context, event }) => {
      if (event.type !== 'duty-calendar.released') return {}
      const { roster, shift } = event.data
      const isIt = (one: Booking) => one.roster === roster && one.shift === shift
      return { bookings: context.bookings.filter((one) => !isIt(one)) }
    }),
  },
  guards: {
    isFree: check<CalendarContext, Times>(({ context, data }) => {
      const wanted = timesOf(data)
      return !context.bookings.some((one) => overlap(one, wanted))
    }),
    nothingBooked: when<CalendarContext>(
      ({ context, at }) => !context.bookings.some(({ to }) => to > at),
    ),
  },
}).createMachine({
  id: 'duty-calendar',
  context: { person: '', place: [], bookings: [] },
  initial: 'new',
  states: {
    new: { on: { 'duty-calendar.opened': { target: 'active', actions: 'opened' } } },
    active: {
      on: {
        'duty-calendar.bookingAsked': [
          { guard: 'isFree', actions: ['booked', { type: 'tell', params: answer('confirm') }] },
          { actions: { type: 'tell', params: answer('decline') } },
        ],
        'duty-calendar.released': { actions: 'released' },
        'duty-calendar.closed': { guard: 'nothingBooked', target: 'closed' },
      },
    },
    closed: { type: 'final' },
  },
})

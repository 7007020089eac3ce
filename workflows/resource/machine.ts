// The machine of a resource. What is reserved can be given to nobody else: reservations come one
// after the other in this stream, so two at once cannot both have the last of it.
// May not import a store or HTTP.
import { check, coreActions, type EventsOf, placePath, type StateMeta, when } from '@linli/workflow'
import { assign, setup } from 'xstate'
import type { commands } from './commands.ts'

/** A resource as folded; amounts are in `countedIn`. */
export type ResourceContext = {
  kind: string
  title: string
  place: readonly string[]
  unit: string | null
  giver: string | null
  countedIn: string
  comesBack: boolean
  amount: number
  given: number
  reserved: readonly { assistance: string; amount: number }[]
  /** How many times it helped. */
  times: number
  status: 'open' | 'withdrawn'
}
type Events = EventsOf<'resource', typeof commands>
type Given = { context: ResourceContext; event: Events }

/** What can still be reserved. */
export const restOf = ({ amount, given, reserved }: ResourceContext): number =>
  reserved.reduce((rest, one) => rest - one.amount, amount - given)

const reservedFor = ({ reserved }: ResourceContext, assistance: string) =>
  reserved.find((one) => one.assistance === assistance)

/** Lets whoever gives it know, where one is named; `text` is the key `notify.<text>`. */
const toGiver =
  (text: string) =>
  ({ context, event }: Given) => {
    const { unit, giver } = context
    const to = [
      ...(unit === null ? [] : [{ unit }]),
      ...(giver === null ? [] : [{ person: giver }]),
    ]
    return to.map((whom) => ({ to: whom, text, with: { resource: event.stream } }))
  }

const tellReserved = ({ event }: Given) => ({
  instance: event.type === 'resource.reserved' ? event.data.assistance : '',
  command: 'resourceReserved',
  with: { resource: event.stream },
})

const tell = (text: string) => ({ type: 'notify', params: toGiver(text) }) as const
const startValidity = { type: 'startClock', params: { clock: 'validity' } } as const

/** The machine of a resource. */
export const machine = setup({
  types: {} as { context: ResourceContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    registered: assign(({ event }) => {
      if (event.type !== 'resource.registered') return {}
      const { kind, title, amount, countedIn, comesBack, unit, giver } = event.data
      const place = placePath(event.facts.place)
      return {
        ...{ kind, title, amount, countedIn, comesBack },
        ...{ unit: unit ?? null, giver: giver ?? null },
        place: place ?? [],
      }
    }),
    toppedUp: assign(({ context, event }) =>
      event.type === 'resource.toppedUp' ? { amount: context.amount + event.data.amount } : {},
    ),
    reserved: assign(({ context, event }) => {
      if (event.type !== 'resource.reserved') return {}
      const { assistance, amount } = event.data
      return { reserved: [...context.reserved, { assistance, amount }] }
    }),
    given: assign(({ context, event }) => {
      if (event.type !== 'resource.given') return {}
      const { assistance } = event.data
      const amount = reservedFor(context, assistance)?.amount ?? 0
      return {
        reserved: context.reserved.filter((one) => one.assistance !== assistance),
        given: context.given + (context.comesBack ? 0 : amount),
        times: context.times + 1,
      }
    }),
    released: assign(({ context, event }) => {
      if (event.type !== 'resource.released') return {}
      const { assistance } = event.data
      return { reserved: context.reserved.filter((one) => one.assistance !== assistance) }
    }),
    withdrawn: assign({ status: 'withdrawn' as const }),
  },
  guards: {
    known: check<ResourceContext, { assistance: string }>(
      ({ context, data }) => reservedFor(context, data.assistance) !== undefined,
    ),
    enough: check<ResourceContext, { amount: number }>(
      ({ context, data }) => data.amount <= restOf(context),
    ),
    noneReserved: when<ResourceContext>(({ context }) => context.reserved.length === 0),
    nothingLeft: when<ResourceContext>(({ context }) => restOf(context) === 0),
    somethingLeft: when<ResourceContext>(({ context }) => restOf(context) > 0),
  },
}).createMachine({
  id: 'resource',
  context: {
    ...{ kind: '', title: '', place: [], unit: null, giver: null, countedIn: 'items' },
    ...{ comesBack: false, amount: 0, given: 0, reserved: [], times: 0, status: 'open' as const },
  },
  initial: 'new',
  states: {
    new: {
      on: { 'resource.registered': { target: 'open', actions: ['registered', startValidity] } },
    },
    open: {
      initial: 'available',
      meta: { responsible: 'coordinator' },
      on: {
        'resource.toppedUp': { actions: 'toppedUp' },
        'resource.confirmed': { actions: startValidity },
        'resource.withdrawn': { guard: 'noneReserved', target: 'withdrawn', actions: 'withdrawn' },
        'resource.reserved': [
          { guard: 'known' },
          {
            guard: 'enough',
            actions: ['reserved', { type: 'tell', params: tellReserved }, tell('reserved')],
          },
        ],
        'resource.given': { guard: 'known', actions: ['given', tell('given')] },
        // Told to an assistance that never came to reserve anything as well.
        'resource.released': [{ guard: 'known', actions: ['released', tell('released')] }, {}],
      },
      states: {
        available: { always: { guard: 'nothingLeft', target: 'usedUp' } },
        usedUp: { always: { guard: 'somethingLeft', target: 'available' } },
      },
    },
    withdrawn: { type: 'final' },
  },
})

// The machine of a wish: it waits, is matched by an assistance, and waits again when that fails.
// Clocks are started on transitions, never on entry. May not import a store or HTTP.
import { check, coreActions, type EventsOf, placePath, type StateMeta } from '@linli/workflow'
import { assign, setup } from 'xstate'
import type { commands } from './commands.ts'

/** A wish as folded. */
export type WishContext = {
  kind: string
  place: readonly string[]
  channel: string
  resident: string | null
  status: 'waiting' | 'matched' | 'fulfilled' | 'declined' | 'withdrawn'
  /** The assistance that has it now, or that fulfilled it. */
  assistance: string | null
  failures: number
  notes: number
}
type Events = EventsOf<'wish', typeof commands>
type Given = { context: WishContext; event: Events }
type Told = { assistance: string }

/** Lets whoever made the wish know, where there is one; `text` is the key `notify.<text>`. */
const toResident =
  (text: string) =>
  ({ context, event }: Given) =>
    context.resident === null
      ? []
      : [{ to: { person: context.resident }, text, with: { wish: event.stream } }]

const tellAssistance =
  (command: string) =>
  ({ context, event }: Given) => ({
    instance: context.assistance ?? '',
    command,
    with: { wish: event.stream },
  })

const startMatch = { type: 'startClock', params: { clock: 'match' } } as const
const stopMatch = { type: 'stopClock', params: { clock: 'match' } } as const
const tell = (text: string) => ({ type: 'notify', params: toResident(text) }) as const
const mark = (status: WishContext['status']) => ({ type: 'mark', params: { status } }) as const

/** The machine of a wish. */
export const machine = setup({
  types: {} as { context: WishContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    made: assign(({ event }) => {
      if (event.type !== 'wish.made') return {}
      const { kind, channel, resident } = event.data
      const place = placePath(event.facts.place)
      const path = place ?? []
      return { kind, channel, resident: resident ?? null, place: path }
    }),
    noted: assign({ notes: ({ context }) => context.notes + 1 }),
    matched: assign(({ event }) =>
      event.type === 'wish.matched'
        ? { status: 'matched' as const, assistance: event.data.assistance }
        : {},
    ),
    unmatched: assign(({ context }) => ({
      ...{ status: 'waiting' as const, assistance: null },
      failures: context.failures + 1,
    })),
    mark: assign((_, { status }: { status: WishContext['status'] }) => ({ status })),
  },
  guards: {
    ofThis: check<WishContext, Told>(({ context, data }) => context.assistance === data.assistance),
  },
}).createMachine({
  id: 'wish',
  context: {
    ...{ kind: '', place: [], channel: '', resident: null, status: 'waiting' as const },
    ...{ assistance: null, failures: 0, notes: 0 },
  },
  initial: 'new',
  states: {
    new: { on: { 'wish.made': { target: 'open', actions: ['made', startMatch] } } },
    open: {
      initial: 'waiting',
      on: { 'wish.noted': { actions: 'noted' } },
      states: {
        waiting: {
          meta: { responsible: 'coordinator' },
          on: {
            'wish.matched': {
              target: 'matched',
              actions: [
                'matched',
                stopMatch,
                { type: 'tell', params: tellAssistance('wishTaken') },
                tell('matched'),
              ],
            },
            'wish.declined': {
              target: '#wish.declined',
              actions: [mark('declined'), tell('declined')],
            },
            'wish.withdrawn': { target: '#wish.withdrawn', actions: mark('withdrawn') },
          },
        },
        matched: {
          meta: { responsible: 'coordinator', follows: 'assistance' },
          on: {
            'wish.matched': { guard: 'ofThis' },
            'wish.unmatched': {
              guard: 'ofThis',
              target: 'waiting',
              actions: ['unmatched', startMatch, tell('unmatched')],
            },
            'wish.fulfilled': {
              guard: 'ofThis',
              target: '#wish.fulfilled',
              actions: [mark('fulfilled'), tell('fulfilled')],
            },
            'wish.withdrawn': {
              target: '#wish.withdrawn',
              actions: [
                mark('withdrawn'),
                { type: 'tell', params: tellAssistance('wishWithdrawn') },
              ],
            },
          },
        },
      },
    },
    fulfilled: { type: 'final' },
    declined: { type: 'final' },
    withdrawn: { type: 'final' },
  },
})

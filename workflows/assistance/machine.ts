// The machine of an assistance: it binds a wish, then a resource, one after the other, is carried
// out, and is followed to an answer. Who of two is late at the same resource fails and frees the
// wish. Clocks are started on transitions, never on entry. May not import a store or HTTP.
import { coreActions, type StateMeta } from '@linli/workflow'
import { assign, setup } from 'xstate'
import {
  type AssistanceContext,
  answered,
  delivered,
  type Events,
  failed,
  type Given,
  matched,
  NEW_ASSISTANCE,
} from './context.ts'
import { guards } from './guards.ts'

/** What the wish is told. */
const tellWish =
  (command: string, reason?: string) =>
  ({ context, event }: Given) => ({
    instance: context.wish,
    command,
    with: { assistance: event.stream, ...(reason === undefined ? {} : { reason }) },
  })

/** What the resource is told. */
const tellResource =
  (command: string) =>
  ({ context, event }: Given) => ({
    instance: context.resource,
    command,
    with: {
      assistance: event.stream,
      ...(command === 'reserve' ? { amount: context.amount } : {}),
    },
  })

const tellFailed = (given: Given) => tellWish('unmatch', given.context.reason ?? 'other')(given)

/** Lets the wisher know, where there is one; `text` is the key `notify.<text>`. */
const toResident =
  (text: string) =>
  ({ context, event }: Given) =>
    context.resident === null
      ? []
      : [{ to: { person: context.resident }, text, with: { assistance: event.stream } }]

const toUnit = ({ context, event }: Given) =>
  context.unit === null
    ? []
    : [{ to: { unit: context.unit }, text: 'carryOut', with: { assistance: event.stream } }]

const stop = (clock: string) => ({ type: 'stopClock', params: { clock } }) as const
const start = (clock: string) => ({ type: 'startClock', params: { clock } }) as const
const stopAll = { type: 'stopClocks', params: {} } as const
const giveBack = { type: 'tell', params: tellResource('release') } as const
const freeWish = { type: 'tell', params: tellFailed } as const

const parts = setup({
  types: {} as { context: AssistanceContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    matched: assign(matched),
    reserved: assign({ reserved: true }),
    delivered: assign(delivered),
    answered: assign(answered),
    failed: assign(failed),
    tried: assign({ tries: ({ context }) => context.tries + 1 }),
    redone: assign({ redos: ({ context }) => context.redos + 1, tries: 0 }),
    taken: assign(({ event }) => ({ owner: event.by.person ?? null })),
    noted: assign({ notes: ({ context }) => context.notes + 1 }),
    done: assign({ outcome: 'done' as const }),
    unanswered: assign({ unanswered: true }),
    dropped: assign({ outcome: 'dropped' as const }),
  },
  guards,
})

const fulfil = { type: 'tell', params: tellWish('fulfil') } as const
const good = { target: '#assistance.closed', actions: ['answered', 'done', fulfil] } as const
const again = {
  target: 'underway',
  actions: ['answered', 'redone', stop('followUp'), start('handle')],
} as const
/** Followed to its end, and not well: the wish waits for somebody else. */
const unhappy = {
  target: '#assistance.closed',
  actions: ['answered', 'done', { type: 'tell', params: tellWish('unmatch', 'unhappy') }],
} as const

/** The machine of an assistance. */
export const machine = parts.createMachine({
  id: 'assistance',
  context: NEW_ASSISTANCE,
  initial: 'new',
  states: {
    new: {
      on: {
        'assistance.matched': {
          guard: {
            type: 'every',
            params: { all: ['wishWaits', 'wishIsHere', 'resourceHere', 'resourceEnough'] },
          },
          target: 'open',
          actions: ['matched', start('handle'), { type: 'tell', params: tellWish('match') }],
        },
      },
    },
    open: {
      initial: 'binding',
      on: {
        'assistance.noted': { actions: 'noted' },
        'assistance.taken': { actions: 'taken' },
        'assistance.wishWithdrawn': {
          guard: 'ofThisWish',
          target: 'dropped',
          actions: ['dropped', stopAll, giveBack],
        },
        'assistance.failed': {
          target: 'failed',
          actions: ['failed', stopAll, freeWish, giveBack],
        },
      },
      states: {
        binding: {
          meta: { responsible: 'coordinator' },
          on: {
            'assistance.wishTaken': {
              guard: 'ofThisWish',
              actions: { type: 'tell', params: tellResource('reserve') },
            },
            'assistance.resourceReserved': {
              guard: 'ofThisResource',
              target: 'underway',
              actions: ['reserved', { type: 'notify', params: toUnit }],
            },
            'effect.refused': [
              { guard: 'wishRefused', target: '#assistance.failed', actions: ['failed', stopAll] },
              {
                guard: 'resourceRefused',
                target: '#assistance.failed',
                actions: ['failed', stopAll, freeWish],
              },
            ],
          },
        },
        underway: {
          meta: { responsible: 'coordinator' },
          on: {
            'assistance.delivered': {
              target: 'followUp',
              actions: [
                'delivered',
                stop('handle'),
                start('followUp'),
                { type: 'tell', params: tellResource('give') },
                { type: 'notify', params: toResident('askSatisfied') },
              ],
            },
          },
        },
        followUp: {
          meta: { responsible: 'coordinator' },
          on: {
            'assistance.followedUp': [
              { guard: 'happy', ...good },
              { guard: 'unhappyOnce', ...again },
              { guard: 'unhappy', ...unhappy },
              {
                guard: 'lastTry',
                target: '#assistance.closed',
                actions: ['tried', 'unanswered', 'done', fulfil],
              },
              { actions: ['tried', start('followUp')] },
            ],
            'assistance.answered': [
              { guard: { type: 'every', params: { all: ['wisher', 'happy'] } }, ...good },
              { guard: { type: 'every', params: { all: ['wisher', 'unhappyOnce'] } }, ...again },
              { guard: { type: 'every', params: { all: ['wisher', 'unhappy'] } }, ...unhappy },
            ],
          },
        },
      },
    },
    closed: { type: 'final' },
    failed: { type: 'final' },
    dropped: { type: 'final' },
  },
})

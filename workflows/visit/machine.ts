// The machine of a visit: planned, on the way, recorded at the door, done. The hours after which
// a visit counts as missed begin at its due time. May not import a store or HTTP.
import { check, coreActions, type StateMeta, when } from '@linli/workflow'
import { assign, setup } from 'xstate'
import type { Found } from './commands.ts'
import {
  APPEALS_MAX,
  assigned,
  type Events,
  missedNotice,
  NEW_VISIT,
  openAppeal,
  planned,
  raised,
  recorded,
  tellMissed,
  tellOutcome,
  toCoordinator,
  toVisitor,
  type VisitContext,
} from './context.ts'

const DAY_MS = 86_400_000
const AHEAD_DAYS_MAX = 400

const parts = setup({
  types: {} as { context: VisitContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    planned: assign(planned),
    assigned: assign(assigned),
    recorded: assign(recorded),
    raised: assign(raised),
    missed: assign({ missed: true }),
  },
  guards: {
    dueAhead: check<VisitContext, { dueAt: string }>(({ data, at }) => {
      const ahead = Date.parse(data.dueAt) - at
      return ahead >= 0 && ahead <= AHEAD_DAYS_MAX * DAY_MS
    }),
    hasNeeds: check<VisitContext, { found: Found }>(({ data }) => data.found === 'needs'),
    mayRaise: when<VisitContext>(({ context }) => context.appeals.length < APPEALS_MAX),
  },
})

const stopAll = { type: 'stopClocks', params: {} } as const
const open = { type: 'open', params: openAppeal } as const
const tell = { type: 'tell', params: tellOutcome } as const

const missing = {
  'clock.expired.due': {
    actions: [
      { type: 'stopClock', params: { clock: 'due' } },
      { type: 'startClock', params: { clock: 'missed' } },
      { type: 'notify', params: toVisitor('due') },
    ],
  },
  'clock.expired.missed': {
    actions: [
      'missed',
      { type: 'tell', params: tellMissed },
      { type: 'notify', params: missedNotice },
    ],
  },
} as const

const cancelled = { target: 'cancelled', actions: [stopAll, tell] } as const

const record = [
  {
    guard: 'hasNeeds',
    target: 'recorded',
    actions: [
      ...['recorded', stopAll, open, tell],
      { type: 'startClock', params: { clock: 'followUp' } },
    ],
  },
  { target: 'done', actions: ['recorded', stopAll, open, tell] },
] as const

const raise = { guard: 'mayRaise', actions: ['raised', open] } as const
const assignTo = {
  actions: ['assigned', { type: 'notify', params: toVisitor('assigned') }],
} as const

/** The machine of a visit. */
export const machine = parts.createMachine({
  id: 'visit',
  context: NEW_VISIT,
  initial: 'new',
  states: {
    new: {
      on: {
        'visit.planned': {
          target: 'planned',
          guard: 'dueAhead',
          actions: [
            'planned',
            {
              type: 'startClock',
              params: ({ event }) => ({ clock: 'due', until: Date.parse(event.data.dueAt) }),
            },
            { type: 'notify', params: toVisitor('planned') },
          ],
        },
      },
    },
    planned: {
      meta: { responsible: 'volunteer' },
      on: {
        ...missing,
        'visit.assigned': assignTo,
        'visit.departed': 'onTheWay',
        'visit.recorded': record,
        'visit.cancelled': cancelled,
      },
    },
    onTheWay: {
      meta: { responsible: 'volunteer' },
      on: {
        ...missing,
        'visit.assigned': { ...assignTo, target: 'planned' },
        'visit.recorded': record,
        'visit.raised': raise,
        'visit.cancelled': cancelled,
      },
    },
    recorded: {
      meta: { responsible: 'coordinator' },
      on: {
        'visit.raised': raise,
        'visit.finished': { target: 'done', actions: stopAll },
        'clock.expired.followUp': {
          actions: { type: 'notify', params: toCoordinator('needsLate') },
        },
      },
    },
    done: { type: 'final' },
    cancelled: { type: 'final' },
  },
})

// The machine of a visiting plan: active, away, ended. While it is active one visit is waited
// for; when that is done the next one is opened. May not import a store or HTTP.
import { check, coreActions, type StateMeta } from '@linli/workflow'
import { assign, setup } from 'xstate'
import {
  back,
  begun,
  callOff,
  changed,
  type Events,
  gone,
  handOver,
  missedAlert,
  NEW_PLAN,
  next,
  openVisit,
  type PlanContext,
  untilBack,
  untilDue,
  visited,
} from './context.ts'

const DAY_MS = 86_400_000
const AHEAD_DAYS_MAX = 366

const isAhead = (until: string | undefined, at: number): boolean => {
  const ahead = Date.parse(until ?? '') - at
  return until === undefined || (ahead > 0 && ahead <= AHEAD_DAYS_MAX * DAY_MS)
}

const parts = setup({
  types: {} as { context: PlanContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    begun: assign(begun),
    changed: assign(changed),
    visited: assign(visited),
    next: assign(next),
    gone: assign(gone),
    back: assign(back),
    missed: assign({ missed: ({ context }) => context.missed + 1 }),
  },
  guards: {
    firstAhead: check<PlanContext, { firstAt: string }>(({ data, at }) =>
      isAhead(data.firstAt, at),
    ),
    returnAhead: check<PlanContext, { until?: string }>(({ data, at }) => isAhead(data.until, at)),
    isAwaited: check<PlanContext, { visit: string }>(
      ({ data, context }) => data.visit === context.visit,
    ),
  },
})

const stopAll = { type: 'stopClocks', params: {} } as const
const waitForVisit = [
  { type: 'open', params: openVisit },
  { type: 'startClock', params: untilDue },
] as const
const comeBack = { target: 'active', actions: [stopAll, 'back', 'next', ...waitForVisit] } as const

/** The machine of a visiting plan. */
export const machine = parts.createMachine({
  id: 'visit-plan',
  context: NEW_PLAN,
  initial: 'new',
  states: {
    new: {
      on: {
        'visit-plan.begun': {
          target: 'active',
          guard: 'firstAhead',
          actions: ['begun', ...waitForVisit],
        },
      },
    },
    active: {
      meta: { responsible: 'coordinator' },
      on: {
        'visit-plan.visitDone': {
          guard: 'isAwaited',
          actions: [stopAll, 'visited', 'next', ...waitForVisit],
        },
        'clock.expired.next': {
          actions: [
            { type: 'stopClock', params: { clock: 'next' } },
            { type: 'startClock', params: { clock: 'missed' } },
          ],
        },
        'visit-plan.visitMissed': {
          guard: 'isAwaited',
          actions: ['missed', { type: 'notify', params: missedAlert }],
        },
        'visit-plan.changed': { actions: ['changed', { type: 'tell', params: handOver }] },
        'visit-plan.paused': {
          target: 'away',
          guard: 'returnAhead',
          actions: [
            { type: 'tell', params: callOff('away') },
            stopAll,
            'gone',
            { type: 'startClock', params: untilBack },
          ],
        },
        'visit-plan.ended': {
          target: 'ended',
          actions: [{ type: 'tell', params: callOff('ended') }, stopAll],
        },
      },
    },
    away: {
      meta: { responsible: 'coordinator' },
      on: {
        // A visit made before it was called off still counts.
        'visit-plan.visitDone': { actions: 'visited' },
        'visit-plan.visitMissed': {},
        'visit-plan.changed': { actions: 'changed' },
        'visit-plan.resumed': comeBack,
        'clock.expired.away': comeBack,
        'visit-plan.ended': { target: 'ended', actions: stopAll },
      },
    },
    ended: { type: 'final' },
  },
})

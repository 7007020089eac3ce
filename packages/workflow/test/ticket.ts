// A small workflow that uses every part of the core: what the tests of this package step.
import { assign, setup } from 'xstate'
import { z } from 'zod'
import {
  check,
  command,
  coreActions,
  defineWorkflow,
  type EventsOf,
  type Policy,
  personal,
  type StateMeta,
  when,
} from '../src/index.ts'

export const commands = {
  report: command({
    records: 'reported',
    starts: true,
    by: ['resident', 'grid-worker'],
    data: z.strictObject({
      degrees: z.number(),
      text: personal(z.string().min(1).max(500), 'reporter'),
      place: z.string(),
    }),
    needs: { place: 'place' },
  }),
  note: command({
    records: 'noted',
    by: ['grid-worker'],
    data: z.strictObject({ text: personal(z.string().min(1)) }),
  }),
  refer: command({
    records: 'referred',
    by: ['grid-worker'],
    data: z.strictObject({ unit: z.string() }),
  }),
  sendBack: command({
    records: 'sentBack',
    by: ['unit-handler'],
    data: z.strictObject({ reason: z.string() }),
  }),
  answer: command({
    records: 'answered',
    by: ['unit-handler'],
    data: z.strictObject({ degrees: z.number() }),
  }),
  suspend: command({
    records: 'suspended',
    by: ['coordinator'],
    data: z.strictObject({ until: z.iso.datetime() }),
  }),
  extend: command({
    records: 'extended',
    by: ['coordinator'],
    data: z.strictObject({ hours: z.number().positive() }),
  }),
  urge: command({ records: 'urged', by: ['resident'], data: z.strictObject({}) }),
  resume: command({ records: 'resumed', by: ['coordinator'], data: z.strictObject({}) }),
  close: command({ records: 'closed', by: ['coordinator'], data: z.strictObject({}) }),
}

type Context = { degrees: number; unit?: string; notes: number }
type Events = EventsOf<'ticket', typeof commands>

export const machine = setup({
  types: {} as { context: Context; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    keepReport: assign(({ event }) =>
      event.type === 'ticket.reported' ? { degrees: event.data.degrees } : {},
    ),
    keepUnit: assign(({ event }) =>
      event.type === 'ticket.referred' ? { unit: event.data.unit } : {},
    ),
  },
  guards: {
    inSendBackLimit: when<Context>(({ at, clocks }) => at <= (clocks.sendBack?.dueAt ?? 0)),
    warmEnough: check<Context, { degrees: number }>(({ data }) => data.degrees >= 18),
  },
}).createMachine({
  id: 'ticket',
  context: { degrees: 0, notes: 0 },
  initial: 'new',
  states: {
    new: {
      on: {
        'ticket.reported': {
          target: 'open',
          actions: ['keepReport', { type: 'startClock', params: { clock: 'handle' } }],
        },
      },
    },
    open: {
      initial: 'grid',
      on: {
        'ticket.noted': { actions: assign({ notes: ({ context }) => context.notes + 1 }) },
        'ticket.extended': {
          actions: {
            type: 'extendClock',
            params: ({ event }) => ({
              clock: 'handle',
              by: { amount: event.data.hours, unit: 'hours' as const },
            }),
          },
        },
        'ticket.urged': {},
        'ticket.suspended': {
          target: 'suspended',
          actions: [
            { type: 'pauseClocks', params: {} },
            {
              type: 'startClock',
              params: ({ event }) => ({ clock: 'suspended', until: Date.parse(event.data.until) }),
            },
          ],
        },
      },
      states: {
        grid: {
          meta: { responsible: 'grid-worker' },
          on: {
            'ticket.referred': {
              target: 'unit',
              actions: [
                'keepUnit',
                { type: 'startClock', params: { clock: 'sendBack' } },
                {
                  type: 'notify',
                  params: ({ event }) => ({
                    to: { unit: event.data.unit },
                    text: 'referred',
                    with: {},
                  }),
                },
              ],
            },
          },
        },
        unit: {
          meta: { responsible: 'unit' },
          on: {
            'ticket.sentBack': { target: 'grid', guard: 'inSendBackLimit' },
            'ticket.answered': {
              target: 'answered',
              guard: 'warmEnough',
              actions: [
                { type: 'stopClocks', params: {} },
                { type: 'startClock', params: { clock: 'followUp' } },
              ],
            },
          },
        },
        answered: {
          meta: { responsible: 'coordinator' },
          on: {
            'ticket.closed': '#ticket.closed',
          },
        },
        past: { type: 'history', history: 'deep' },
      },
    },
    suspended: {
      meta: { responsible: 'coordinator' },
      on: {
        'ticket.resumed': {
          target: 'open.past',
          actions: [
            { type: 'stopClock', params: { clock: 'suspended' } },
            { type: 'resumeClocks', params: { except: ['suspended'] } },
          ],
        },
        'clock.expired.suspended': {
          target: 'open.past',
          actions: { type: 'resumeClocks', params: { except: ['suspended'] } },
        },
      },
    },
    closed: { type: 'final' },
  },
})

export const policy: Policy = {
  id: 'test@1',
  title: { zh: '试验', en: 'Test' },
  calendar: {
    timeZone: 'Asia/Shanghai',
    workingHours: [['08:30', '17:30']],
    holidays: 'none',
  },
  offlineHours: 24,
  limits: {
    handle: {
      amount: 48,
      unit: 'hours',
      warn: { amount: 4, unit: 'hours' },
      source: 'a figure of this test',
    },
    sendBack: { amount: 8, unit: 'hours', source: 'a figure of this test' },
    followUp: { amount: 24, unit: 'hours', source: 'a figure of this test' },
  },
  rules: {},
}

export const ticket = defineWorkflow<Context>({
  id: 'ticket',
  version: 1,
  machine,
  commands,
  policies: [policy],
  texts: { zh: {}, en: {} },
  subjects: { reporter: () => undefined },
  summary: ({ context }) => ({
    place: [],
    units: context.unit === undefined ? [] : [context.unit],
    persons: [],
  }),
})

// The machine of an errand: consent first, then papers in, submission, outcome, papers returned.
// Clocks are started on transitions, never on entry. May not import a store or HTTP.
import { check, coreActions, ruleValue, type StateMeta, type Tried, when } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import type { Paper } from './commands.ts'
import {
  consented,
  decided,
  type ErrandContext,
  type Events,
  less,
  moreAsked,
  NEW_ERRAND,
  papersReturned,
  papersTaken,
  requested,
  submitted,
} from './context.ts'
import type { ErrandRules } from './rules.ts'

type Given = { context: ErrandContext; event: Events }
type Submitting = Tried<ErrandContext, unknown, ErrandRules>
const Office = z.object({ status: z.literal('active') })

/** What the policy and the office ask for is there, and the office can take it. */
function isReady({ context, facts, policy }: Submitting): boolean {
  const rule = ruleValue(policy.rules.kinds[context.kind])
  const wanted = [...(rule?.papers ?? []), ...context.asked]
  const isThere = (kind: string) => context.held.some((paper) => paper.kind === kind)
  return wanted.every(isThere) && Office.safeParse(facts.office).success
}

const outcomeLimit = ({ context, event }: Given): { clock: 'outcome'; limit: string } => {
  const own = `outcome.${context.kind}`
  return { clock: 'outcome', limit: own in event.policy.limits ? own : 'outcome' }
}

/** Lets the resident know, where there is one; `text` is the key `notify.<text>`. */
const toResident =
  (text: string) =>
  ({ context, event }: Given) =>
    context.resident === null
      ? []
      : [{ to: { person: context.resident }, text, with: { errand: event.stream } }]

const stop = (clock: string) => ({ type: 'stopClock', params: { clock } }) as const
const start = (clock: string) => ({ type: 'startClock', params: { clock } }) as const
const tell = (text: string) => ({ type: 'notify', params: toResident(text) }) as const
const stopAll = { type: 'stopClocks', params: {} } as const
const office = { responsible: 'coordinator' } as const satisfies StateMeta

const parts = setup({
  types: {} as { context: ErrandContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    requested: assign(requested),
    consented: assign(consented),
    papersTaken: assign(papersTaken),
    submitted: assign(submitted),
    moreAsked: assign(moreAsked),
    decided: assign(decided),
    papersReturned: assign(papersReturned),
    taken: assign(({ event }) => ({ owner: event.by.person ?? null })),
    noted: assign({ notes: ({ context }) => context.notes + 1 }),
    withdrawn: assign({ outcome: 'withdrawn' as const }),
    allReturned: assign({ returned: true, held: [] }),
    notReturned: assign({ returned: false }),
  },
  guards: {
    kindHere: check<ErrandContext, { kind: string }, ErrandRules>(
      ({ data, policy }) => ruleValue(policy.rules.kinds[data.kind]) !== undefined,
    ),
    ownWords: check<ErrandContext, { way: string }>(({ context, data, by }) =>
      by.role === 'resident'
        ? data.way === 'link' && (by.person ?? null) === context.resident
        : data.way !== 'link',
    ),
    consented: when<ErrandContext>(({ context }) => context.consent !== null),
    ready: check<ErrandContext, unknown, ErrandRules>(
      (tried) => tried.context.submissions === 0 && isReady(tried),
    ),
    readyAgain: check<ErrandContext, unknown, ErrandRules>(
      (tried) => tried.context.submissions > 0 && isReady(tried),
    ),
    nothingBack: check<ErrandContext, { kept: readonly Paper[] }>(
      ({ context, data }) => less(context.held, data.kept)?.length === 0,
    ),
    keptWasHeld: check<ErrandContext, { kept: readonly Paper[] }>(
      ({ context, data }) => less(context.held, data.kept) !== undefined,
    ),
    allBack: check<ErrandContext, { papers: readonly Paper[] }>(
      ({ context, data }) => less(context.held, data.papers)?.length === 0,
    ),
    wasHeld: check<ErrandContext, { papers: readonly Paper[] }>(
      ({ context, data }) => less(context.held, data.papers) !== undefined,
    ),
    nothingHeld: when<ErrandContext>(({ context }) => context.held.length === 0),
  },
})

const withdraw = [
  { guard: 'nothingHeld', target: '#errand.withdrawn', actions: ['withdrawn', stopAll] },
  {
    target: '#errand.open.returning',
    actions: ['withdrawn', stopAll, start('return'), tell('papersReady')],
  },
] as const

const submit = ['submitted', stop('prepare'), tell('submitted')] as const
const decide = ['decided', stop('outcome'), tell('decided')] as const

/** The machine of an errand. */
export const machine = parts.createMachine({
  id: 'errand',
  context: NEW_ERRAND,
  initial: 'new',
  states: {
    new: {
      on: {
        'errand.requested': {
          guard: 'kindHere',
          target: 'open',
          actions: ['requested', start('consent')],
        },
      },
    },
    open: {
      initial: 'consent',
      on: { 'errand.noted': { actions: 'noted' }, 'errand.taken': { actions: 'taken' } },
      states: {
        consent: {
          meta: office,
          on: {
            'errand.consented': {
              guard: 'ownWords',
              target: 'papers',
              actions: ['consented', stop('consent'), start('prepare')],
            },
            // Here it never holds: the refusal then says that the consent is missing.
            'errand.papersTaken': { guard: 'consented' },
            'errand.submitted': { guard: 'consented' },
            'errand.withdrawn': withdraw,
          },
        },
        papers: {
          meta: office,
          on: {
            'errand.papersTaken': { actions: 'papersTaken' },
            'errand.submitted': [
              {
                guard: 'ready',
                target: 'submitted',
                actions: [...submit, { type: 'startClock', params: outcomeLimit }],
              },
              {
                guard: 'readyAgain',
                target: 'submitted',
                actions: [...submit, { type: 'resumeClock', params: { clock: 'outcome' } }],
              },
            ],
            'errand.withdrawn': withdraw,
          },
        },
        submitted: {
          meta: office,
          on: {
            'errand.moreAsked': {
              target: 'papers',
              actions: [
                'moreAsked',
                { type: 'pauseClock', params: { clock: 'outcome' } },
                start('prepare'),
                tell('moreAsked'),
              ],
            },
            'errand.decided': [
              {
                guard: 'nothingBack',
                target: '#errand.closed',
                actions: [...decide, 'allReturned'],
              },
              { guard: 'keptWasHeld', target: 'returning', actions: [...decide, start('return')] },
            ],
            'errand.withdrawn': withdraw,
          },
        },
        returning: {
          meta: office,
          on: {
            'errand.papersReturned': [
              {
                guard: 'allBack',
                target: '#errand.closed',
                actions: ['papersReturned', 'allReturned', tell('returned')],
              },
              { guard: 'wasHeld', actions: 'papersReturned' },
            ],
            'errand.settled': { target: '#errand.closed', actions: 'notReturned' },
          },
        },
      },
    },
    closed: { type: 'final' },
    withdrawn: { type: 'final' },
  },
})

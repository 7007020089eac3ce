// The machine of an account: a side of every posting that it pays or is paid. What is told to it
// is taken in every state, so that nothing stays in transit. May not import a store or HTTP.
import { coreActions, type StateMeta } from '@linli/workflow'
import { assign, setup } from 'xstate'
import { claim, expiryClock, expiryStop, openIssuing, openPayee, pay } from './effects.ts'
import { guards } from './guards.ts'
import {
  type AccountContext,
  bought,
  counted,
  type Events,
  NEW_ACCOUNT,
  opened,
  paid,
  received,
  struck,
} from './ledger.ts'

const parts = setup({
  types: {} as { context: AccountContext; events: Events; meta: StateMeta },
  actions: {
    ...coreActions,
    opened: assign(opened),
    counted: assign(counted),
    received: assign(received),
    paid: assign(paid),
    bought: assign(bought),
    struck: assign(struck),
  },
  guards,
})

const tellPayee = { type: 'tell', params: pay } as const
const setExpiry = [
  { type: 'stopClock', params: expiryStop },
  { type: 'startClock', params: expiryClock },
] as const
/** The payee is told what goes out before the balance is another. */
const payOut = [tellPayee, 'paid', ...setExpiry] as const

/** What is taken in every state: it was done, or is on its way, whatever the account is now. */
const always = parts.createStateConfig({
  on: {
    'account.earned': {
      guard: 'notYetCounted',
      actions: ['counted', { type: 'tell', params: claim }],
    },
    'account.issued': { guard: 'isIssuing', actions: [tellPayee, 'paid'] },
    'account.received': { guard: 'notYetReceived', actions: ['received', ...setExpiry] },
    'account.reversed': { guard: 'reversible', actions: [...payOut, 'struck'] },
    'clock.expired.expiry': { actions: payOut },
  },
}).on

/** The machine of an account. */
export const machine = parts.createMachine({
  id: 'account',
  context: NEW_ACCOUNT,
  initial: 'new',
  states: {
    new: {
      on: {
        'account.opened': {
          target: 'active',
          actions: ['opened', { type: 'open', params: openIssuing }],
        },
      },
    },
    active: {
      meta: { follows: 'owner' },
      on: {
        ...always,
        'account.spent': {
          guard: { type: 'allHold', params: { all: ['enoughBalance', 'payeeIsActive'] } },
          actions: [{ type: 'open', params: openPayee }, ...payOut],
        },
        'account.exchanged': {
          guard: {
            type: 'allHold',
            params: { all: ['isMinutes', 'oncePerQuarter', 'enoughMinutes'] },
          },
          actions: [...payOut, 'bought'],
        },
        'account.forfeited': { guard: 'hasBalance', actions: payOut },
        'account.frozen': 'frozen',
        'account.closed': { guard: 'isEmpty', target: 'closed' },
      },
    },
    frozen: {
      meta: { follows: 'owner' },
      on: {
        ...always,
        'account.forfeited': { guard: 'hasBalance', actions: payOut },
        'account.unfrozen': 'active',
      },
    },
    closed: {
      meta: { follows: 'owner' },
      on: { ...always, 'account.reopened': 'active' },
    },
  },
})

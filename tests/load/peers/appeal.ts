// The six steps that all peers take: the same kind of machine, as small as it can be.
import { assign, setup } from 'xstate'

/** The events of a case, in order. */
export const STEPS = ['report', 'verify', 'refer', 'accept', 'answer', 'close'] as const

/** What an event carries: about 400 bytes, as in linli's own bench. */
export const TEXT =
  '三单元楼道的声控灯已经坏了三天，晚上回家看不清台阶，楼里老人和孩子多，昨天有人差点摔倒，' +
  '给物业打过两次电话都说会来人，到今天还没有看到维修的师傅，希望社区帮忙催一下。'

/** An event of a case. */
export type AppealEvent = { type: (typeof STEPS)[number]; text?: string }

/** The machine. */
export const appeal = setup({
  types: { context: {} as { steps: number }, events: {} as AppealEvent },
  actions: { count: assign({ steps: ({ context }) => context.steps + 1 }) },
}).createMachine({
  id: 'appeal',
  context: { steps: 0 },
  initial: 'new',
  states: {
    new: { on: { report: { target: 'reported', actions: 'count' } } },
    reported: { on: { verify: { target: 'grid', actions: 'count' } } },
    grid: { on: { refer: { target: 'referral', actions: 'count' } } },
    referral: {
      initial: 'dispatched',
      states: {
        dispatched: { on: { accept: { target: 'accepted', actions: 'count' } } },
        accepted: { on: { answer: { target: '#appeal.followUp', actions: 'count' } } },
      },
    },
    followUp: { on: { close: { target: 'closed', actions: 'count' } } },
    closed: { type: 'final' },
  },
})

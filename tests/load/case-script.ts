// The cases that the bench plays, as data: which command, by whom, with which body (about 400
// bytes where a person writes text). Imports nothing, because the load generator runs it.

/** Who gives a command, by the name of its token. */
export type By = 'coordinator' | 'gridWorker' | 'handler'

/** One command of a case. */
export type Step = { command: string; by: By; data: Readonly<Record<string, unknown>> }

/** The telephone number of a resident. */
export const phoneOf = (resident: number): string => `138${String(resident).padStart(8, '0')}`

const TEXT =
  '三单元楼道的声控灯已经坏了三天，晚上回家看不清台阶，楼里老人和孩子多，昨天有人差点摔倒，' +
  '给物业打过两次电话都说会来人，到今天还没有看到维修的师傅，希望社区帮忙催一下。'

/** What a resident reports. */
export const reportOf = (place: string, phone: string): Record<string, unknown> => ({
  place,
  category: CATEGORY,
  channel: 'phone',
  phone,
  text: TEXT,
})

const CATEGORY = 'property.upkeep.lighting'

/** A case that needs no other instance: it is reported before, and these five follow. */
export const ALONE: readonly Step[] = [
  { command: 'verify', by: 'gridWorker', data: { note: TEXT } },
  { command: 'contact', by: 'gridWorker', data: { by: 'phone', note: TEXT } },
  { command: 'note', by: 'gridWorker', data: { text: TEXT, public: false } },
  { command: 'solve', by: 'gridWorker', data: { answer: TEXT } },
  {
    command: 'followUp',
    by: 'coordinator',
    data: { solved: 'yes', satisfied: 'yes', note: TEXT, close: true },
  },
]

/** Commands of a whole case that needs no other instance. */
export const ALONE_COMMANDS = 1 + ALONE.length

/** Refers to one unit. */
export const referTo = (unit: string) => ({ units: [{ unit, lead: true }], note: TEXT })

/** What the unit answers. */
export const ANSWER = { outcome: 'solved', answer: TEXT }

/** How a coordinator closes after asking the resident. */
export const GOOD_FOLLOW_UP = { solved: 'yes', satisfied: 'yes', note: TEXT, close: true }

// What a command is answered when it cannot be taken: a value, never a thrown error.

/** Every code with which a command or a query is refused; http maps each to a status. */
export type RefusalCode =
  | 'not-in-this-state'
  | 'condition-not-met'
  | 'invalid'
  | 'forbidden'
  | 'conflict'
  | 'not-found'
  | 'key-reused'
  | 'stale-revision'
  | 'stale-clock'
  | 'time-out-of-range'
  | 'erased'

/** A refused command: the code, and what helps to mend it. */
export type Refusal = {
  refused: RefusalCode
  detail?: string
  guard?: string
  offered?: string[]
  issues?: readonly { path: string; message: string; code?: string }[]
}

/** True when the answer is a refusal. */
export function isRefusal(answer: object): answer is Refusal {
  return 'refused' in answer
}

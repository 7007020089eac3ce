export type { NotifyParams, OpenParams, SendParams, TellParams } from './action.ts'
export { coreActions } from './action.ts'
export type { Card, Clock, ClockAction, ClockScene, Clocks, Due, WorkingTime } from './clock.ts'
export { applyClock, cardOf, clockRecords, isCounting, reschedule } from './clock.ts'
export type { CommandLog } from './command-log.ts'
export type {
  ClockEvent,
  Command,
  CommandSpec,
  CommandSpecs,
  EventsOf,
  Migration,
  RefusedEffectEvent,
  StateMeta,
  Summary,
  Tally,
  Texts,
  Workflow,
  WorkflowSpec,
} from './definition.ts'
export { command, defineWorkflow, NO_CLOCKS } from './definition.ts'
export type { Chart, ChartEdge, ChartEvent, ChartNode } from './diagram.ts'
export { chart, mermaid } from './diagram.ts'
export type { PlainEffect } from './effect.ts'
export {
  Actor,
  ClockRecord,
  Effect,
  Event,
  Role,
  StateValue,
  streamName,
  workflowOf,
} from './event.ts'
export { apply, FoldFault, fold } from './fold.ts'
export type { Asked, Scene, Tried } from './guard.ts'
export { check, when } from './guard.ts'
export type { Instance } from './instance.ts'
export { hasEnded, instanceFrom, sameState, stateOf, statePath } from './instance.ts'
export { iso } from './instant.ts'
export { migrated } from './migrate.ts'
export { failedGuard, type OfferScene, offered, offeredBy } from './offer.ts'
export type { PersonalField, Recorded } from './personal.ts'
export { isSealed, mapPersonal, personal, personalFields, Sealed } from './personal.ts'
export { placePath } from './place-path.ts'
export type { Policy } from './policy.ts'
export {
  Limit,
  LimitUnit,
  PolicyCalendar,
  PolicyLimit,
  policySchema,
  ruleValue,
  sourced,
} from './policy.ts'
export type { Refusal, RefusalCode } from './refusal.ts'
export { isRefusal } from './refusal.ts'
export type { GivenCommand, Repeated, Stepped, StepScene } from './step.ts'
export { sceneOf, step } from './step.ts'
export { initialSnapshot, takes, transition } from './transition.ts'

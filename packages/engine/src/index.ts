export { type Pseudonymise, pseudonymiser } from './analyst-event.ts'
export { type AsOf, type Recorded, readHistory, type View, viewInstance } from './as-of.ts'
export { type Calendars, openCalendars } from './calendars.ts'
export { commandId, freshId, idAt, startedInstance } from './command-id.ts'
export { type Notice, type Outlets, runEffect } from './effect-run.ts'
export { EffectWorker, type EffectWorkerOptions, SLOTS, slotOf } from './effect-worker.ts'
export type { Engine, Reply, Request } from './engine.ts'
export { execute } from './execute.ts'
export { EngineFault, type EngineFaultCode } from './fault.ts'
export { HistoryRun, type RunOptions, type RunRequest } from './history-run.ts'
export { Instances, parseEvent } from './instances.ts'
export { Lanes } from './lanes.ts'
export { offeredTo } from './offered-to.ts'
export { hideSealed, type OpenedField, openFields, revealData } from './open-personal.ts'
export {
  actorFor,
  type Caller,
  type Grant,
  mayOpen,
  mayRead,
  type Row,
  type Scope,
  SYSTEM,
  scopeOf,
} from './permission.ts'
export { erasePerson, reconcileErasures, recoverVault } from './recover.ts'
export { Replay, type ReplayReport, replayLimits } from './replay.ts'
export { type DueClock, Timers, turnClock } from './timers.ts'
export { type ClockComparison, compareClocks, type OtherRules } from './what-if-clocks.ts'
export { makeWorkTables, type Work, type WorkTables } from './work.ts'

export type {
  Chart,
  Command,
  Event,
  Instance,
  Refusal,
  Role,
  Summary,
  Workflow,
} from '@linli/workflow'
export {
  cardOf,
  chart,
  hasEnded,
  isCounting,
  isRefusal,
  stateOf,
  statePath,
  workflowOf,
} from '@linli/workflow'
export { Access, type AccessOptions, LINK_MS, SESSION_MS, type Session } from './access.ts'
export { AccessLog, type Opening } from './access-log.ts'
export { accountProjection } from './account-projection.ts'
export {
  type AccountsChecked,
  checkAccounts,
  type Ranked,
  type RankingAsked,
  rankedChiefs,
} from './account-query.ts'
export { type Pseudonymise, pseudonymiser } from './analyst-event.ts'
export { type AsOf, type Recorded, readHistory, type View, viewInstance } from './as-of.ts'
export { type Calendars, openCalendars } from './calendars.ts'
export { type ChosenLimits, chosenLimits } from './chosen-limits.ts'
export { countDue, dueBefore, nextClockAt, runningAfter } from './clock-query.ts'
export { commandId, freshId, idAt, startedInstance } from './command-id.ts'
export { type Durations, durations } from './duration-query.ts'
export { type Notice, type Outlets, runEffect } from './effect-run.ts'
export { EffectWorker, type EffectWorkerOptions, SLOTS, slotOf } from './effect-worker.ts'
export type { Engine, Reply, Request } from './engine.ts'
export { execute } from './execute.ts'
export { EngineFault, type EngineFaultCode } from './fault.ts'
export {
  type BroughtFile,
  CASE_FILES_MAX,
  FILE_BYTES_MAX,
  FILE_TYPES,
  Files,
  fileTypeOf,
  type StoredFile,
} from './files.ts'
export { type Flow, flows } from './flow-query.ts'
export { HistoryRun, type RunOptions, type RunRequest } from './history-run.ts'
export type { InstanceFilter } from './instance-filter.ts'
export { instanceProjection } from './instance-projection.ts'
export {
  type CountBy,
  countInstances,
  everyInstance,
  findInstance,
  type InstanceRow,
  listInstances,
  readCursor,
  type Sort,
  totalInstances,
} from './instance-query.ts'
export { type InstancesAsked, knownAt, type Moment } from './instance-source.ts'
export { Instances, parseEvent } from './instances.ts'
export { Lanes } from './lanes.ts'
export {
  LATE_MS,
  type LateAsked,
  type LateEntry,
  lateEntries,
  lateEntryProjection,
} from './late-entries.ts'
export { Channel, keepChoice, NoticeChoice, ownChoice } from './notice-choice.ts'
export {
  type CourierOptions,
  type KeptNotice,
  NoticeCourier,
  type Outlet,
  type Receiver,
} from './notice-courier.ts'
export { type Message, type MessageLine, plainText } from './notice-message.ts'
export { type Addressed, isFor, pathOf } from './notice-receiver.ts'
export { sendingTime } from './notice-time.ts'
export { offeredTo } from './offered-to.ts'
export { hideSealed, type OpenedField, openFields, revealData } from './open-personal.ts'
export {
  type Participation,
  type ParticipationBy,
  participation,
} from './participation-query.ts'
export { PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN } from './password-hash.ts'
export {
  actorFor,
  type Caller,
  type Grant,
  mayOpen,
  mayRead,
  type Row,
  rowIn,
  type Scope,
  SYSTEM,
  scopeOf,
  turnsOf,
} from './permission.ts'
export { personName } from './person-name.ts'
export { RATE_NAMES } from './rate-definition.ts'
export { type Rate, type RateBy, rates } from './rate-query.ts'
export {
  erasePerson,
  followBindings,
  followErasures,
  reconcileErasures,
  recoverVault,
} from './recover.ts'
export { Replay, type ReplayReport, replayLimits } from './replay.ts'
export {
  isCalendarChanged,
  type ReschedulingOptions,
  type RunningInstance,
  rescheduleClocks,
} from './rescheduling.ts'
export { type LinkedCase, ResidentLinks } from './resident-link.ts'
export { searchInstances, searchProjection } from './search-projection.ts'
export { type DueClock, Timers, turnClock } from './timers.ts'
export {
  type ClockComparison,
  compareClocks,
  type JudgedEvent,
  type OtherRules,
} from './what-if-clocks.ts'
export { findByWords } from './word-search.ts'
export {
  checkWorkTables,
  countWaiting,
  makeWorkTables,
  type Work,
  type WorkTables,
} from './work.ts'

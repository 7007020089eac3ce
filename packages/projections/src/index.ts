// Read models: their definition, the runner that keeps them, and the SQLite dialect.
export { ProjectionFault, type ProjectionFaultCode } from './fault.ts'
export { limits } from './limits.ts'
export { liveTable } from './live-table.ts'
export { LoopWaker } from './loop-waker.ts'
export { Progress } from './progress.ts'
export {
  defineProjection,
  type EventHandler,
  type OpenSealed,
  type ProjectedEvent,
  type Projection,
  type ProjectionHost,
  type Projector,
  type TableName,
} from './projection.ts'
export { type LoopReport, type LoopRequest, runProjections } from './projection-loop.ts'
export type { BegunAnew } from './read-file.ts'
export {
  type BuildProgress,
  openRunner,
  type ProjectionRunner,
  type RunnerMessage,
  type RunnerOptions,
} from './runner.ts'
export { type SqliteOptions, sqliteDialect } from './sqlite-dialect.ts'

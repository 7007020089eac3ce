// Read models: their definition, and the runner that keeps them in SQLite or PostgreSQL.

export { ProjectionFault, type ProjectionFaultCode } from './fault.ts'
export { limits } from './limits.ts'
export { liveTable } from './live-table.ts'
export { LoopWaker } from './loop-waker.ts'
export { READ_SCHEMA } from './postgres-reads.ts'
export { Progress } from './progress.ts'
export {
  defineProjection,
  type EventHandler,
  type OnConflict,
  type OpenSealed,
  type ProjectedEvent,
  type Projection,
  type ProjectionHost,
  type Projector,
  type Row,
  type RowTarget,
  type RowValue,
  type RowWriting,
  type TableName,
} from './projection.ts'
export { type LoopReport, type LoopRequest, runProjections } from './projection-loop.ts'
export type { BegunAnew } from './read-database.ts'
export {
  type BuildProgress,
  openRunner,
  type ProjectionRunner,
  type RunnerMessage,
  type RunnerOptions,
} from './runner.ts'

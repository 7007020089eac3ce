// What the tests and the bench use of the command line's work.
export { type ExportOptions, exportNdjson } from './export.ts'
export { type ImportedRow, type ImportReport, importNyc311 } from './import-nyc311.ts'
export { type Moved, move } from './move.ts'
export { type MoveGiven, type MovePlaces, movePlaces } from './move-place.ts'
export {
  type ReplayAnswer,
  ReplayFault,
  type ReplayOptions,
  replayFile,
  type WhatIf,
} from './replay.ts'

// What the tests and the bench use of the command line's work.
export { type ExportOptions, exportNdjson } from './export.ts'
export { importHouseholds } from './import-households.ts'
export { type ImportedRow, type ImportReport, importNyc311 } from './import-nyc311.ts'
export { importPeople } from './import-people.ts'
export type { RegistryReport } from './import-report.ts'
export { type Moved, move } from './move.ts'
export { type MoveGiven, type MovePlaces, movePlaces } from './move-place.ts'
export {
  type ReplayAnswer,
  ReplayFault,
  type ReplayOptions,
  replayFile,
  type WhatIf,
} from './replay.ts'

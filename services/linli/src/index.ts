// An installation of linli as the tests and the bench open it.
export { type Community, type CommunityOptions, openCommunity } from './community.ts'
export { type ExportOptions, exportNdjson } from './export.ts'
export { type ImportedRow, type ImportReport, importNyc311 } from './import-nyc311.ts'
export {
  type ReplayAnswer,
  ReplayFault,
  type ReplayOptions,
  replayFile,
  type WhatIf,
} from './replay.ts'
export { buildServer, type ServerOptions } from './server.ts'

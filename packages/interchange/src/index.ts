export {
  Nyc311Fault,
  type Nyc311File,
  type Nyc311Step,
  readMeanings,
  readNyc311,
} from './nyc311.ts'
export type { Nyc311Case, Nyc311Refusal, Nyc311Warning } from './nyc311-row.ts'
export { repairText } from './text-repair.ts'

export {
  Nyc311Fault,
  type Nyc311File,
  type Nyc311Step,
  readMeanings,
  readNyc311,
} from './nyc311.ts'
export type { Nyc311Case, Nyc311Refusal, Nyc311Warning } from './nyc311-row.ts'
export { RegistryFault } from './registry-csv.ts'
export {
  type Address,
  type HouseholdRow,
  namesEntrance,
  type PersonRow,
  type RegistryFile,
  type RegistryRow,
  readHouseholds,
  readPeople,
} from './registry-row.ts'
export { repairText } from './text-repair.ts'

// What the instance projection keeps of an instance between two events. A shape only.
import type { Instance } from '@linli/workflow'
import type { Cell } from './instance-columns.ts'

/** An instance with the interval that its row in the table began. */
export type Cached = {
  instance: Instance
  key: number
  cells: Cell[]
  fromAt: number
  fromPosition: number
  /** The units and persons already among the members. */
  units: Cell
  persons: Cell
  number: number | null
  stored: boolean
}

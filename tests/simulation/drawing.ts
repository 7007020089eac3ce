// What the data of a simulated command are drawn from, and the little that all drawings share.
import type { Instance } from '@linli/workflow'
import type { Neighbourhood } from './neighbourhood.ts'

/** What data are drawn from. `pick` gives one of a list, `now` is epoch ms. */
export type Drawing = {
  neighbourhood: Neighbourhood
  now: number
  pick: <Item>(from: readonly Item[]) => Item
  /** Known instances of a workflow. */
  known: (workflow: string) => readonly string[]
  /** Those of them that were not ended when they were last looked at. */
  open: (workflow: string) => readonly string[]
  /** Ids of residents. */
  voters: readonly string[]
  /** What the command is given to; undefined for one that begins something. */
  of?: Instance
}

/** Data that fit a command's schema; undefined where there is nothing to give it with. */
export type Draw = (drawing: Drawing) => object | undefined

const HOUR_MS = 3_600_000

/** No data. */
export const nothing: Draw = () => ({})

/** The instant so many hours from now, as commands take instants. */
export const inHours = (now: number, hours: number): string =>
  new Date(now + hours * HOUR_MS).toISOString()

// All rows of a workflow at a place and below it, cut to what the caller may see: for views of a
// whole building. Bounded: a place with more rows than that is no building.
import {
  type AsOf,
  type Caller,
  everyInstance,
  type Instance,
  type InstanceFilter,
  type InstanceRow,
  scopeOf,
} from '@linli/engine'
import type { HttpPorts } from './ports.ts'
import { ProblemError } from './problem.ts'

/** What is asked for. Rows of the registries may be read by whoever is signed in. */
export type PlaceAsked = {
  caller: Caller
  asOf: Pick<AsOf, 'at' | 'known'>
  filter: InstanceFilter & { workflow: string; place: string }
}

/** Rows of one place at the most. */
export const PLACE_ROWS_MAX = 5_000
const REGISTRY = 'place'

/** The rows, the oldest first; the problem `invalid` where there are too many. */
export async function rowsAtPlace(ports: HttpPorts, asked: PlaceAsked): Promise<InstanceRow[]> {
  const { filter, asOf, caller } = asked
  const isOpen = filter.workflow === REGISTRY
  const scope = isOpen ? [{ all: true as const }] : scopeOf(caller, filter.workflow)
  const rows: InstanceRow[] = []
  for await (const row of everyInstance(ports.read.db, { filter, scope, asOf })) {
    rows.push(row)
    if (rows.length > PLACE_ROWS_MAX) throw new ProblemError('invalid', { field: 'id' })
  }
  return rows
}

/** The instance behind a row: as it is, or as it was at a moment. */
export async function instanceAt(
  ports: HttpPorts,
  id: string,
  asOf: PlaceAsked['asOf'],
): Promise<Instance | undefined> {
  if (asOf.at === undefined && asOf.known === undefined) return ports.engine.instances.get(id)
  return (await ports.view(id, asOf))?.instance
}

// `linli import households FILE`: each row becomes a household, with the estate, building and
// entrance it lies in. Running it twice adds nothing.
import { createReadStream } from 'node:fs'
import { type HouseholdRow, readHouseholds } from '@linli/interchange'
import type { Community } from '@linli/runtime'
import { KnownPlaces } from './import-places.ts'
import {
  type RegistryAsker,
  type RegistryReport,
  type RowOutcome,
  takeRows,
} from './import-report.ts'
import { operatorOf } from './operator.ts'

/**
 * Imports a file as the operator. Given again, it goes on where it was stopped or killed.
 * @throws RegistryFault for a file that cannot be read as a whole
 */
export function importHouseholds(
  community: Community,
  file: string,
  asker: RegistryAsker = {},
): Promise<RegistryReport> {
  return community.engine.lanes.run(LANE, async () => {
    const source = createReadStream(file)
    try {
      const rows = await readHouseholds(source)
      const places = await KnownPlaces.open(community, await operatorOf(community))
      return await takeRows(rows, (of) => take(places, of), asker)
    } finally {
      source.destroy()
    }
  })
}

/** Two imports at once would each add what the other is adding. */
const LANE = 'import households'

async function take(places: KnownPlaces, of: HouseholdRow): Promise<RowOutcome> {
  const { areaM2, address } = of
  const found = await places.settle(of, {
    ...(areaM2 === undefined ? {} : { areaM2 }),
    ...(address === undefined ? {} : { address }),
  })
  if ('reason' in found) return { outcome: 'refused', reasons: [found.reason] }
  if (found.isNew) return { outcome: 'taken' }
  const { areaM2: registered } = found.place
  if (areaM2 === undefined || registered === areaM2) return { outcome: 'known' }
  const stands = registered === undefined ? 'none' : `${registered} m²`
  const warnings = [`areaM2: ${stands} is registered and was left; correct it in linli`]
  return { outcome: 'known', warnings }
}

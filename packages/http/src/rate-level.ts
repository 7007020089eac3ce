// Rates by a level of the geography. A case counts for every place of its path: what is of the
// level is kept. Grids are in no path: each adds up the buildings that it lies over.
import { everyInstance, type InstanceFilter, type Rate } from '@linli/engine'
import type { HttpPorts } from './ports.ts'

/** The levels that rates can be split by. */
export const LEVELS = ['community', 'estate', 'building', 'grid'] as const
export type Level = (typeof LEVELS)[number]

/** Whether a split is by a level of the geography. */
export const isLevel = (by: string | undefined): by is Level => LEVELS.some((level) => level === by)

/** The groups by place that are of the level; `filter` is the question's own. */
export async function ofLevel(
  { read }: HttpPorts,
  rates: readonly Rate[],
  { level, filter }: { level: Level; filter: InstanceFilter },
): Promise<Rate[]> {
  // Names of places are public, whoever asks for the figures.
  const asked = {
    filter: { workflow: 'place', extra: { kind: level } },
    scope: [{ all: true as const }],
  }
  const places = await Array.fromAsync(everyInstance(read.db, asked))
  return places.flatMap(({ id, links = [] }) => {
    if (level !== 'grid') return rates.filter(({ key }) => key === id)
    const covers = links.map((link) => link.id)
    const parts = rates.filter(({ key }) => key !== undefined && covers.includes(key))
    const names = [...new Set(parts.map(({ name }) => name))]
    return names.map((name) =>
      summed(
        parts.filter((part) => part.name === name),
        { name, key: id, filter: { ...filter, place: id } },
      ),
    )
  })
}

type Whole = { name: string; key: string; filter: InstanceFilter }

function summed(parts: readonly Rate[], { name, key, filter }: Whole): Rate {
  const sum = (of: 'numerator' | 'denominator' | 'leftOut') =>
    parts.reduce((total, part) => total + part[of], 0)
  return {
    ...{ name, key },
    ...{ numerator: sum('numerator'), denominator: sum('denominator'), leftOut: sum('leftOut') },
    filters: {
      numerator: { ...filter, measure: { name, met: true } },
      denominator: { ...filter, measure: { name } },
      leftOut: { ...filter, measure: { name, leftOut: true } },
    },
  }
}

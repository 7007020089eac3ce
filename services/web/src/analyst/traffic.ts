// How often each way of a machine was gone, and how long cases had waited before it. Pure.
import type { TFunction } from 'i18next'
import type { Chart, Flow } from '../answers.ts'
import type { Traffic } from '../chart/statechart.tsx'
import { edgeFor } from '../chart/way.ts'
import { length } from '../time.ts'

const THINNEST = 1.2
const THICKEST = 9

/** Sums flows onto the ways of the chart they belong to. */
export function trafficOf(chart: Chart, flows: readonly Flow[], t: TFunction): Traffic {
  const counts = new Map<string, { count: number; totalMs: number }>()
  for (const { from, to, count, totalMs } of flows) {
    const way = edgeFor(chart, from, to)
    if (way === undefined) continue
    const sum = counts.get(way) ?? { count: 0, totalMs: 0 }
    counts.set(way, { count: sum.count + count, totalMs: sum.totalMs + totalMs })
  }
  const most = Math.max(1, ...[...counts.values()].map(({ count }) => count))
  return {
    widthOf: (way) => {
      const count = counts.get(way)?.count ?? 0
      if (count === 0) return 0
      return THINNEST + (THICKEST - THINNEST) * Math.sqrt(count / most)
    },
    noteOf: (way) => {
      const sum = counts.get(way)
      if (sum === undefined) return undefined
      return `${sum.count} · ${length(sum.totalMs / sum.count, t)}`
    },
  }
}

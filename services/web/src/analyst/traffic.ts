// How often each way of a machine was gone, and how long cases had waited before it. Pure.
import type { TFunction } from 'i18next'
import type { Chart, Flow } from '../answers.ts'
import type { Traffic } from '../chart/statechart.tsx'
import { edgeFor } from '../chart/way.ts'
import { length } from '../time.ts'

const THINNEST = 1.2
const THICKEST = 8

type Sum = { count: number; totalMs: number }

/** Sums flows onto the ways and states of the chart they belong to. */
export function trafficOf(chart: Chart, flows: readonly Flow[], t: TFunction): Traffic {
  const ways = new Map<string, Sum>()
  const states = new Map<string, Sum>()
  for (const flow of flows) {
    const way = edgeFor(chart, flow.from, flow.to)
    if (way === undefined) continue
    add(ways, way, flow)
    add(states, flow.from, flow)
  }
  const most = Math.max(1, ...[...ways.values()].map(({ count }) => count))
  const longest = Math.max(1, ...[...states.values()].map(meanMs))
  return {
    id: flows.map(({ from, to, count }) => `${from}>${to}:${count}`).join(),
    widthOf: (way) => {
      const count = ways.get(way)?.count ?? 0
      return count === 0 ? 0 : THINNEST + (THICKEST - THINNEST) * Math.sqrt(count / most)
    },
    noteOf: (way) => {
      const sum = ways.get(way)
      if (sum === undefined) return undefined
      const mean = meanMs(sum)
      return mean < 60_000 ? String(sum.count) : `${sum.count} · ${length(mean, t)}`
    },
    heatOf: (state) => {
      const sum = states.get(state)
      return sum === undefined ? 0 : Math.sqrt(meanMs(sum) / longest)
    },
  }
}

const meanMs = ({ count, totalMs }: Sum): number => (count === 0 ? 0 : totalMs / count)

function add(sums: Map<string, Sum>, key: string, { count, totalMs }: Sum): void {
  const sum = sums.get(key) ?? { count: 0, totalMs: 0 }
  sums.set(key, { count: sum.count + count, totalMs: sum.totalMs + totalMs })
}

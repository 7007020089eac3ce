// The way a case came through its machine, and where it can go next. Pure.
import type { Chart, EventView, Offer } from '../answers.ts'
import { isWithin, wayId } from './drawing.ts'

/** What of a machine is lit: states visited in order, ways taken, the present, what is next. */
export type Way = {
  present: string
  visited: string[]
  taken: ReadonlySet<string>
  next: ReadonlyMap<string, string[]>
}

/** Follows the events to the present state; `offered` says which ways are open. */
export function wayOf(
  chart: Chart,
  present: string,
  events: readonly Pick<EventView, 'fromPath' | 'toPath'>[],
  offered: readonly Offer[],
): Way {
  const visited: string[] = []
  const taken = new Set<string>()
  for (const { fromPath, toPath } of events) {
    if (toPath === null || toPath === undefined) continue
    if (fromPath !== toPath || visited.length === 0) visited.push(toPath)
    if (fromPath === null || fromPath === undefined || fromPath === toPath) continue
    const edge = edgeFor(chart, fromPath, toPath)
    if (edge !== undefined) taken.add(edge)
  }
  return { present, visited, taken, next: nextOf(chart, present, offered) }
}

/** The way in the machine that an event from one state to another took; the closest one. */
export function edgeFor(chart: Chart, from: string, to: string): string | undefined {
  let best: { id: string; closeness: number } | undefined
  for (const edge of chart.edges) {
    if (!isWithin(from, edge.from) || !isWithin(to, edge.to)) continue
    const closeness = edge.from.length + edge.to.length
    if (best === undefined || closeness > best.closeness) {
      best = { id: wayId(edge.from, edge.to), closeness }
    }
  }
  return best?.id
}

function nextOf(chart: Chart, present: string, offered: readonly Offer[]): Map<string, string[]> {
  const labels = new Map(offered.map(({ command, label }) => [command, label]))
  const next = new Map<string, string[]>()
  for (const { from, to, events } of chart.edges) {
    if (!isWithin(present, from) || present === to) continue
    const by = events.flatMap(({ command }) => labels.get(command ?? '') ?? [])
    if (by.length > 0) next.set(to, [...(next.get(to) ?? []), ...by])
  }
  return next
}

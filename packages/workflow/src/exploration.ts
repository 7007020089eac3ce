// A walk over everything that an instance of a workflow can become, by stepping it, and what must
// hold everywhere on the way. Part of `@linli/workflow/test-kit`; nothing that runs may import it.
import { type Clocks, isCounting } from './clock.ts'
import type { StateMeta, Workflow } from './definition.ts'
import type { Event, StateValue } from './event.ts'
import { apply } from './fold.ts'
import { hasEnded, type Instance, sameState, stateOf, statePath } from './instance.ts'
import {
  type Answer,
  asSample,
  attempt,
  clockTurns,
  type Data,
  type Given,
  offersOf,
  type Sample,
  type StoryOptions,
} from './story.ts'

type OneOrMore = Data | Sample | readonly (Data | Sample)[]

/**
 * Data to try each command with: one, several, or made from the instance (`[]`: not now). A name
 * with a point is a core event, e.g. `effect.refused`, and is tried in every state.
 */
export type Samples = Readonly<Record<string, OneOrMore | ((instance: Instance) => OneOrMore)>>

/** How far a walk goes and what tells two visits apart. */
export type ExploreOptions = StoryOptions & {
  /** Adds to what tells visits apart, beside the state and the status of each clock. */
  signature?: (context: never, instance: Instance) => unknown
  /** At most so many visits; default 5,000. A walk that was cut says `complete: false`. */
  mostVisits?: number
  /** Milliseconds that pass before each command; default a minute. */
  stepMs?: number
}

/** Something the instance can become: the first instance found, and the way to it. */
export type Visit = { key: string; instance: Instance; way: readonly string[] }

/** One step of the walk. `by` is the command, or `clock.expired handle`. */
export type Transition = { from?: Visit; to: Visit; by: string; event: Event }

/** What a walk found. */
export type Exploration = {
  workflow: Workflow
  visits: readonly Visit[]
  transitions: readonly Transition[]
  /** Offered commands refused with a sample: usually a `check`, else a sample that is wrong. */
  refused: readonly { at: Visit | undefined; by: string; answer: Answer }[]
  /** Commands that were offered somewhere and have no sample. */
  unsampled: readonly string[]
  /** False when the walk was cut by `mostVisits`. */
  complete: boolean
}

/**
 * Walks over all that can be reached: every offered command with each of its samples, and every
 * running clock warned and ended at its own time. Each event is folded as well; a fold that does
 * not reach what stepping reached throws a FoldFault.
 */
export function explore(
  workflow: Workflow,
  samples: Samples,
  options: ExploreOptions = {},
): Exploration {
  const walk: Walk = {
    ...{ workflow, samples, options, visits: new Map(), transitions: [], refused: [] },
    ...{ unsampled: new Set<string>(), cut: false },
  }
  visit(walk, undefined)
  for (const from of walk.visits.values()) visit(walk, from)
  return {
    workflow,
    visits: [...walk.visits.values()],
    transitions: walk.transitions,
    refused: walk.refused,
    unsampled: [...walk.unsampled].sort(),
    complete: !walk.cut,
  }
}

/** Where the lifecycle breaks its promise, and the way there. */
export type Fault = { state: string; why: string; way: string }

/**
 * What a walk shows against the property of the lifecycle: every visited state that has not ended
 * has somebody responsible or names what it follows, a way out, and a clock that runs or has run
 * out unless it follows; an ended one has no clock left. Records need only the way on.
 */
export function faultsOf(exploration: Exploration): Fault[] {
  const leaving = visitsWithAWayOut(exploration)
  const faults = exploration.visits.flatMap((visit) =>
    whyNot(exploration.workflow, visit, leaving).map((why) => ({
      state: statePath(stateOf(visit.instance)),
      why,
      way: visit.way.join(' → '),
    })),
  )
  const seen = new Set<string>()
  return faults.filter(({ state, why }) => {
    const known = seen.has(`${state} ${why}`)
    seen.add(`${state} ${why}`)
    return !known
  })
}

/**
 * Asserts the lifecycle's property over everything reachable (see `faultsOf`), that the walk was
 * complete and that every offered command had a sample. Gives the exploration for more questions.
 */
export function assertLively(
  t: { same(found: unknown, wanted: unknown, message: string): unknown },
  workflow: Workflow,
  walk: { samples: Samples } & ExploreOptions,
): Exploration {
  const exploration = explore(workflow, walk.samples, walk)
  t.same(exploration.complete, true, `${workflow.id}: the walk reached its end`)
  t.same(exploration.unsampled, [], `${workflow.id}: every offered command has a sample`)
  t.same(faultsOf(exploration), [], `${workflow.id}: somebody's turn, a way out and a clock`)
  return exploration
}

type Walk = {
  workflow: Workflow
  samples: Samples
  options: ExploreOptions
  visits: Map<string, Visit>
  transitions: Transition[]
  refused: { at: Visit | undefined; by: string; answer: Answer }[]
  unsampled: Set<string>
  cut: boolean
}

const MOST_VISITS = 5_000
const STEP_MS = 60_000

function visit(walk: Walk, from: Visit | undefined): void {
  const instance = from?.instance
  if (instance !== undefined && hasEnded(instance)) return
  const start = walk.options.start ?? Date.parse('2026-11-16T00:00:00.000Z')
  const at =
    instance === undefined ? start : instance.effectiveAt + (walk.options.stepMs ?? STEP_MS)
  for (const [name, data] of samplesAt(walk, instance, at)) go(walk, from, { name, at, data })
  for (const turn of instance === undefined ? [] : clockTurns(instance)) {
    go(walk, from, { ...turn, at: Math.max(turn.at, instance?.at ?? turn.at) })
  }
}

function samplesAt(
  walk: Walk,
  instance: Instance | undefined,
  at: number,
): [command: string, data: Data | Sample][] {
  const { workflow, options } = walk
  const core = Object.keys(walk.samples).filter((name) => name.includes('.'))
  const own = [...workflow.commands.values()].filter(
    (command) => (command.starts === true) === (instance === undefined),
  )
  const names = [...own.map(({ name }) => name), ...(instance === undefined ? [] : core)]
  const offers = new Map<string, string[]>()
  return names.flatMap((name) => {
    const given = walk.samples[name]
    const made = typeof given === 'function' ? (instance ? given(instance) : []) : (given ?? {})
    const list: readonly (Data | Sample)[] = isList(made) ? made : [made]
    const fitting = list.filter((data) => {
      if (name.includes('.')) return true
      const by = asSample(data).by ?? options.by
      const actor = by ?? { role: workflow.commands.get(name)?.by[0] ?? 'system' }
      return offers
        .getOrInsertComputed(JSON.stringify(actor), () =>
          offersOf({ workflow, options, instance }, at, actor),
        )
        .includes(name)
    })
    if (given === undefined && fitting.length > 0) walk.unsampled.add(name)
    return given === undefined ? [] : fitting.map((data): [string, Data | Sample] => [name, data])
  })
}

const isList = (given: OneOrMore): given is readonly (Data | Sample)[] => Array.isArray(given)

function go(walk: Walk, from: Visit | undefined, given: Given): void {
  const { workflow, options } = walk
  const by = given.name.startsWith('clock.')
    ? `${given.name} ${String(asSample(given.data).data.clock)}`
    : given.name
  const answer = attempt({ workflow, options, instance: from?.instance, events: [] }, given)
  if (answer.refused === 'invalid') {
    throw new Error(`the sample of ${by} is not valid: ${JSON.stringify(answer.issues)}`)
  }
  if (answer.refused !== undefined) {
    walk.refused.push({ at: from, by, answer })
    return
  }
  apply(workflow, from?.instance, JSON.parse(JSON.stringify(answer.event)))
  const to = arrive(walk, answer.instance, [...(from?.way ?? []), by])
  if (to !== undefined) {
    walk.transitions.push({ ...(from && { from }), to, by, event: answer.event })
  }
}

function arrive(walk: Walk, instance: Instance, way: readonly string[]): Visit | undefined {
  const signature = walk.options.signature?.(instance.snapshot.context as never, instance)
  const key = JSON.stringify([stateOf(instance), clockSignature(instance.clocks), signature])
  const known = walk.visits.get(key)
  if (known !== undefined) return known
  if (walk.visits.size >= (walk.options.mostVisits ?? MOST_VISITS)) {
    walk.cut = true
    return undefined
  }
  const made = { key, instance, way }
  walk.visits.set(key, made)
  return made
}

const clockSignature = (clocks: Clocks): string[] =>
  Object.values(clocks)
    .map((clock) => `${clock.clock}:${clock.status}`)
    .sort()

/** Visits from which another state can be reached, at once or by way of the same state. */
function visitsWithAWayOut(exploration: Exploration): ReadonlySet<Visit> {
  const leaving = new Set<Visit>()
  const staying: { from: Visit; to: Visit }[] = []
  for (const { from, to } of exploration.transitions) {
    if (from === undefined) continue
    if (sameState(stateOf(from.instance), stateOf(to.instance))) staying.push({ from, to })
    else leaving.add(from)
  }
  let before = -1
  while (before < leaving.size) {
    before = leaving.size
    for (const { from, to } of staying) if (leaving.has(to)) leaving.add(from)
  }
  return leaving
}

function whyNot(workflow: Workflow, visit: Visit, leaving: ReadonlySet<Visit>): string[] {
  const clocks = Object.values(visit.instance.clocks)
  if (hasEnded(visit.instance)) {
    const left = clocks.filter((clock) => clock.status !== 'stopped')
    return left.map((clock) => `the clock ${clock.clock} is ${clock.status} after the end`)
  }
  const wrong = leaving.has(visit) ? [] : ['there is no way out']
  if (workflow.record) return wrong
  const metas = metasOf(visit.instance)
  if (metas.some(({ responsible, follows }) => (responsible ?? follows) === undefined)) {
    wrong.push('nobody is responsible')
  }
  const follows = metas.some((meta) => meta.follows !== undefined)
  if (!follows && !clocks.some(isCounting)) wrong.push('no clock runs or has run out')
  return wrong
}

/** What each active leaf says of itself; what it does not say, its nearest ancestor does. */
function metasOf(instance: Instance): StateMeta[] {
  const { machine } = instance.snapshot
  return leavesOf(stateOf(instance)).map((path) => {
    let node = machine.root
    let meta: StateMeta = {}
    for (const part of path) {
      const next = node.states[part]
      if (next === undefined) break
      node = next
      const own: StateMeta | undefined = node.meta
      if (own?.responsible !== undefined || own?.follows !== undefined) meta = own
    }
    return meta
  })
}

function leavesOf(value: StateValue): string[][] {
  if (typeof value === 'string') return [[value]]
  return Object.entries(value).flatMap(([name, inner]) =>
    Object.keys(inner).length === 0 ? [[name]] : leavesOf(inner).map((rest) => [name, ...rest]),
  )
}

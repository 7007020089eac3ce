// Pictures of a machine, drawn from it so that they cannot differ from it: text for Mermaid and
// plain JSON for the web. Pure; imports nothing of a store or a page.
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import type { CommandSpecs, StateMeta, Workflow } from './definition.ts'
import { guardName } from './machine-check.ts'

/** An event on an edge: the command that records it, where one does, and the guard it asks. */
export type ChartEvent = { type: string; command?: string; guard?: string }

/** A state. `stays` are the events it takes without leaving. */
export type ChartNode = {
  id: string
  parent?: string
  kind: 'start' | 'state' | 'compound' | 'final' | 'history'
  meta: StateMeta
  stays: ChartEvent[]
}

/** A way between two states; ids are dotted paths, a history target is given as its parent. */
export type ChartEdge = { from: string; to: string; events: ChartEvent[] }

/** A machine as plain JSON, in the order in which it was written. */
export type Chart = { nodes: ChartNode[]; edges: ChartEdge[] }

/** Draws one version of a workflow; default the present one. Throws for an unknown version. */
export function chart(workflow: Workflow, version = workflow.version): Chart {
  const machine = workflow.machines.get(version)
  if (machine === undefined) throw new Error(`${workflow.id} has no version ${version}`)
  const named = (type: string) => workflow.byType.get(type)?.name
  const nodes = descendants(machine.root).map((node) => chartNode(machine, node, named))
  const edges = merged(ways(machine)).map(({ from, to, transitions }) => ({
    from: pathOf(from),
    to: pathOf(to),
    events: transitions.map((transition) => chartEvent(transition, named)),
  }))
  return { nodes, edges }
}

/**
 * A machine as a Mermaid `stateDiagram-v2`: the state before the first event is `[*]`, final
 * states lead to `[*]`, an edge is labelled with its commands or the clock that ends. Events that
 * lead nowhere else are left out. The same machine always gives the same text.
 */
export function mermaid(machine: AnyStateMachine, commands: CommandSpecs): string {
  const labels = new Map(
    Object.entries(commands).map(([name, { records }]) => [`${machine.id}.${records}`, name]),
  )
  const picture: Picture = {
    machine,
    ids: mermaidIds(machine),
    edges: merged(ways(machine).flatMap((way) => drawable(way))),
    label: (type) => labels.get(type) ?? coreLabel(type),
  }
  return ['stateDiagram-v2', ...block(picture, machine.root, '  ')].join('\n')
}

type Transition = Pick<AnyTransitionDefinition, 'eventType' | 'guard'>
type Way = { from: AnyStateNode; to: AnyStateNode; transition: Transition }
type Edge = { from: AnyStateNode; to: AnyStateNode; transitions: Transition[] }
type Picture = {
  machine: AnyStateMachine
  ids: ReadonlyMap<AnyStateNode, string>
  edges: readonly Edge[]
  label: (type: string) => string
}

const pathOf = (node: AnyStateNode): string => node.path.join('.')
const childrenOf = (node: AnyStateNode): AnyStateNode[] => Object.values(node.states)
const descendants = (node: AnyStateNode): AnyStateNode[] =>
  childrenOf(node).flatMap((child) => [child, ...descendants(child)])
const transitionsOf = (node: AnyStateNode) => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? []),
]

function ways(machine: AnyStateMachine): Way[] {
  return [machine.root, ...descendants(machine.root)].flatMap((from) =>
    transitionsOf(from).flatMap((transition) =>
      (transition.target ?? []).map((target) => ({ from, to: folded(target), transition })),
    ),
  )
}

const folded = (node: AnyStateNode): AnyStateNode =>
  node.type === 'history' && node.parent !== undefined ? node.parent : node

function merged(all: readonly Way[]): Edge[] {
  const edges: Edge[] = []
  for (const { from, to, transition } of all) {
    const known = edges.find((edge) => edge.from === from && edge.to === to)
    if (known === undefined) edges.push({ from, to, transitions: [transition] })
    else known.transitions.push(transition)
  }
  return edges
}

type Named = (type: string) => string | undefined

function chartEvent({ eventType, guard }: Transition, named: Named): ChartEvent {
  const command = named(eventType)
  const asked = guardName(guard)
  return {
    type: eventType,
    ...(command === undefined ? {} : { command }),
    ...(asked === undefined ? {} : { guard: asked }),
  }
}

function chartNode(machine: AnyStateMachine, node: AnyStateNode, named: Named): ChartNode {
  const parent = node.parent === undefined ? '' : pathOf(node.parent)
  return {
    id: pathOf(node),
    ...(parent === '' ? {} : { parent }),
    kind: kindOf(machine, node),
    meta: node.meta ?? {},
    stays: transitionsOf(node)
      .filter((transition) => transition.target === undefined)
      .map((transition) => chartEvent(transition, named)),
  }
}

function kindOf(machine: AnyStateMachine, node: AnyStateNode): ChartNode['kind'] {
  if (isStart(machine, node)) return 'start'
  if (node.type === 'final' || node.type === 'history') return node.type
  return node.type === 'atomic' ? 'state' : 'compound'
}

const isStart = (machine: AnyStateMachine, node: AnyStateNode): boolean =>
  node.parent === machine.root && node.key === 'new' && initialOf(machine.root) === node

const initialOf = (node: AnyStateNode): AnyStateNode | undefined =>
  node.type === 'compound' ? node.initial.target[0] : undefined

const isWithin = (node: AnyStateNode, ancestor: AnyStateNode): boolean => {
  let at: AnyStateNode | undefined = node
  while (at !== undefined && at !== ancestor) at = at.parent
  return at === ancestor
}

/**
 * Mermaid draws no edge between a composite and what is inside it: one that leaves a composite for
 * its own inside is drawn from each other child, one to the composite around goes to its initial.
 */
function drawable(way: Way): Way[] {
  const { from, to } = way
  if (from !== to && isWithin(to, from)) {
    return childrenOf(from)
      .filter((child) => child !== to && child.type !== 'final' && child.type !== 'history')
      .flatMap((child) => drawable({ ...way, from: child }))
  }
  if (!isWithin(from, to) || childrenOf(to).length === 0) return [way]
  const initial = initialOf(to)
  return from === to || initial === undefined ? [] : drawable({ ...way, to: initial })
}

const RESERVED = new Set(['end', 'state', 'note', 'class', 'click', 'direction', 'as', 'style'])

function mermaidIds(machine: AnyStateMachine): Map<AnyStateNode, string> {
  const all = descendants(machine.root)
  return new Map(
    all.map((node) => {
      const alone = all.filter((other) => other.key === node.key).length === 1
      const plain = alone && !RESERVED.has(node.key) && !node.key.includes('-')
      return [node, plain ? node.key : ['at', ...node.path].join('_').replaceAll('-', '_')]
    }),
  )
}

function block(picture: Picture, scope: AnyStateNode, indent: string): string[] {
  const initial = initialOf(scope)
  const lines: string[] = []
  const shown = childrenOf(scope).filter((child) => child.type !== 'history')
  for (const child of shown) {
    if (isStart(picture.machine, child)) continue
    if (scope.type === 'parallel' && child !== shown[0]) lines.push(`${indent}--`)
    lines.push(...declared(picture, child, indent))
  }
  if (initial !== undefined && !isStart(picture.machine, initial)) {
    lines.push(`${indent}[*] --> ${picture.ids.get(initial)}`)
  }
  for (const edge of picture.edges) {
    if (scopeOf(edge) === scope) lines.push(`${indent}${drawn(picture, edge)}`)
  }
  for (const child of shown) {
    if (child.type === 'final') lines.push(`${indent}${picture.ids.get(child)} --> [*]`)
  }
  return lines
}

function declared(picture: Picture, node: AnyStateNode, indent: string): string[] {
  const id = picture.ids.get(node) ?? node.key
  const alias = id === node.key ? [] : [`${indent}state "${node.key}" as ${id}`]
  if (childrenOf(node).length === 0) return alias
  return [...alias, `${indent}state ${id} {`, ...block(picture, node, `${indent}  `), `${indent}}`]
}

function drawn(picture: Picture, edge: Edge): string {
  const from = isStart(picture.machine, edge.from) ? '[*]' : picture.ids.get(edge.from)
  const labels = new Set(edge.transitions.map(({ eventType }) => picture.label(eventType)))
  const text = [...labels].filter((label) => label !== '').join(', ')
  return `${from} --> ${picture.ids.get(edge.to)}${text === '' ? '' : `: ${text}`}`
}

/** The innermost state around both ends: a state first named elsewhere would be drawn there. */
function scopeOf({ from, to }: Edge): AnyStateNode | undefined {
  let scope = from.parent
  while (scope !== undefined && !(isWithin(to, scope) && to !== scope)) scope = scope.parent
  return scope
}

function coreLabel(type: string): string {
  const [clock, is, ...name] = type.split('.')
  if (clock === 'clock') return `${name.join('.')} ${is === 'warned' ? 'warns' : 'ends'}`
  if (type === 'effect.refused') return 'refused'
  if (type.startsWith('xstate.after.')) return `after ${name[0]} ms`
  return type.startsWith('xstate.done.') ? 'done' : type
}

// Where the states and ways of a machine stand on the sheet: elk lays them out, once per machine
// and direction. Knows nothing of colours or of React.
import type { ElkLabel, ElkNode } from 'elkjs/lib/elk-api'
import type { Chart } from '../answers.ts'

export type Point = { x: number; y: number }
export type Box = Point & { id: string; width: number; height: number; kind: string; label: string }
export type Line = { id: string; from: string; to: string; points: Point[]; note?: Note }
/** Words on a way, centred on a point. */
export type Note = Point & { text: string }
export type Drawing = { width: number; height: number; boxes: Box[]; lines: Line[] }
export type Direction = 'RIGHT' | 'DOWN'

const HEIGHT = 36
const PADDING = 26
const CJK_WIDTH = 14.2
const LATIN_WIDTH = 7.4
const DOT = 14

/** `label` gives the words of a state, `noteOf` those on a way, for which room is made. */
export type Asked = {
  label: (id: string) => string
  direction: Direction
  noteOf?: (way: string) => string | undefined
}

/** Lays a chart out; history states are not drawn. */
export async function draw(chart: Chart, asked: Asked): Promise<Drawing> {
  const { label, direction } = asked
  const { default: Elk } = await import('elkjs/lib/elk.bundled.js')
  const laid = await new Elk().layout({
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction,
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.layered.spacing.nodeNodeBetweenLayers': '34',
      'elk.spacing.nodeNode': '18',
      'elk.spacing.edgeNode': '12',
      'elk.spacing.edgeEdge': '8',
      'elk.spacing.edgeLabel': '3',
      'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
    },
    children: childrenOf(chart, label, undefined),
    edges: chart.edges
      .filter(({ from, to }) => from !== to && !isWithin(to, from) && !isWithin(from, to))
      .map(({ from, to }) => ({
        id: wayId(from, to),
        sources: [from],
        targets: [to],
        labels: labelsOf(asked.noteOf?.(wayId(from, to))),
      })),
  })
  return drawingOf(laid, chart, label)
}

/** The id of a way between two states. */
export const wayId = (from: string, to: string): string => `${from}>${to}`

/** True when `id` is inside `ancestor`, or is it. */
export const isWithin = (id: string, ancestor: string): boolean =>
  id === ancestor || id.startsWith(`${ancestor}.`)

function childrenOf(
  chart: Chart,
  label: (id: string) => string,
  parent: string | undefined,
): ElkNode[] {
  return chart.nodes
    .filter((node) => node.parent === parent && node.kind !== 'history')
    .map((node) => {
      const children = childrenOf(chart, label, node.id)
      if (children.length > 0) {
        const layoutOptions = { 'elk.padding': '[top=34,left=14,bottom=14,right=14]' }
        return { id: node.id, children, layoutOptions }
      }
      if (node.kind === 'start') return { id: node.id, width: DOT, height: DOT }
      return { id: node.id, width: widthOf(label(node.id)), height: HEIGHT }
    })
}

function noteIn(labels: ElkLabel[] | undefined): { note?: Note } {
  const [first] = labels ?? []
  if (first?.text === undefined) return {}
  const { text, x = 0, y = 0, width = 0, height = 0 } = first
  return { note: { text, x: x + width / 2, y: y + height / 2 } }
}

const NOTE_HEIGHT = 15
const NOTE_SCALE = 0.84

function labelsOf(note: string | undefined): ElkLabel[] {
  if (note === undefined) return []
  const width = (widthOf(note) - PADDING) * NOTE_SCALE + 8
  return [{ text: note, width, height: NOTE_HEIGHT }]
}

function widthOf(text: string): number {
  let width = PADDING
  for (const letter of text) width += letter > '⺀' ? CJK_WIDTH : LATIN_WIDTH
  return Math.ceil(Math.max(64, width))
}

function drawingOf(laid: ElkNode, chart: Chart, label: (id: string) => string): Drawing {
  const kinds = new Map(chart.nodes.map(({ id, kind }) => [id, kind]))
  const boxes: Box[] = []
  const walk = (node: ElkNode) => {
    for (const child of node.children ?? []) {
      const { id, x = 0, y = 0, width = 0, height = 0 } = child
      boxes.push({ id, x, y, width, height, kind: kinds.get(id) ?? 'state', label: label(id) })
      walk(child)
    }
  }
  walk(laid)
  const lines = (laid.edges ?? []).map(({ id, sources, targets, sections, labels }) => ({
    ...noteIn(labels),
    id,
    from: sources[0] ?? '',
    to: targets[0] ?? '',
    points: (sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
      startPoint,
      ...bendPoints,
      endPoint,
    ]),
  }))
  return { width: laid.width ?? 0, height: laid.height ?? 0, boxes, lines }
}

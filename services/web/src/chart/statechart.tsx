// The statechart: drawn from the machine, with a case's way lit, or (in the process map) with ways
// as wide as they were often gone. The signature of linli; the same everywhere.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { WorkflowVersion } from '../answers.ts'
import { useWide } from '../width.ts'
import { type Box, type Direction, type Drawing, draw, type Line, type Point } from './drawing.ts'
import { FoldedChart } from './folded-chart.tsx'
import type { Way } from './way.ts'

/** How often a way was gone and how long cases waited before it. */
export type Traffic = {
  widthOf: (way: string) => number
  noteOf: (way: string) => string | undefined
}
type StatechartProps = { version: WorkflowVersion; way?: Way; traffic?: Traffic }

/** Folded to one column on a phone; the whole machine elsewhere and on request. */
export function Statechart({ version, way, traffic }: StatechartProps) {
  const { t } = useTranslation()
  const wide = useWide()
  const [whole, setWhole] = useState(false)
  const label = (id: string) => version.texts[`state.${id}`] ?? id.split('.').at(-1) ?? id
  if (!wide && !whole && way !== undefined) {
    return (
      <figure className="chart">
        <FoldedChart way={way} label={label} count={version.chart.nodes.length} />
        <button type="button" className="quiet" onClick={() => setWhole(true)}>
          {t('chart.whole')}
        </button>
      </figure>
    )
  }
  return (
    <Drawn
      {...{ version, label, direction: wide ? 'RIGHT' : 'DOWN' }}
      way={way}
      traffic={traffic}
    />
  )
}

type DrawnProps = {
  version: WorkflowVersion
  label: (id: string) => string
  direction: Direction
  way: Way | undefined
  traffic: Traffic | undefined
}

function Drawn({ version, label, direction, way, traffic }: DrawnProps) {
  const { t } = useTranslation()
  const drawing = useQuery({
    queryKey: ['drawing', version.id, version.version, direction, document.documentElement.lang],
    queryFn: () => draw(version.chart, label, direction),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (drawing.data === undefined) return <div className="chart is-loading" />
  const { width, height, boxes, lines } = drawing.data
  const present = way === undefined ? '' : label(way.present)
  const said = way === undefined ? t('chart.map') : t('chart.said', { present })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <figure className="chart" tabIndex={0} aria-label={said}>
      <svg
        viewBox={`-4 -4 ${width + 8} ${height + 8}`}
        width={width + 8}
        height={height + 8}
        role="img"
        aria-label={said}
      >
        <Arrows />
        {boxes
          .filter(({ kind }) => kind === 'compound')
          .map((box) => (
            <Region key={box.id} box={box} way={way} />
          ))}
        {sorted(lines, way).map((line) => (
          <Edge key={line.id} line={line} way={way} traffic={traffic} drawing={drawing.data} />
        ))}
        {boxes
          .filter(({ kind }) => kind !== 'compound')
          .map((box) => (
            <State key={box.id} box={box} way={way} />
          ))}
      </svg>
    </figure>
  )
}

function Region({ box, way }: { box: Box; way: Way | undefined }) {
  const inside = way?.present.startsWith(`${box.id}.`) === true || way?.present === box.id
  return (
    <g className={`region${inside ? ' is-present' : ''}`}>
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="10" />
      <text x={box.x + 14} y={box.y + 21}>
        {box.label}
      </text>
    </g>
  )
}

function State({ box, way }: { box: Box; way: Way | undefined }) {
  const { x, y, width, height } = box
  if (box.kind === 'start') {
    return <circle className="start" cx={x + width / 2} cy={y + height / 2} r={width / 2 - 1} />
  }
  const by = way?.next.get(box.id)
  const present = way?.present === box.id
  const visited = way?.visited.includes(box.id) === true
  const kind = present ? 'is-present' : visited ? 'is-visited' : by === undefined ? '' : 'is-next'
  return (
    <g className={`state ${kind}${box.kind === 'final' ? ' is-final' : ''}`}>
      <rect x={x} y={y} width={width} height={height} rx="8" />
      {box.kind === 'final' && (
        <rect
          className="inner"
          x={x + 3}
          y={y + 3}
          width={width - 6}
          height={height - 6}
          rx="5.5"
        />
      )}
      <text x={x + width / 2} y={y + height / 2} dy="0.36em" textAnchor="middle">
        {box.label}
      </text>
      {by !== undefined && <title>{by.join(' · ')}</title>}
    </g>
  )
}

type EdgeProps = {
  line: Line
  way: Way | undefined
  traffic: Traffic | undefined
  drawing: Drawing
}

function Edge({ line, way, traffic }: EdgeProps) {
  const kind = edgeKind(line, way)
  const width = traffic?.widthOf(line.id)
  const note = traffic?.noteOf(line.id)
  const middle = middleOf(line.points)
  return (
    <g className={`way ${kind}${width === 0 ? ' is-unused' : ''}`}>
      <path
        d={pathOf(line.points)}
        markerEnd={`url(#arrow${kind === '' ? '' : `-${kind.slice(3)}`})`}
        {...(width === undefined || width === 0 ? {} : { style: { strokeWidth: width } })}
      />
      {note !== undefined && (
        <text className="note" x={middle.x} y={middle.y} dy="-4" textAnchor="middle">
          {note}
        </text>
      )}
    </g>
  )
}

function Arrows() {
  return (
    <defs>
      {['arrow', 'arrow-taken', 'arrow-next'].map((id) => (
        <marker
          key={id}
          id={id}
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          markerUnits="userSpaceOnUse"
          orient="auto-start-reverse"
        >
          <path className={id} d="M0 .6 7.4 4 0 7.4z" />
        </marker>
      ))}
    </defs>
  )
}

function edgeKind({ id, from, to }: Line, way: Way | undefined): string {
  if (way === undefined) return ''
  if (way.taken.has(id)) return 'is-taken'
  const here = way.present === from || way.present.startsWith(`${from}.`)
  return here && way.next.has(to) ? 'is-next' : ''
}

const sorted = (lines: readonly Line[], way: Way | undefined): Line[] =>
  [...lines].sort((a, b) => edgeKind(a, way).length - edgeKind(b, way).length)

const RADIUS = 6

function pathOf(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1]
      const after = points[index + 1]
      if (before === undefined) return `M${point.x} ${point.y}`
      if (after === undefined) return `L${point.x} ${point.y}`
      const a = towards(point, before)
      const b = towards(point, after)
      return `L${a.x} ${a.y}Q${point.x} ${point.y} ${b.x} ${b.y}`
    })
    .join('')
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  const share = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}

function middleOf(points: readonly Point[]): Point {
  let best = { x: 0, y: 0, length: -1 }
  for (const [index, point] of points.entries()) {
    const next = points[index + 1]
    if (next === undefined) continue
    const length = Math.hypot(next.x - point.x, next.y - point.y)
    if (length > best.length) {
      best = { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2, length }
    }
  }
  return best
}

// The parts of a drawn statechart: regions, states, ways, arrow heads. SVG only.
import type { Box, Line, Point } from './drawing.ts'
import type { Way } from './way.ts'

/** A compound state as a frame with its name. */
export function Region({ box, way }: { box: Box; way: Way | undefined }) {
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

const HOTTEST_PERCENT = 34

/** A state: present strong, visited tinted, possible next dashed; `heat` tints by waiting time. */
export function State({ box, way, heat }: { box: Box; way: Way | undefined; heat: number }) {
  const { x, y, width, height } = box
  if (box.kind === 'start') {
    return <circle className="start" cx={x + width / 2} cy={y + height / 2} r={width / 2 - 1} />
  }
  const by = way?.next.get(box.id)
  const present = way?.present === box.id
  const visited = way?.visited.includes(box.id) === true
  const kind = present ? 'is-present' : visited ? 'is-visited' : by === undefined ? '' : 'is-next'
  const percent = Math.round(heat * HOTTEST_PERCENT)
  const fill = `color-mix(in srgb, var(--brand) ${percent}%, var(--sheet))`
  return (
    <g className={`state ${kind}${percent > 0 ? ' is-warm' : ''}`}>
      <rect {...{ x, y, width, height }} rx="8" {...(percent === 0 ? {} : { style: { fill } })} />
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

type WayLineProps = { line: Line; way: Way | undefined; width: number | undefined }

/** A way between states, with its note; `width` 0 is a way never gone. */
export function WayLine({ line, way, width }: WayLineProps) {
  const kind = edgeKind(line, way)
  const { note } = line
  const gone = width !== undefined && width > 0
  const unused = width === 0 ? ' is-unused' : ''
  return (
    <g className={`way ${kind}${unused}${gone ? ' is-gone' : ''}`}>
      <path
        d={pathOf(line.points)}
        markerEnd={`url(#arrow${kind === '' ? '' : `-${kind.slice(3)}`})`}
        {...(gone ? { style: { strokeWidth: width } } : {})}
      />
      {note !== undefined && (
        <text className="note" x={note.x} y={note.y} dy="0.36em" textAnchor="middle">
          {note.text}
        </text>
      )}
    </g>
  )
}

/** The arrow heads that ways point with. */
export function Arrows() {
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

/** Whether a case took the way, or can take it next. */
export function edgeKind({ id, from, to }: Line, way: Way | undefined): string {
  if (way === undefined) return ''
  if (way.taken.has(id)) return 'is-taken'
  const here = way.present === from || way.present.startsWith(`${from}.`)
  return here && way.next.has(to) ? 'is-next' : ''
}

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

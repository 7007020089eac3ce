// The statechart: drawn from the machine, with a case's way lit, or (in the process map) with ways
// as wide as they were often gone. The signature of linli; the same everywhere.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { WorkflowVersion } from '../answers.ts'
import { sentence } from '../sentence.ts'
import { useWide } from '../width.ts'
import { Arrows, edgeKind, Region, State, WayLine } from './chart-parts.tsx'
import { type Box, type Direction, draw, type Line } from './drawing.ts'
import { FoldedChart } from './folded-chart.tsx'
import type { Way } from './way.ts'

/** How often ways were gone, how long cases had waited; `id` changes with the figures. */
export type Traffic = {
  id: string
  widthOf: (way: string) => number
  noteOf: (way: string) => string | undefined
  /** From 0 (cases pass at once) to 1 (where they wait longest). */
  heatOf: (state: string) => number
}
type StatechartProps = { version: WorkflowVersion; way?: Way; traffic?: Traffic }

/** Folded to one column on a phone; the whole machine elsewhere and on request. */
export function Statechart({ version, way, traffic }: StatechartProps) {
  const { t } = useTranslation()
  const wide = useWide()
  const [whole, setWhole] = useState(false)
  const label = (id: string) => sentence(version.texts[`state.${id}`] ?? id.split('.').at(-1) ?? id)
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
  const direction = wide ? 'RIGHT' : 'DOWN'
  return <Drawn version={version} label={label} direction={direction} way={way} traffic={traffic} />
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
  const { lang } = document.documentElement
  const noteOf = traffic?.noteOf
  const drawing = useQuery({
    queryKey: ['drawing', version.id, version.version, direction, lang, traffic?.id],
    queryFn: () =>
      draw(version.chart, { label, direction, ...(noteOf === undefined ? {} : { noteOf }) }),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  })
  const frame = useRef<HTMLElement>(null)
  const seen = drawing.data?.boxes.find(({ id, kind }) =>
    way === undefined ? kind === 'start' : id === way.present,
  )
  useEffect(() => centre(frame.current, seen), [seen])
  if (drawing.data === undefined) return <div className="chart is-loading" />
  const { width, height, boxes, lines } = drawing.data
  const said = way === undefined ? t('chart.map') : t('chart.said', { present: label(way.present) })
  return (
    <figure
      className="chart"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      aria-label={said}
      ref={(figure) =>
        centre(
          figure,
          boxes.find(({ id }) => id === way?.present),
        )
      }
    >
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
        {lit(lines, way).map((line) => (
          <WayLine key={line.id} line={line} way={way} width={traffic?.widthOf(line.id)} />
        ))}
        {boxes
          .filter(({ kind }) => kind !== 'compound')
          .map((box) => (
            <State key={box.id} box={box} way={way} heat={traffic?.heatOf(box.id) ?? 0} />
          ))}
      </svg>
    </figure>
  )
}

/** Where the chart is wider than the screen, one sees the present state, or the beginning. */
function centre(figure: HTMLElement | null, box: Box | undefined): void {
  if (figure === null || box === undefined) return
  figure.scrollLeft = box.x + box.width / 2 - figure.clientWidth / 2
}

/** What is lit is drawn last, above the rest. */
const lit = (lines: readonly Line[], way: Way | undefined): Line[] =>
  [...lines].sort((a, b) => edgeKind(a, way).length - edgeKind(b, way).length)

// The statechart at 360 px: the way it came, where it stands, what can come next; the other states
// are folded into one line.
import { useTranslation } from 'react-i18next'
import type { Way } from './way.ts'

type FoldedProps = { way: Way; label: (id: string) => string; count: number }

/** One station a line, from top to bottom. */
export function FoldedChart({ way, label, count }: FoldedProps) {
  const { t } = useTranslation()
  const came = way.visited.slice(0, -1)
  const next = [...way.next].filter(([id]) => id !== way.present)
  const shown = new Set([...came, way.present, ...next.map(([id]) => id)]).size
  return (
    <ol className="folded" aria-label={t('chart.said', { present: label(way.present) })}>
      {came.map((id, index) => (
        <li key={`${id}${index}`} className="is-visited">
          {label(id)}
        </li>
      ))}
      <li className="is-present" aria-current="step">
        {label(way.present)}
      </li>
      {next.map(([id, by]) => (
        <li key={id} className="is-next">
          {label(id)}
          <small>{[...new Set(by)].join(' · ')}</small>
        </li>
      ))}
      {count > shown && (
        <li className="is-folded">{t('chart.folded', { count: count - shown })}</li>
      )}
    </ol>
  )
}

// The case at any revision: arrows step by event, the frame turns amber, what changed is said.
import { Button } from 'antd'
import { type CSSProperties, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CaseView, EventView } from '../answers.ts'
import { exact } from '../time.ts'
import type { Change } from './changes.ts'
import { useRevision } from './use-case.ts'

type SliderProps = {
  view: CaseView
  events: readonly EventView[]
  changes: readonly Change[]
  revision: number | undefined
}

/** A track with a stop for each event. */
export function RevisionSlider({ view, events, changes, revision }: SliderProps) {
  const { t } = useTranslation()
  const [, choose] = useRevision()
  const last = Math.max(view.lastRevision, events.at(-1)?.revision ?? 0)
  const [wanted, want] = useState<number>()
  const loaded = revision ?? last
  const shown = wanted ?? revision ?? view.revision
  const event = events.find((event) => event.revision === shown)
  const go = (next: number) => {
    const within = Math.min(last, Math.max(0, next))
    want(within)
    choose(within === last ? undefined : within)
  }
  // Steps follow each other faster than the address changes; it has the last word.
  useEffect(() => {
    if (wanted === loaded) want(undefined)
  }, [wanted, loaded])
  useArrowKeys((step) => go(shown + step))
  const words = t('slider.step', { step: shown + 1, all: last + 1, label: event?.label ?? '' })
  return (
    <section
      className={revision === undefined ? 'slider' : 'slider is-past'}
      aria-label={t('slider.name')}
    >
      <div className="slider-line">
        <Button
          size="small"
          aria-label={t('slider.back')}
          disabled={shown === 0}
          onClick={() => go(shown - 1)}
        >
          ‹
        </Button>
        <input
          type="range"
          min={0}
          max={last}
          step={1}
          value={shown}
          aria-label={t('slider.name')}
          aria-valuetext={words}
          style={shareOf(shown, last)}
          onChange={(event) => go(Number(event.target.value))}
        />
        <Button
          size="small"
          aria-label={t('slider.on')}
          disabled={shown === last}
          onClick={() => go(shown + 1)}
        >
          ›
        </Button>
        <span className="slider-words">
          <b>
            {shown + 1} / {last + 1}
          </b>{' '}
          {event?.label}
          {event !== undefined && <time dateTime={event.at}>{exact(event.at).slice(0, 16)}</time>}
        </span>
        {revision !== undefined && (
          <Button size="small" type="link" onClick={() => choose(undefined)}>
            {t('slider.newest')}
          </Button>
        )}
      </div>
      {revision !== undefined && <Changes changes={changes} />}
    </section>
  )
}

/** A custom property is no CSS property that React's types know. */
function shareOf(shown: number, last: number): CSSProperties {
  return Object.fromEntries([['--share', last === 0 ? 1 : shown / last]])
}

function Changes({ changes }: { changes: readonly Change[] }) {
  const { t } = useTranslation()
  if (changes.length === 0) return <p className="changes">{t('slider.same')}</p>
  return (
    <dl className="changes">
      {changes.map(({ label, before, after }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {before !== '' && <del>{before}</del>}
            {before !== '' && ' → '}
            <ins>{after}</ins>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function useArrowKeys(step: (by: number) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
      if (event.altKey || event.ctrlKey || event.metaKey) return
      const target = event.target
      const busy = 'input, textarea, [role=menu], [role=dialog], .ant-select, .chart'
      if (target instanceof HTMLElement && target.closest(busy) !== null) return
      event.preventDefault()
      step(event.key === 'ArrowLeft' ? -1 : 1)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
}

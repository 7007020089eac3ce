// One line of the history: what happened, who and when; what was said below it; the raw event.
import { Popover } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EventView } from '../answers.ts'
import { files } from '../api.ts'
import { exact, when } from '../time.ts'
import { valueWords } from './value-words.ts'

type EventProps = { id: string; event: EventView; texts: Record<string, string>; now: number }

/** A list item. */
export function TimelineEvent({ id, event, texts, now }: EventProps) {
  const { t } = useTranslation()
  const [raw, setRaw] = useState(false)
  const moved = event.fromPath !== event.toPath
  const facts = factsOf(event, texts)
  const file = fileOf(event, id)
  const who = event.by.unitName ?? event.by.roleLabel ?? t(`role.${event.by.role}`)
  return (
    <li className={`${moved ? 'is-move' : ''} ${kindOf(event.type, moved)}`}>
      <p className="event-line">
        <span className="event-what">
          <span className="event-label">
            {event.label}
            {clockIn(event, texts, t('colon'))}
          </span>
          {moved && event.toPath !== null && event.toPath !== undefined && (
            <span className="event-to">→ {texts[`state.${event.toPath}`] ?? event.toPath}</span>
          )}
          {event.late && <LateMark event={event} />}
        </span>
        <span className="event-who">{who}</span>
        <time dateTime={event.at} title={exact(event.at)}>
          {when(event.at, now, t)}
        </time>
        <button
          type="button"
          className="event-raw"
          aria-expanded={raw}
          aria-label={t('timeline.raw', { label: event.label })}
          onClick={() => setRaw(!raw)}
        >
          {'{ }'}
        </button>
      </p>
      {facts.length > 0 && (
        <dl className="event-facts">
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {file !== undefined && (
        <a className="event-file" href={file} target="_blank" rel="noreferrer">
          {t('file.open')}
        </a>
      )}
      {raw && <pre className="raw">{JSON.stringify(event.raw, null, 2)}</pre>}
    </li>
  )
}

function LateMark({ event }: { event: EventView }) {
  const { t } = useTranslation()
  const rule = t('timeline.lateRule', { at: exact(event.at), recorded: exact(event.recordedAt) })
  return (
    <Popover content={<p className="rule">{rule}</p>} trigger={['hover', 'click']}>
      <button type="button" className="late-mark">
        {t('timeline.late')}
      </button>
    </Popover>
  )
}

/** Where an attached file is; it is fetched only when opened, since each look is recorded. */
function fileOf(event: EventView, id: string): string | undefined {
  const hash = event.data?.file
  return typeof hash === 'string' && HASH.test(hash) ? files.address(id, hash) : undefined
}

const HASH = /^[0-9a-f]{64}$/

function factsOf(event: EventView, texts: Record<string, string>): [string, string][] {
  const command = event.type.split('.').at(-1) ?? ''
  const facts: [string, string][] = []
  for (const [field, value] of Object.entries(event.data ?? {})) {
    const label = texts[`field.${command}.${field}`] ?? texts[`field.${field}`]
    if (typeof value === 'string' && HASH.test(value)) continue
    const words = valueWords(field, value, texts)
    if (label !== undefined && words !== undefined) facts.push([label, words])
  }
  return facts
}

/** Which clock warned or ended. */
function clockIn(event: EventView, texts: Record<string, string>, colon: string): string {
  const clock = event.data?.clock
  if (!event.type.startsWith('clock.') || typeof clock !== 'string') return ''
  return `${colon}${texts[`clock.${clock}`] ?? clock}`
}

/** A clock that moves a case on by itself is no card. */
function kindOf(type: string, moved: boolean): string {
  if (moved) return ''
  if (type.startsWith('clock.expired')) return 'is-red'
  return type.startsWith('clock.warned') ? 'is-yellow' : ''
}

// The few marks that carry colour: cards, supervision, state, a deadline. Each with a word or a
// shape beside its colour.
import { Popover } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Card } from './answers.ts'
import { sentence } from './sentence.ts'
import { exact, left, when } from './time.ts'

/** A yellow or red card: the card's shape and its word; nothing without one. */
export function CardMark({ card, bare = false }: { card: Card; bare?: boolean }) {
  const { t } = useTranslation()
  if (card !== 'yellow' && card !== 'red') return null
  return (
    <span className={`card-mark is-${card}`}>
      <svg viewBox="0 0 10 14" width="9" height="13" aria-hidden="true">
        <rect x="1" y="1" width="8" height="12" rx="1.4" />
      </svg>
      <span className={bare ? 'for-readers' : ''}>{t(`card.${card}`)}</span>
    </span>
  )
}

/** The mark of a case under a supervisor's eye. */
export function SupervisedMark() {
  const { t } = useTranslation()
  return (
    <span className="supervised-mark">
      <svg viewBox="0 0 14 14" width="13" height="13" aria-hidden="true">
        <path d="M1 7c3-5 9-5 12 0-3 5-9 5-12 0z" fill="none" stroke="currentColor" />
        <circle cx="7" cy="7" r="1.8" fill="currentColor" />
      </svg>
      {t('mark.supervised')}
    </span>
  )
}

/** A state in words; ended ones are hollow, a closed one green. */
export function StateMark({ label, path, ended }: { label: string; path: string; ended: boolean }) {
  const solved = path === 'closed' || path === 'archived' || path === 'done'
  return (
    <span className={`state-mark-word${ended ? ' is-ended' : ''}${solved ? ' is-solved' : ''}`}>
      <i aria-hidden />
      {sentence(label)}
    </span>
  )
}

type DueProps = { dueAt: string | null | undefined; card: Card; now: number; rule?: ReactNode }

/** How long is left and when, one above the other; the rule behind it on hover. */
export function Due({ dueAt, card, now, rule }: DueProps) {
  const { t } = useTranslation()
  if (dueAt === null || dueAt === undefined) return <span className="due is-none">–</span>
  const words = (
    <span className={`due${card === 'red' || card === 'yellow' ? ` is-${card}` : ''}`}>
      <CardMark card={card} bare />
      <b>{left(dueAt, now, t)}</b>
      <time dateTime={dueAt} title={exact(dueAt)}>
        {when(dueAt, now, t)}
      </time>
    </span>
  )
  return rule === undefined ? words : <Popover content={rule}>{words}</Popover>
}

/** Places from large to small, of which the last say where it is. */
export function placeWords(places: readonly { name: string }[], most = 2): string {
  return places
    .slice(-most)
    .map(({ name }) => name)
    .join(' ')
}

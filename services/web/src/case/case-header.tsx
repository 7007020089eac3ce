// The head of a case. What the eye meets first: where it stands, and until when.
import { useTranslation } from 'react-i18next'
import type { CaseView } from '../answers.ts'
import { CardMark, placeWords, SupervisedMark } from '../marks.tsx'
import { sentence } from '../sentence.ts'
import { exact, left, when } from '../time.ts'
import { CaseActions } from './case-actions.tsx'
import { ClockChip, ruleOf } from './clock-chip.tsx'

type HeaderProps = { view: CaseView; texts: Record<string, string>; now: number }

/** Number and place; the state, large; its clocks; what can be done. */
export function CaseHeader({ view, texts, now }: HeaderProps) {
  const { t } = useTranslation()
  const { summary } = view
  const state = view.stateLabel ?? texts[`state.${view.path}`] ?? view.path
  const first = soonest(view)
  const rest = view.clocks.filter((clock) => clock !== first && clock.status !== 'stopped')
  const what = [view.title ?? summary.categoryName, placeWords(summary.place)]
  return (
    <header className="case-head">
      <p className="case-name">
        <span className="number">{view.number ?? texts.workflow}</span>
        {what.filter((part) => part !== null && part !== undefined && part !== '').join(' · ')}
      </p>
      <div className="case-standing">
        <h1 className={view.ended ? 'is-ended' : ''}>{sentence(state)}</h1>
        {first !== undefined && (
          <div className={`until is-${view.card ?? 'none'}`} title={ruleOf(first, t)}>
            <span className="until-left">
              <CardMark card={view.card} />
              {first.status === 'paused' ? t('clock.paused') : left(first.dueAt, now, t)}
            </span>
            <span className="until-when">
              {first.label} ·{' '}
              <time dateTime={first.dueAt} title={exact(first.dueAt)}>
                {t('clock.until', { when: when(first.dueAt, now, t) })}
              </time>
            </span>
          </div>
        )}
        {summary.supervised && <SupervisedMark />}
      </div>
      {rest.length > 0 && (
        <ul className="clock-chips" aria-label={t('case.clocks')}>
          {rest.map((clock) => (
            <ClockChip key={`${clock.clock}${clock.round}`} clock={clock} now={now} />
          ))}
        </ul>
      )}
      <CaseActions view={view} />
    </header>
  )
}

function soonest(view: CaseView) {
  const counting = view.clocks.filter(({ status }) => status !== 'stopped')
  return counting.sort((a, b) => weight(a) - weight(b))[0]
}

const weight = (clock: { status: string; dueAt: string }): number =>
  Date.parse(clock.dueAt) + (clock.status === 'paused' ? 1e15 : 0)

// The head of a case. What the eye meets first: where it stands, and until when.
import { Popover } from 'antd'
import { useTranslation } from 'react-i18next'
import type { CaseView, ClockView } from '../answers.ts'
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
        {first !== undefined && <Until clock={first} card={view.card} now={now} />}
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

type UntilProps = { clock: ClockView; card: CaseView['card']; now: number }

/** Until when, as large as the state; the rule behind it on hover or tap. */
function Until({ clock, card, now }: UntilProps) {
  const { t } = useTranslation()
  return (
    <Popover content={<p className="rule">{ruleOf(clock, t)}</p>} trigger={['hover', 'click']}>
      <button type="button" className={`until is-${card ?? 'none'}`}>
        <span className="until-left">
          <CardMark card={card} />
          {clock.status === 'paused' ? t('clock.paused') : left(clock.dueAt, now, t)}
        </span>
        <span className="until-when">
          {clock.label} ·{' '}
          <time dateTime={clock.dueAt} title={exact(clock.dueAt)}>
            {t('clock.until', { when: when(clock.dueAt, now, t) })}
          </time>
        </span>
      </button>
    </Popover>
  )
}

function soonest(view: CaseView) {
  const counting = view.clocks.filter(({ status }) => status !== 'stopped')
  return counting.sort((a, b) => weight(a) - weight(b))[0]
}

const weight = (clock: { status: string; dueAt: string }): number =>
  Date.parse(clock.dueAt) + (clock.status === 'paused' ? 1e15 : 0)

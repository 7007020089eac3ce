// A clock in a line: its name, what is left and when; the rule behind it on hover or tap.
import { Popover } from 'antd'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { ClockView } from '../answers.ts'
import { exact, left, when } from '../time.ts'

/** One clock; opens the rule. */
export function ClockChip({ clock, now }: { clock: ClockView; now: number }) {
  const { t } = useTranslation()
  const card = clock.status === 'expired' ? 'red' : clock.status === 'warned' ? 'yellow' : 'none'
  return (
    <li>
      <Popover content={<p className="rule">{ruleOf(clock, t)}</p>} trigger={['hover', 'click']}>
        <button type="button" className={`clock-chip is-${card}`}>
          <span>{clock.label}</span>
          <b>{clock.status === 'paused' ? t('clock.paused') : left(clock.dueAt, now, t)}</b>
          <time dateTime={clock.dueAt}>{when(clock.dueAt, now, t)}</time>
        </button>
      </Popover>
    </li>
  )
}

/** The rule in words, a line each: 「24 小时」, its source, 「自 11月20日 09:00 起」, 「暂停 2 次」. */
export function ruleOf(clock: ClockView, t: TFunction): string {
  const { limit } = clock
  const pauses = Array.isArray(clock.pauses) ? clock.pauses.length : clock.pauses
  return [
    limit === null || limit === undefined
      ? clock.label
      : t(`limit.${limit.unit}`, { count: limit.amount }),
    limit?.source,
    t('clock.since', { when: exact(clock.startedAt).slice(0, 16) }),
    clock.round > 1 ? t('clock.round', { count: clock.round }) : '',
    pauses > 0 ? t('clock.pauses', { count: pauses }) : '',
    clock.certain ? '' : t('clock.uncertain'),
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('\n')
}

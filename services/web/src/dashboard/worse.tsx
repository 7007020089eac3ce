// The one figure that got worse: each rate now against the same rate thirty days before, which the
// read models can answer for any moment.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Rate } from '../answers.ts'
import { lists } from '../api.ts'
import { useAsOf } from '../as-of.ts'
import { isBetterLow, percent } from './rate-words.ts'

const HOUR = 3_600_000
const DAYS = 30
const LEAST_CASES = 5
const LEAST_CHANGE = 0.005

/** A sentence and a figure; nothing while it is not known. */
export function Worse() {
  const { t } = useTranslation()
  const { now } = useAsOf()
  const hour = Math.floor(now / HOUR) * HOUR
  const present = useTotals()
  const past = useTotals({ at: new Date(hour - DAYS * 24 * HOUR).toISOString() })
  if (present.data === undefined || past.data === undefined) {
    return <p className="worse is-waiting" />
  }
  const worst = worstOf(present.data.rates, past.data.rates)
  if (worst === undefined) {
    return <p className="worse">{t('dashboard.noneWorse', { count: DAYS })}</p>
  }
  return (
    <p className="worse is-worse">
      <strong>{percent(worst.is)}</strong>
      <span>
        <b>{worst.label}</b>
        <br />
        {t('dashboard.worse', { count: DAYS, was: percent(worst.was) })}
      </span>
    </p>
  )
}

/** Every rate over all cases, as of the page's moment or another. */
export function useTotals(moment?: { at: string }) {
  const { asOf } = useAsOf()
  const asked = moment ?? asOf
  return useQuery({
    queryKey: ['figures', 'rates', 'totals', asked],
    queryFn: () => lists.rates({ ...asked }),
    placeholderData: (before) => before,
  })
}

type Worst = { label: string; is: number; was: number; by: number }

function worstOf(present: readonly Rate[], past: readonly Rate[]): Worst | undefined {
  let worst: Worst | undefined
  for (const rate of present) {
    const is = rate.groups[0]
    const was = past.find(({ name }) => name === rate.name)?.groups[0]
    if (is === undefined || was === undefined || was.denominator < LEAST_CASES) continue
    if (is.value === null || was.value === null) continue
    const by = (is.value - was.value) * (isBetterLow(rate.name) ? 1 : -1)
    if (by > LEAST_CHANGE && by > (worst?.by ?? 0)) {
      worst = { label: rate.label, is: is.value, was: was.value, by }
    }
  }
  return worst
}

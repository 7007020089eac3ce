// The one figure that got worse: each rate now against the same rate thirty days before, which the
// read models can answer for any moment.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Rate } from '../answers.ts'
import { lists } from '../api.ts'
import { useAsOf } from '../as-of.ts'
import { isBetterLow, percent, totalOf } from './total.ts'

const DAYS = 30
const LEAST_CASES = 5
const LEAST_CHANGE = 0.005

/** A sentence and a figure; nothing while it is not known. */
export function Worse() {
  const { t } = useTranslation()
  const { asOf, now } = useAsOf()
  const day = Math.floor(now / 3_600_000) * 3_600_000
  const earlier = new Date(day - DAYS * 86_400_000).toISOString()
  const read = (params: Record<string, string>) => ({
    queryKey: ['figures', 'rates', 'all', params],
    queryFn: () => lists.rates({ by: 'category', ...params }),
  })
  const present = useQuery(read({ ...asOf }))
  const past = useQuery(read({ at: earlier }))
  if (present.data === undefined || past.data === undefined) return <p className="worse is-waiting" />
  const worst = worstOf(present.data.rates, past.data.rates)
  if (worst === undefined) {
    return (
      <p className="worse">
        <span>{t('dashboard.noneWorse', { count: DAYS })}</span>
      </p>
    )
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

type Worst = { label: string; is: number; was: number; by: number }

function worstOf(present: readonly Rate[], past: readonly Rate[]): Worst | undefined {
  let worst: Worst | undefined
  for (const rate of present) {
    const before = past.find(({ name }) => name === rate.name)
    if (before === undefined) continue
    const [is, was] = [totalOf(rate), totalOf(before)]
    if (is.value === null || was.value === null || was.denominator < LEAST_CASES) continue
    const by = (is.value - was.value) * (isBetterLow(rate.name) ? 1 : -1)
    if (by > LEAST_CHANGE && by > (worst?.by ?? 0)) {
      worst = { label: rate.label, is: is.value, was: was.value, by }
    }
  }
  return worst
}

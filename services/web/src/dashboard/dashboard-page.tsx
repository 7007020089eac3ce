// Counts, rates and times, as of any moment. The first thing is the one figure that got worse; each
// rate says its numerator, its denominator, what is left out and why, and leads to its cases.
import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { lists } from '../api.ts'
import { useAsOf } from '../as-of.ts'
import { Failed } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'
import { CountsPanel } from './counts-panel.tsx'
import { DurationsPanel } from './durations-panel.tsx'
import { RatesPanel } from './rates-panel.tsx'
import { useTotals, Worse } from './worse.tsx'

const GROUPINGS = ['unit', 'place', 'category', 'month'] as const

/** `/dashboard?by=unit` */
export function DashboardPage() {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const { asOf } = useAsOf()
  const by = params.get('by') ?? 'unit'
  const rates = useQuery({
    queryKey: ['figures', 'rates', by, asOf],
    queryFn: () => lists.rates({ by, ...asOf }),
    placeholderData: (before) => before,
  })
  const totals = useTotals()
  return (
    <div className="dashboard">
      <h1 className="for-readers">{t('page.dashboard')}</h1>
      <Worse />
      <CountsPanel />
      <section aria-labelledby="rates" className="panel">
        <header className="panel-head">
          <h2 id="rates">{t('dashboard.rates')}</h2>
          <Segmented
            aria-label={t('dashboard.by')}
            value={by}
            onChange={(value) =>
              setParams((before) => {
                const next = new URLSearchParams(before)
                next.set('by', value)
                return next
              })
            }
            options={GROUPINGS.map((value) => ({ value, label: t(`by.${value}`) }))}
          />
        </header>
        {rates.isError ? (
          <Failed error={rates.error} again={() => void rates.refetch()} />
        ) : rates.data === undefined || totals.data === undefined ? (
          <Loading />
        ) : (
          <RatesPanel rates={rates.data.rates} totals={totals.data.rates} />
        )}
      </section>
      <DurationsPanel />
    </div>
  )
}

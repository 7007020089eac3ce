// From report to end, in hours: over all, and without those merged into another.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Duration } from '../answers.ts'
import { lists } from '../api.ts'
import { useAsOf } from '../as-of.ts'
import { Failed } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'
import { hours } from '../time.ts'

/** Median, 90th percentile, longest. */
export function DurationsPanel() {
  const { t } = useTranslation()
  const { asOf } = useAsOf()
  const durations = useQuery({
    queryKey: ['figures', 'durations', asOf],
    queryFn: () => lists.durations({ workflow: 'appeal', ...asOf }),
    placeholderData: (before) => before,
  })
  if (durations.isError) return <Failed error={durations.error} />
  if (durations.data === undefined) return <Loading lines={3} />
  const row = (label: string, duration: Duration) => (
    <tr>
      <th scope="row">{label}</th>
      <td>{duration.count}</td>
      <td>{hours(duration.medianHours)}</td>
      <td>{hours(duration.p90Hours)}</td>
      <td>{hours(duration.maxHours)}</td>
    </tr>
  )
  return (
    <section className="panel" aria-labelledby="durations">
      <h2 id="durations">{t('dashboard.durations')}</h2>
      <p className="rate-note">{t('dashboard.durationsNote')}</p>
      <div className="table-frame">
        <table className="figures-table">
          <thead>
            <tr>
              <th scope="col">{t('dashboard.which')}</th>
              <th scope="col">{t('dashboard.count')}</th>
              <th scope="col">{t('dashboard.median')}</th>
              <th scope="col">{t('dashboard.p90')}</th>
              <th scope="col">{t('dashboard.longest')}</th>
            </tr>
          </thead>
          <tbody>
            {row(t('dashboard.all'), durations.data.all)}
            {row(t('dashboard.notMerged'), durations.data.notMerged)}
          </tbody>
        </table>
      </div>
    </section>
  )
}

// The rates: each with its figure, numerator over denominator, what is left out and why; then, for
// the one chosen, a chart by group with its table below.
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Rate, RateGroup } from '../answers.ts'
import { useKeep } from '../as-of.ts'
import { Empty } from '../states/empty.tsx'
import { Loading } from '../states/loading.tsx'
import { casesOf } from './counts-panel.tsx'
import { percent, totalOf } from './total.ts'

const RateChart = lazy(async () => ({ default: (await import('./rate-chart.tsx')).RateChart }))

/** A card a rate; the pressed one is shown in full. */
export function RatesPanel({ rates }: { rates: readonly Rate[] }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState(rates[0]?.name)
  const rate = rates.find(({ name }) => name === chosen) ?? rates[0]
  if (rate === undefined) return <Empty title={t('dashboard.noRates')} />
  return (
    <>
      <ul className="rate-cards">
        {rates.map((one) => (
          <li key={one.name}>
            <button
              type="button"
              aria-pressed={one.name === rate.name}
              onClick={() => setChosen(one.name)}
            >
              <span>{one.label}</span>
              <strong>{percent(totalOf(one).value)}</strong>
              <small>
                {totalOf(one).numerator} / {totalOf(one).denominator}
              </small>
            </button>
          </li>
        ))}
      </ul>
      {rate.note !== undefined && <p className="rate-note">{rate.note}</p>}
      <Suspense fallback={<Loading lines={4} />}>
        <RateChart rate={rate} />
      </Suspense>
      <RateTable rate={rate} />
    </>
  )
}

function RateTable({ rate }: { rate: Rate }) {
  const { t } = useTranslation()
  return (
    <div className="table-frame">
      <table className="figures-table">
        <caption className="for-readers">{rate.label}</caption>
        <thead>
          <tr>
            <th scope="col">{t('dashboard.group')}</th>
            <th scope="col">{t('dashboard.value')}</th>
            <th scope="col">{t('dashboard.numerator')}</th>
            <th scope="col">{t('dashboard.denominator')}</th>
            <th scope="col">{t('dashboard.leftOut')}</th>
            <th scope="col">{t('dashboard.cases')}</th>
          </tr>
        </thead>
        <tbody>
          {rate.groups.map((group) => (
            <RateRow key={group.key} group={group} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function RateRow({ group }: { group: RateGroup }) {
  const { t } = useTranslation()
  const keep = useKeep()
  return (
    <tr>
      <th scope="row">{group.label}</th>
      <td>{percent(group.value)}</td>
      <td>{group.numerator}</td>
      <td>{group.denominator}</td>
      <td>
        {group.leftOut ?? 0}
        {group.leftOutWhy !== undefined && group.leftOutWhy !== null && group.leftOut !== 0 && (
          <small>{group.leftOutWhy}</small>
        )}
      </td>
      <td>
        <Link to={keep(casesOf(group.filter))} aria-label={`${t('dashboard.cases')} ${group.label}`}>
          {t('dashboard.open')}
        </Link>
      </td>
    </tr>
  )
}

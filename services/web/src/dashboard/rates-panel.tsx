// The rates: each with its figure, numerator over denominator, what is left out and why; then, for
// the one chosen, a chart by group with its table below.
import type { TFunction } from 'i18next'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Rate, RateGroup } from '../answers.ts'
import { useKeep } from '../as-of.ts'
import { Empty } from '../states/empty.tsx'
import { Loading } from '../states/loading.tsx'
import { casesOf } from './counts-panel.tsx'
import { nameOf, percent } from './rate-words.ts'

const RateChart = lazy(async () => ({ default: (await import('./rate-chart.tsx')).RateChart }))

type PanelProps = { rates: readonly Rate[]; totals: readonly Rate[] }

/** A card a rate; the pressed one is shown in full. */
export function RatesPanel({ rates, totals }: PanelProps) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState(totals[0]?.name)
  const total = totals.find(({ name }) => name === chosen) ?? totals[0]
  const rate = rates.find(({ name }) => name === total?.name)
  if (total === undefined) return <Empty title={t('dashboard.noRates')} />
  return (
    <>
      <ul className="rate-cards">
        {totals.map((one) => (
          <li key={one.name}>
            <RateCard rate={one} pressed={one === total} choose={() => setChosen(one.name)} />
          </li>
        ))}
      </ul>
      <p className="rate-note">{noteOf(total, t)}</p>
      {rate !== undefined && (
        <>
          <Suspense fallback={<Loading lines={4} />}>
            <RateChart rate={rate} />
          </Suspense>
          <RateTable rate={rate} />
        </>
      )}
    </>
  )
}

/** What is counted over what, and what is left out and why. */
function noteOf(rate: Rate, t: TFunction): string {
  const why = rate.groups[0]?.leftOutWhy ?? ''
  const note = rate.note ?? ''
  if (why === '') return note
  return `${note} · ${t('dashboard.leftOut')}${t('colon')}${why}`
}

type CardProps = { rate: Rate; pressed: boolean; choose: () => void }

function RateCard({ rate, pressed, choose }: CardProps) {
  const { t } = useTranslation()
  const group = rate.groups[0]
  const leftOut = group?.leftOut ?? 0
  return (
    <button type="button" aria-pressed={pressed} onClick={choose}>
      <span>{rate.label}</span>
      <strong>{percent(group?.value ?? null)}</strong>
      <small>
        {group?.numerator ?? 0} / {group?.denominator ?? 0}
        {leftOut > 0 && ` · ${t('dashboard.leftOutCount', { count: leftOut })}`}
      </small>
    </button>
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
          </tr>
        </thead>
        <tbody>
          {largestFirst(rate.groups).map((group) => (
            <RateRow key={group.key ?? ''} group={group} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const largestFirst = (groups: readonly RateGroup[]): RateGroup[] =>
  [...groups].sort((a, b) => b.denominator - a.denominator || (b.leftOut ?? 0) - (a.leftOut ?? 0))

function RateRow({ group }: { group: RateGroup }) {
  const { t } = useTranslation()
  const keep = useKeep()
  const link = (part: 'numerator' | 'denominator' | 'leftOut', count: number) => (
    <Link
      to={keep(casesOf(group.filters[part]))}
      aria-label={t('dashboard.open', {
        part: t(`dashboard.${part}`),
        group: nameOf(group, t('dashboard.noGroup')),
        count,
      })}
    >
      {count}
    </Link>
  )
  return (
    <tr>
      <th scope="row">{nameOf(group, t('dashboard.noGroup'))}</th>
      <td>{percent(group.value)}</td>
      <td>{link('numerator', group.numerator)}</td>
      <td>{link('denominator', group.denominator)}</td>
      <td>{link('leftOut', group.leftOut ?? 0)}</td>
    </tr>
  )
}

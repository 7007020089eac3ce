// How many cases stand where, and how many carry a card; each figure is a link to its cases.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { CountGroup } from '../answers.ts'
import { lists } from '../api.ts'
import { useAsOf, useKeep } from '../as-of.ts'
import { CardMark } from '../marks.tsx'
import { Failed } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'

const WORKFLOW = 'appeal'

/** Open cases by state with bars, and the cards of today. */
export function CountsPanel() {
  const { t } = useTranslation()
  const states = useCounts('state')
  const cards = useCounts('card')
  if (states.isError) return <Failed error={states.error} again={() => void states.refetch()} />
  if (states.data === undefined) return <Loading lines={5} />
  const groups = [...states.data.groups].sort((a, b) => b.count - a.count)
  const most = Math.max(1, ...groups.map(({ count }) => count))
  return (
    <section className="panel" aria-labelledby="counts">
      <header className="panel-head">
        <h2 id="counts">
          {t('dashboard.counts')} <span className="count">{states.data.total}</span>
        </h2>
        <p className="cards-today">
          {(cards.data?.groups ?? []).map((group) => (
            <CardCount key={group.key ?? ''} group={group} />
          ))}
        </p>
      </header>
      <ul className="bars">
        {groups.map((group) => (
          <Bar key={group.key ?? ''} group={group} most={most} />
        ))}
      </ul>
    </section>
  )
}

function useCounts(by: string) {
  const { asOf } = useAsOf()
  return useQuery({
    queryKey: ['figures', 'counts', by, asOf],
    queryFn: () => lists.counts({ workflow: WORKFLOW, by, ended: false, ...asOf }),
    placeholderData: (before) => before,
  })
}

function Bar({ group, most }: { group: CountGroup; most: number }) {
  const keep = useKeep()
  return (
    <li>
      <Link to={keep(casesOf(group.filter))}>
        <span className="bar-label">{group.label}</span>
        <span className="bar-track" aria-hidden>
          <i style={{ width: `${(100 * group.count) / most}%` }} />
        </span>
        <b>{group.count}</b>
      </Link>
    </li>
  )
}

function CardCount({ group }: { group: CountGroup }) {
  const keep = useKeep()
  if (group.key !== 'red' && group.key !== 'yellow') return null
  return (
    <Link to={keep(casesOf(group.filter))} className={`card-count is-${group.key}`}>
      <CardMark card={group.key} />
      <b>{group.count}</b>
    </Link>
  )
}

/** The list behind a figure. */
export function casesOf(filter: string): string {
  const query = filter.replace(/^.*\?/, '')
  const params = new URLSearchParams(query)
  const workflow = params.get('workflow') ?? WORKFLOW
  params.delete('workflow')
  const path =
    workflow === 'referral'
      ? '/referrals'
      : workflow === 'deliberation'
        ? '/deliberations'
        : '/cases'
  return `${path}?${params}`
}

// What linli tried to do by itself and gave up on: why, and a button to try again.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ParkedEffect } from '../answers.ts'
import { office } from '../api.ts'
import { workflowOf } from '../identifier.ts'
import { sentence } from '../sentence.ts'
import { useMe } from '../signed-in.ts'
import { Empty } from '../states/empty.tsx'
import { Failed } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'
import { exact } from '../time.ts'
import { readsCases, useWorkflow } from '../workflows.ts'

/** `/effects`, for coordinators and administrators. */
export function ParkedEffects() {
  const { t } = useTranslation()
  const found = useQuery({ queryKey: ['figures', 'parked'], queryFn: office.parked })
  if (found.isError) return <Failed error={found.error} again={() => void found.refetch()} />
  if (found.isPending) return <Loading lines={6} />
  const { effects } = found.data
  return (
    <div className="parked-effects">
      <header className="page-head">
        <h1>{t('page.effects')}</h1>
        <span className="count">{t('list.total', { count: effects.length })}</span>
      </header>
      {effects.length === 0 ? (
        <Empty title={t('effects.empty')} text={t('effects.emptyText')} />
      ) : (
        <>
          <p className="lead">{t('effects.lead')}</p>
          <ul className="panel parked">
            {effects.map((effect) => (
              <Parked key={effect.id} effect={effect} />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function Parked({ effect }: { effect: ParkedEffect }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const me = useMe()
  const { id, stream, tries, error, nextAt } = effect
  const workflow = workflowOf(stream)
  const name = `${sentence(useWorkflow(workflow)?.label ?? workflow)} ${stream.slice(-8)}`
  const at = new Date(nextAt).toISOString()
  const releasing = useMutation({
    mutationFn: () => office.release(id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['figures', 'parked'] })
      void message.success(t('effects.released'))
    },
  })
  return (
    <li>
      <p className="parked-head">
        {readsCases(me.data) ? <Link to={`/cases/${stream}`}>{name}</Link> : <b>{name}</b>}
        <span className="count">{t('effects.tries', { count: tries })}</span>
        <time className="count" dateTime={at}>
          {exact(at).slice(0, 16)}
        </time>
      </p>
      <p className="raw">{error}</p>
      {releasing.isError && (
        <p className="field-error" role="alert">
          {releasing.error.message}
        </p>
      )}
      <Button loading={releasing.isPending} onClick={() => releasing.mutate()}>
        {t('state.again')}
      </Button>
    </li>
  )
}

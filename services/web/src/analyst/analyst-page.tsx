// For analysts: how often each state led to each other, and the event stream without personal data,
// filtered, live, to take away.
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useWorkflows } from '../workflows.ts'
import { EventStream } from './event-stream.tsx'
import { ProcessMap } from './process-map.tsx'

/** `/analyst?workflow=appeal` */
export function AnalystPage() {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const workflow = params.get('workflow') ?? 'appeal'
  const all = useWorkflows()
  const choose = (value: string) =>
    setParams((before) => {
      const next = new URLSearchParams(before)
      next.set('workflow', value)
      next.delete('type')
      return next
    })
  return (
    <div className="analyst">
      <header className="page-head">
        <h1>{t('page.analyst')}</h1>
        <Select
          className="filter-wide"
          aria-label={t('analyst.workflow')}
          value={workflow}
          onChange={choose}
          options={(all.data ?? []).map(({ id, label }) => ({ value: id, label }))}
        />
      </header>
      <ProcessMap
        workflow={workflow}
        version={all.data?.find(({ id }) => id === workflow)?.version}
      />
      <EventStream workflow={workflow} />
    </div>
  )
}

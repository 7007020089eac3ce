// The event stream: filter it, follow it live, take it away as NDJSON. No personal data is in it.
import { DownloadOutlined } from '@ant-design/icons'
import { Button, Select, Switch } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { queryOf } from '../api.ts'
import { Empty } from '../states/empty.tsx'
import { Failed } from '../states/failed.tsx'
import { exact } from '../time.ts'
import { useStream } from './use-stream.ts'
import { useTypes } from './use-types.ts'

/** One workflow's events, the newest first. */
export function EventStream({ workflow }: { workflow: string }) {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const [live, setLive] = useState(false)
  const type = params.get('type') ?? undefined
  const types = useTypes(workflow)
  const { events, failure, again } = useStream({ workflow, type, live })
  const choose = (value: string | undefined) =>
    setParams((before) => {
      const next = new URLSearchParams(before)
      if (value === undefined) next.delete('type')
      else next.set('type', value)
      return next
    })
  return (
    <section className="panel" aria-labelledby="stream">
      <header className="panel-head">
        <h2 id="stream">{t('analyst.stream')}</h2>
        <Select
          className="filter-wide"
          allowClear
          showSearch
          optionFilterProp="label"
          aria-label={t('analyst.type')}
          placeholder={t('analyst.type')}
          value={type ?? null}
          onChange={(value: string | null) => choose(value ?? undefined)}
          options={types}
        />
        <span className="switch">
          <Switch checked={live} onChange={setLive} aria-label={t('analyst.live')} />
          <span aria-hidden>{t('analyst.live')}</span>
        </span>
        <Button
          icon={<DownloadOutlined aria-hidden />}
          href={`/api/events${queryOf({ workflow, type })}`}
          download={`linli-${workflow}.ndjson`}
        >
          {t('analyst.download')}
        </Button>
      </header>
      {failure !== undefined ? (
        <Failed error={failure} again={again} />
      ) : events.length === 0 ? (
        <Empty title={t('analyst.noEvents')} />
      ) : (
        <ol className="stream" aria-live={live ? 'polite' : 'off'}>
          {events.map((event) => (
            <li key={event.position ?? event.id}>
              <details>
                <summary>
                  <time dateTime={event.at}>{exact(event.at)}</time>
                  <b>{event.type}</b>
                  <span className="stream-name">{event.stream}</span>
                  <span className="number">#{event.revision}</span>
                </summary>
                <pre className="raw">{JSON.stringify(event, null, 2)}</pre>
              </details>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

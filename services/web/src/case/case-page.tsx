// A case: where it stands and until when; the way it came; what happened; what can be done now.
// The slider shows it at any revision, the bar as of any moment.
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import type { CaseView, EventView, WorkflowVersion } from '../answers.ts'
import { useAsOf } from '../as-of.ts'
import { Statechart } from '../chart/statechart.tsx'
import { wayOf } from '../chart/way.ts'
import { Failed } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'
import { useVersion } from '../versions.ts'
import { CaseFacts } from './case-facts.tsx'
import { CaseHeader } from './case-header.tsx'
import { changesBetween } from './changes.ts'
import { PrintFoot } from './print-foot.tsx'
import { RevisionSlider } from './revision-slider.tsx'
import { Timeline } from './timeline.tsx'
import { useCase } from './use-case.ts'
import { useTexts } from './use-texts.ts'

/** `/cases/:id`, for every workflow. */
export function CasePage() {
  const { id = '' } = useParams()
  const { t } = useTranslation()
  const { now: moment } = useAsOf()
  const loaded = useCase(id)
  const { view, before, events, revision } = loaded
  const version = useVersion(view.data?.workflow ?? '', view.data?.version)
  const texts = useTexts(version.data?.texts)
  if (view.isError) return <Failed error={view.error} again={() => void view.refetch()} />
  if (view.data === undefined || version.data === undefined) return <Loading lines={10} />
  const now = revision === undefined ? moment : Date.parse(view.data.effectiveAt)
  const all = events.data?.events ?? []
  const shown = all.filter((event) => event.revision <= view.data.revision)
  const changes =
    revision === undefined || before.data === undefined
      ? []
      : changesBetween({ before: before.data, after: view.data, texts, t, now })
  return (
    <article className={revision === undefined ? 'case' : 'case is-past'}>
      <CaseHeader view={view.data} texts={texts} now={now} />
      {view.data.lastRevision > 0 && (
        <RevisionSlider view={view.data} events={all} changes={changes} revision={revision} />
      )}
      <Chart view={view.data} events={shown} version={version.data} />
      <div className="case-columns">
        <section aria-labelledby="history">
          <h2 id="history">{t('case.history')}</h2>
          {events.isError ? (
            <Failed error={events.error} again={() => void events.refetch()} />
          ) : events.data === undefined ? (
            <Loading lines={6} />
          ) : (
            <Timeline id={id} events={shown} texts={texts} now={now} />
          )}
        </section>
        <CaseFacts view={view.data} texts={texts} now={now} />
      </div>
      <PrintFoot view={view.data} />
    </article>
  )
}

type ChartProps = { view: CaseView; events: EventView[]; version: WorkflowVersion }

function Chart({ view, events, version }: ChartProps) {
  const { t } = useTranslation()
  const way = wayOf(version.chart, view.path, events, view.offered)
  return (
    <section className="case-chart" aria-label={t('case.chart')}>
      <Statechart version={version} way={way} />
    </section>
  )
}

// The map of a workflow as it was really gone: the same statechart, ways as wide as their count,
// with the mean waiting time before each; and the same as a table.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Flow, WorkflowVersion } from '../answers.ts'
import { lists } from '../api.ts'
import { useAsOf } from '../as-of.ts'
import { Statechart } from '../chart/statechart.tsx'
import { Empty } from '../states/empty.tsx'
import { Failed } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'
import { length } from '../time.ts'
import { useVersion } from '../versions.ts'
import { useWide } from '../width.ts'
import { trafficOf } from './traffic.ts'

/** Waits for the newest version's number. */
export function ProcessMap({
  workflow,
  version,
}: {
  workflow: string
  version: number | undefined
}) {
  const { t } = useTranslation()
  const { asOf } = useAsOf()
  const drawn = useVersion(workflow, version)
  const flows = useQuery({
    queryKey: ['figures', 'flows', workflow, asOf],
    queryFn: () => lists.flows({ workflow, ...asOf }),
  })
  if (flows.isError) return <Failed error={flows.error} again={() => void flows.refetch()} />
  if (drawn.isError) return <Failed error={drawn.error} again={() => void drawn.refetch()} />
  if (flows.data === undefined || drawn.data === undefined) return <Loading lines={10} />
  const all = flows.data.flows
  return (
    <section className="panel" aria-labelledby="map">
      <h2 id="map">{t('analyst.map')}</h2>
      <p className="rate-note">{t('analyst.mapNote')}</p>
      {all.length === 0 ? (
        <Empty title={t('analyst.noFlows')} />
      ) : (
        <FlowViews flows={all} version={drawn.data} />
      )}
    </section>
  )
}

type FlowsProps = { flows: readonly Flow[]; version: WorkflowVersion }

/** The map with its table behind it; on a phone the table, which can be read there, comes first. */
function FlowViews({ flows, version }: FlowsProps) {
  const { t } = useTranslation()
  const wide = useWide()
  const [open, setOpen] = useState(false)
  const table = <FlowTable flows={flows} version={version} />
  const map = <Statechart version={version} traffic={trafficOf(version.chart, flows, t)} />
  return (
    <>
      {wide ? map : table}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{wide ? t('analyst.table', { count: flows.length }) : t('chart.whole')}</summary>
        {open && (wide ? table : map)}
      </details>
    </>
  )
}

function FlowTable({ flows, version }: FlowsProps) {
  const { t } = useTranslation()
  const label = (id: string) => version.texts[`state.${id}`] ?? id
  return (
    <div className="table-frame">
      <table className="figures-table">
        <thead>
          <tr>
            <th scope="col">{t('analyst.from')}</th>
            <th scope="col" className="words">
              {t('analyst.by')}
            </th>
            <th scope="col" className="words">
              {t('analyst.to')}
            </th>
            <th scope="col">{t('analyst.count')}</th>
            <th scope="col">{t('analyst.wait')}</th>
          </tr>
        </thead>
        <tbody>
          {[...flows]
            .sort((a, b) => b.count - a.count)
            .map((flow) => (
              <tr key={`${flow.from} ${flow.type} ${flow.to}`}>
                <th scope="row">{label(flow.from)}</th>
                <td className="words">{flow.label}</td>
                <td className="words">{label(flow.to)}</td>
                <td>{flow.count}</td>
                <td>{length(flow.totalMs / Math.max(1, flow.count), t)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}

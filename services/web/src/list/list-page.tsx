// A list of any workflow: filters in the address, sorted by what is due first, as of any moment.
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'react-router'
import { lists } from '../api.ts'
import { useAsOf } from '../as-of.ts'
import { sentence } from '../sentence.ts'
import { Empty } from '../states/empty.tsx'
import { Failed, NotFound } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'
import { useWide } from '../width.ts'
import { useWorkflow, useWorkflows } from '../workflows.ts'
import { CaseCards } from './case-cards.tsx'
import { CaseTable } from './case-table.tsx'
import { Filters } from './filters.tsx'
import { LedgerMenu } from './ledger-menu.tsx'
import { filtersIn, useFilters } from './list-filters.ts'
import { sortIn } from './list-sort.ts'
import { StartActions } from './start-actions.tsx'

const PAGE_SIZE = 50

/** `/w/:workflow`: the list of any workflow, by its id. */
export function WorkflowPage() {
  const { workflow = '' } = useParams()
  const all = useWorkflows()
  if (all.isError) return <Failed error={all.error} again={() => void all.refetch()} />
  if (all.isPending) return <Loading lines={12} />
  if (all.data.every(({ id }) => id !== workflow)) return <NotFound />
  return <ListPage key={workflow} workflow={workflow} />
}

/** The list page of one workflow. */
export function ListPage({ workflow }: { workflow: string }) {
  const { t } = useTranslation()
  const found = useWorkflow(workflow)
  const record = found?.record === true
  const rows = useRows(workflow, record)
  const wide = useWide()
  const { now } = useAsOf()
  const { clear, any } = useFilters()
  const all = rows.data?.pages.flatMap((page) => page.rows) ?? []
  const total = rows.data?.pages[0]?.total
  return (
    <div className="list-page">
      <header className="page-head">
        <h1>{t(`list.${workflow}`, { defaultValue: sentence(found?.label ?? '') })}</h1>
        {total !== undefined && <span className="count">{t('list.total', { count: total })}</span>}
        <span className="head-actions">
          {total !== undefined && total > 0 && <LedgerMenu workflow={workflow} />}
          <StartActions workflow={workflow} />
        </span>
      </header>
      <Filters workflow={workflow} record={record} />
      {rows.isPending || found === undefined ? (
        <Loading lines={12} />
      ) : rows.isError ? (
        <Failed error={rows.error} again={() => void rows.refetch()} />
      ) : all.length === 0 ? (
        <Empty title={t('list.empty')} text={t(any ? 'list.empty.filtered' : 'list.empty.text')}>
          {any && <Button onClick={clear}>{t('list.clear')}</Button>}
        </Empty>
      ) : wide ? (
        <CaseTable rows={all} now={now} record={record} />
      ) : (
        <CaseCards rows={all} now={now} />
      )}
      {rows.hasNextPage && (
        <p className="more">
          <Button onClick={() => void rows.fetchNextPage()} loading={rows.isFetchingNextPage}>
            {t('list.more')}
          </Button>
        </p>
      )}
    </div>
  )
}

function useRows(workflow: string, record: boolean) {
  const [params] = useSearchParams()
  const { asOf } = useAsOf()
  const filters = { ...filtersIn(params), ...sortIn(params, record), ...asOf, limit: PAGE_SIZE }
  return useInfiniteQuery({
    queryKey: ['list', workflow, filters],
    queryFn: ({ pageParam }) => lists.rows(workflow, { ...filters, cursor: pageParam }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
  })
}

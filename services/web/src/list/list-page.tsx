// A list of any workflow: filters in the address, sorted by what is due first, as of any moment.
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { lists } from '../api.ts'
import { useAsOf } from '../as-of.ts'
import { Empty } from '../states/empty.tsx'
import { Failed } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'
import { useWide } from '../width.ts'
import { CaseCards } from './case-cards.tsx'
import { CaseTable } from './case-table.tsx'
import { Filters } from './filters.tsx'
import { filtersIn, useFilters } from './list-filters.ts'
import { sortIn } from './list-sort.ts'
import { StartActions } from './start-actions.tsx'

const PAGE_SIZE = 50

/** The list page of one workflow. */
export function ListPage({ workflow }: { workflow: string }) {
  const { t } = useTranslation()
  const rows = useRows(workflow)
  const wide = useWide()
  const { now } = useAsOf()
  const { clear, any } = useFilters()
  const all = rows.data?.pages.flatMap((page) => page.rows) ?? []
  const total = rows.data?.pages[0]?.total
  return (
    <div className="list-page">
      <header className="page-head">
        <h1>{t(`list.${workflow}`)}</h1>
        {total !== undefined && <span className="count">{t('list.total', { count: total })}</span>}
        <StartActions workflow={workflow} />
      </header>
      <Filters workflow={workflow} />
      {rows.isPending ? (
        <Loading lines={12} />
      ) : rows.isError ? (
        <Failed error={rows.error} again={() => void rows.refetch()} />
      ) : all.length === 0 ? (
        <Empty title={t('list.empty')} text={t(any ? 'list.empty.filtered' : 'list.empty.text')}>
          {any && <Button onClick={clear}>{t('list.clear')}</Button>}
        </Empty>
      ) : wide ? (
        <CaseTable rows={all} now={now} workflow={workflow} />
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

function useRows(workflow: string) {
  const [params] = useSearchParams()
  const { asOf } = useAsOf()
  const filters = { ...filtersIn(params), ...sortIn(params, workflow), ...asOf, limit: PAGE_SIZE }
  return useInfiniteQuery({
    queryKey: ['list', workflow, filters],
    queryFn: ({ pageParam }) => lists.rows(workflow, { ...filters, cursor: pageParam }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
  })
}

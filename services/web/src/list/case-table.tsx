// The list on a desk: twenty rows at 1080 px, each a link; arrows or j and k move along it.
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import type { Row } from '../answers.ts'
import { useKeep } from '../as-of.ts'
import { Due, placeWords, StateMark, SupervisedMark } from '../marks.tsx'
import { rowName } from '../row-name.ts'
import { exact, when } from '../time.ts'
import { useFilters } from './list-filters.ts'
import { useRowKeys } from './row-keys.ts'

type TableProps = { rows: readonly Row[]; now: number; record: boolean }

/** Rows as a table; the head sorts. */
export function CaseTable({ rows, now, record }: TableProps) {
  const { t } = useTranslation()
  const body = useRowKeys()
  return (
    <div className="table-frame">
      <table className="case-table">
        <thead>
          <tr>
            {!record && <SortHead name="number" label={t('column.number')} />}
            <th scope="col">{t(record ? 'column.name' : 'column.what')}</th>
            <th scope="col">{t('column.place')}</th>
            <th scope="col">{t('column.state')}</th>
            {!record && <SortHead name="dueAt" label={t('column.due')} />}
            {!record && <th scope="col">{t('column.who')}</th>}
            <SortHead name="startedAt" label={t('column.started')} />
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <TableRow key={row.id} row={row} now={now} record={record} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function TableRow({ row, now, record }: { row: Row; now: number; record: boolean }) {
  const { t } = useTranslation()
  const keep = useKeep()
  const navigate = useNavigate()
  const path = keep(`/cases/${row.id}`)
  const card = row.card ?? 'none'
  return (
    <tr
      className={`is-card-${card}`}
      onClick={(event) => {
        const chosen = window.getSelection()?.toString() ?? ''
        if (chosen !== '' || (event.target as HTMLElement).closest('a') !== null) return
        void navigate(path)
      }}
    >
      {!record && (
        <td className="number">
          <Link to={path}>{row.number ?? t('list.noNumber')}</Link>
        </td>
      )}
      <td>
        {record ? <Link to={path}>{rowName(row, t)}</Link> : rowName(row, t)}
        {row.title !== null && row.title !== undefined && row.categoryName !== row.title && (
          <small>{row.categoryName}</small>
        )}
      </td>
      <td title={placeWords(row.place, 9)}>{placeWords(row.place)}</td>
      <td>
        <StateMark label={row.stateLabel} path={row.path} ended={row.ended} />
        {row.supervised && <SupervisedMark />}
      </td>
      {!record && (
        <td className="figures">
          <Due dueAt={row.dueAt} card={row.card} now={now} />
        </td>
      )}
      {!record && <td>{row.leadUnit?.name ?? row.responsibleLabel ?? '–'}</td>}
      <td className="figures">
        <time dateTime={row.startedAt} title={exact(row.startedAt)}>
          {when(row.startedAt, now, t)}
        </time>
      </td>
    </tr>
  )
}

function SortHead({ name, label }: { name: string; label: string }) {
  const { sortBy, sorted } = useFilters()
  const order = sorted.sort === name ? sorted.order : undefined
  const said = order === 'asc' ? 'ascending' : 'descending'
  return (
    <th scope="col" aria-sort={order === undefined ? 'none' : said}>
      <button
        type="button"
        className="sort"
        onClick={() => sortBy(name, order === 'asc' ? 'desc' : 'asc')}
      >
        {label}
        <span aria-hidden>{order === undefined ? '' : order === 'asc' ? ' ↑' : ' ↓'}</span>
      </button>
    </th>
  )
}

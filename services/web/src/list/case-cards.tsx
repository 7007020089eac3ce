// The list on a phone: a card shows what, where, and where it stands until when.
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Row } from '../answers.ts'
import { useKeep } from '../as-of.ts'
import { Due, placeWords, StateMark, SupervisedMark } from '../marks.tsx'
import { rowName } from '../row-name.ts'

/** Rows as cards; the whole card is the link. */
export function CaseCards({ rows, now }: { rows: readonly Row[]; now: number }) {
  const { t } = useTranslation()
  const keep = useKeep()
  return (
    <ul className="case-cards">
      {rows.map((row) => (
        <li key={row.id} className={`is-card-${row.card ?? 'none'}`}>
          <Link to={keep(`/cases/${row.id}`)}>
            <span className="card-top">
              <strong>{rowName(row, t)}</strong>
              {row.supervised && <SupervisedMark />}
              <span className="number">{row.number}</span>
            </span>
            <span className="card-place">
              {placeWords(row.place)}
              {row.leadUnit !== null && row.leadUnit !== undefined && ` · ${row.leadUnit.name}`}
            </span>
            <span className="card-foot">
              <StateMark label={row.stateLabel} path={row.path} ended={row.ended} />
              {row.dueAt !== null && row.dueAt !== undefined && (
                <Due dueAt={row.dueAt} card={row.card} now={now} />
              )}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

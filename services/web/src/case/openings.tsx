// Who looked at the personal data of a case: for supervisors, read when opened.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { office } from '../api.ts'
import { exact } from '../time.ts'

/** A folded list, the newest first. */
export function Openings({ id }: { id: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const found = useQuery({
    queryKey: ['case', id, 'openings'],
    queryFn: () => office.openings(id),
    enabled: open,
  })
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('case.openings')}</summary>
      <ul className="links">
        {(found.data?.openings ?? []).map(({ at, role, roleLabel, person }, index) => (
          <li key={`${at}${index}`}>
            <span>{roleLabel ?? role}</span>
            <span className="number">{person?.slice(-8)}</span>
            <time className="link-state" dateTime={at}>
              {exact(at)}
            </time>
          </li>
        ))}
        {found.data?.openings.length === 0 && <li>{t('case.noOpenings')}</li>}
      </ul>
    </details>
  )
}

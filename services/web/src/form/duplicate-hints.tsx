// Cases nearby that may be the same as the one being taken: shown while the form is filled in, so
// that a second one is not begun by mistake. Nothing is decided here.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { lists } from '../api.ts'

type HintsProps = { place: string | undefined; category: string | undefined }

/** The hints for a place and category, as links; nothing where there are none. */
export function DuplicateHints({ place, category }: HintsProps) {
  const { t } = useTranslation()
  const found = useQuery({
    queryKey: ['duplicates', place, category],
    queryFn: () => lists.duplicates({ place, category }),
    enabled: place !== undefined,
    placeholderData: (before) => before,
  })
  const hints = place === undefined ? [] : (found.data?.hints ?? [])
  return (
    <section className="duplicate-hints" aria-live="polite" hidden={hints.length === 0}>
      <h2>{t('duplicates.title', { count: hints.length })}</h2>
      <ul>
        {hints.map((hint) => (
          <li key={hint.id}>
            <Link to={`/cases/${hint.id}`} target="_blank">
              {hint.number ?? t('list.noNumber')} {hint.categoryName ?? t('list.unclassified')}
            </Link>
            <span>
              {hint.place.at(-1)?.name} · {hint.stateLabel} ·{' '}
              {t(`duplicates.place.${hint.same.place}`)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

// Loading: the shape of what comes, after a moment; no spinner.
import { useTranslation } from 'react-i18next'

/** Grey lines where the page will stand. */
export function Loading({ lines = 8 }: { lines?: number }) {
  const { t } = useTranslation()
  return (
    <div className="loading" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} style={{ width: `${88 - ((line * 37) % 40)}%` }} />
      ))}
    </div>
  )
}

// A problem in a resident's words.
import { useTranslation } from 'react-i18next'
import { Problem } from '../problem.ts'

/** What went wrong and what is kept. */
export function Trouble({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const known = error instanceof Problem ? error : undefined
  const issues = known?.details.issues ?? []
  return (
    <div className="trouble" role="alert">
      <p>
        {known?.status === 0 ? t('state.offline.kept') : (known?.message ?? t('state.failed.text'))}
      </p>
      {issues.map(({ path, message }) => (
        <p key={String(path)}>{message}</p>
      ))}
    </div>
  )
}

// For administrators, beside a person: a link that signs this person in once, to hand over.
import { useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { session } from '../api.ts'
import { Problem } from '../problem.ts'
import { exact } from '../time.ts'

/** A button; then the link, shown this once. */
export function SignInLink({ person }: { person: string }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  const making = useMutation({
    mutationFn: () => session.makeLink(person),
    onSuccess: () => setCopied(false),
  })
  const address =
    making.data === undefined ? '' : new URL(making.data.link, window.location.origin).href
  const copy = () => void navigator.clipboard.writeText(address).then(() => setCopied(true))
  return (
    <section className="sign-in-link" aria-labelledby="sign-in-link">
      <h2 id="sign-in-link">{t('link.title')}</h2>
      {making.data === undefined ? (
        <>
          <p>{t('link.help')}</p>
          <Button loading={making.isPending} onClick={() => making.mutate()}>
            {t('link.make')}
          </Button>
        </>
      ) : (
        <>
          <p className="link-made">{address}</p>
          <p>{t('link.until', { moment: exact(making.data.expiresAt).slice(0, 16) })}</p>
          <Button onClick={copy}>{t(copied ? 'resident.copied' : 'resident.copy')}</Button>
        </>
      )}
      {making.isError && (
        <p className="field-error" role="alert">
          {making.error instanceof Problem && making.error.status === 0
            ? t('state.offline.title')
            : making.error.message}
        </p>
      )}
    </section>
  )
}

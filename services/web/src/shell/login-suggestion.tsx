// After arriving by a one-time link: one quiet line, once, that offers a name and a password.
import { Button } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

const LoginDialog = lazy(async () => ({
  default: (await import('./login-dialog.tsx')).LoginDialog,
}))

const STORED = 'linli.suggest-login'

/** Lets the next page say it. */
export const suggestLogin = (): void => sessionStorage.setItem(STORED, '1')

/** Nothing unless one came by a link just now. */
export function LoginSuggestion() {
  const { t } = useTranslation()
  const [shown, setShown] = useState(() => sessionStorage.getItem(STORED) !== null)
  const [open, setOpen] = useState(false)
  useEffect(() => sessionStorage.removeItem(STORED), [])
  if (!shown) return null
  return (
    <div className="suggestion" role="status">
      <span>{t('login.suggestion')}</span>
      <Button type="link" onClick={() => setOpen(true)}>
        {t('login.set')}
      </Button>
      <Button type="text" onClick={() => setShown(false)}>
        {t('login.later')}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <LoginDialog close={() => setShown(false)} />
        </Suspense>
      )}
    </div>
  )
}

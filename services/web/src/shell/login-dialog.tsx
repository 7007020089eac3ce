// Sets one's own name and password, so that the next sign-in needs no link.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { session } from '../api.ts'
import { Problem } from '../problem.ts'

const NAME_CHARS_MIN = 2
const PASSWORD_CHARS_MIN = 8

/** Open until the login is set or the dialog is closed. */
export function LoginDialog({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const setting = useMutation({
    mutationFn: () => session.setLogin(name.trim(), password),
    onSuccess: (me) => {
      queries.setQueryData(['me'], me)
      void message.success(t('login.done'))
      close()
    },
  })
  return (
    <Modal open title={t('login.set')} onCancel={close} footer={null} width={400}>
      <form
        className="stack login-form"
        onSubmit={(event) => {
          event.preventDefault()
          setting.mutate()
        }}
      >
        <label className="field" htmlFor="new-name">
          <span>{t('session.name')}</span>
          <Input
            id="new-name"
            autoComplete="username"
            required
            minLength={NAME_CHARS_MIN}
            maxLength={80}
            status={isOf(setting.error, 'name') ? 'error' : ''}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="field" htmlFor="new-password">
          <span>{t('session.password')}</span>
          <Input
            id="new-password"
            type="password"
            autoComplete="new-password"
            aria-describedby="new-password-help"
            required
            minLength={PASSWORD_CHARS_MIN}
            status={isOf(setting.error, 'password') ? 'error' : ''}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <small id="new-password-help">
            {t('login.passwordHelp', { count: PASSWORD_CHARS_MIN })}
          </small>
        </label>
        {setting.isError && (
          <p className="field-error" role="alert">
            {said(setting.error, t('state.offline.kept'))}
          </p>
        )}
        <Button type="primary" htmlType="submit" loading={setting.isPending} block size="large">
          {t('login.save')}
        </Button>
      </form>
    </Modal>
  )
}

const isOf = (error: unknown, field: string): boolean =>
  error instanceof Problem && error.details.field === field

function said(error: unknown, offline: string): string {
  if (!(error instanceof Problem)) return String(error)
  return error.status === 0 ? offline : (error.details.issues?.[0]?.message ?? error.message)
}

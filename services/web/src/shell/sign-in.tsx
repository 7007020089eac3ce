// Signing in: a name and a password, a one-time link, or (in the demo) a role in one click.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import type { DemoAccount, Me } from '../answers.ts'
import { session } from '../api.ts'
import { chooseLanguage } from '../language.ts'
import { Problem } from '../problem.ts'
import { Failed } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'
import { suggestLogin } from './login-suggestion.tsx'
import { BrandMark } from './shell.tsx'

/** `/sign-in?to=…` */
export function SignInPage() {
  const { t, i18n } = useTranslation()
  const other = i18n.language === 'en' ? 'zh-CN' : 'en'
  return (
    <main className="sign-in">
      <div className="sign-in-sheet">
        <h1>
          <BrandMark />
          <span>{t('shell.name')}</span>
        </h1>
        <p className="sign-in-line">{t('session.line')}</p>
        <PasswordForm />
        <DemoAccounts />
        <p className="sign-in-foot">
          <a href="/report">{t('session.residents')}</a>
          <Button type="link" size="small" onClick={() => chooseLanguage(other)}>
            {t(`language.${other}`)}
          </Button>
        </p>
      </div>
    </main>
  )
}

/** `/link/<token>`: the link printed at a first start, used once. */
export function LinkPage() {
  const { token = '' } = useParams()
  const enter = useEnter()
  const link = useMutation({
    mutationFn: () => session.link(token),
    onSuccess: (me) => {
      suggestLogin()
      enter(me)
    },
  })
  const { mutate } = link
  useEffect(() => mutate(), [mutate])
  if (link.isError) return <Failed error={link.error} />
  return <Loading />
}

function useEnter(): (me: Me) => void {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  return (me) => {
    queries.clear()
    queries.setQueryData(['me'], me)
    const to = params.get('to') ?? '/home'
    void navigate(to.startsWith('/') && !to.startsWith('//') ? to : '/home', { replace: true })
  }
}

function PasswordForm() {
  const { t } = useTranslation()
  const enter = useEnter()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => session.signIn(name, password),
    onSuccess: enter,
  })
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        signIn.mutate()
      }}
    >
      <label className="field" htmlFor="name">
        <span>{t('session.name')}</span>
        <Input
          id="name"
          autoComplete="username"
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label className="field" htmlFor="password">
        <span>{t('session.password')}</span>
        <Input
          id="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {signIn.isError && (
        <p className="field-error" role="alert">
          {said(signIn.error, t('state.offline.title'))}
        </p>
      )}
      <Button type="primary" htmlType="submit" loading={signIn.isPending} block size="large">
        {t('session.signIn')}
      </Button>
    </form>
  )
}

function DemoAccounts() {
  const { t, i18n } = useTranslation()
  const enter = useEnter()
  const accounts = useQuery({
    queryKey: ['demo'],
    queryFn: () => session.demoAccounts().catch(() => []),
  })
  const [all, setAll] = useState(false)
  const demo = useMutation({ mutationFn: session.demo, onSuccess: enter })
  if (accounts.data === undefined || accounts.data.length === 0) return null
  const language = i18n.language === 'en' ? 'en' : 'zh'
  return (
    <section className="demo" aria-label={t('session.demo')}>
      <h2>{t('session.demo')}</h2>
      <div className="demo-accounts">
        {firstOf(accounts.data, all).map(({ name, label }) => (
          <button
            key={name}
            type="button"
            disabled={demo.isPending}
            onClick={() => demo.mutate(name)}
          >
            {label[language]}
          </button>
        ))}
      </div>
      {!all && firstOf(accounts.data, false).length < accounts.data.length && (
        <Button type="link" onClick={() => setAll(true)}>
          {t('session.allDemo', { count: accounts.data.length })}
        </Button>
      )}
    </section>
  )
}

/** One account a role at first; residents have their own pages. */
function firstOf(accounts: readonly DemoAccount[], all: boolean): DemoAccount[] {
  const seen = new Set<string>()
  return accounts.filter(({ role }) => {
    const first = !seen.has(role) && role !== 'resident'
    seen.add(role)
    return all || first
  })
}

function said(error: unknown, offline: string): string {
  if (!(error instanceof Problem)) return String(error)
  return error.status === 0 ? offline : error.message
}

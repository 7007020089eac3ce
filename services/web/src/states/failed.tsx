// What a page shows when it cannot show what was asked for: a sentence and a next step.
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation, useRouteError } from 'react-router'
import { Problem } from '../problem.ts'

type NoticeProps = { mark: ReactNode; title: string; text?: string; children?: ReactNode }

/** The frame of every such state. */
export function StateNotice({ mark, title, text, children }: NoticeProps) {
  return (
    <section className="state-notice" role="status">
      <div className="state-mark" aria-hidden>
        {mark}
      </div>
      <h2>{title}</h2>
      {text !== undefined && <p>{text}</p>}
      <div className="state-actions">{children}</div>
    </section>
  )
}

/** A problem as a page: offline, signed out, forbidden, not there, or failed. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useTranslation()
  const location = useLocation()
  const kind = kindOf(error)
  const detail = error instanceof Problem ? (error.details.detail ?? '') : ''
  const text = kind === 'failed' && detail !== '' ? detail : t(`state.${kind}.text`)
  return (
    <StateNotice mark={<Mark kind={kind} />} title={t(`state.${kind}.title`)} text={text}>
      {kind === 'signedOut' ? (
        <Link className="button-link" to={`/sign-in?to=${encodeURIComponent(location.pathname)}`}>
          {t('session.signIn')}
        </Link>
      ) : kind === 'forbidden' || kind === 'missing' ? (
        <Link className="button-link" to="/home">
          {t('state.home')}
        </Link>
      ) : (
        <Button type="primary" onClick={again ?? (() => window.location.reload())}>
          {t('state.again')}
        </Button>
      )}
    </StateNotice>
  )
}

/** An address that leads nowhere. */
export function NotFound() {
  return <Failed error={new Problem({ title: 'not found', status: 404, code: 'not-found' })} />
}

/** What the router shows when a page throws. */
export function RouteError() {
  const error = useRouteError()
  return <Failed error={error} />
}

type Kind = 'offline' | 'signedOut' | 'forbidden' | 'missing' | 'failed'

function kindOf(error: unknown): Kind {
  if (!(error instanceof Problem)) return 'failed'
  if (error.status === 0) return 'offline'
  if (error.status === 401) return 'signedOut'
  if (error.status === 403) return 'forbidden'
  return error.status === 404 ? 'missing' : 'failed'
}

const PATHS: Record<Kind, string> = {
  offline: 'M6 20a16 16 0 0 1 28 0M12 25a9 9 0 0 1 16 0M20 31v.1M6 6l28 28',
  signedOut: 'M12 18v-5a8 8 0 0 1 16 0v5M9 18h22v15H9zM20 24v4',
  forbidden: 'M20 6l13 5v9c0 8-6 13-13 15C13 33 7 28 7 20v-9zM15 20h10',
  missing: 'M9 6h15l7 7v21H9zM24 6v7h7M16 23l8 6M24 23l-8 6',
  failed: 'M20 6l15 28H5zM20 17v8M20 29v.1',
}

function Mark({ kind }: { kind: Kind }) {
  return (
    <svg viewBox="0 0 40 40" width="48" height="48" aria-hidden="true">
      <path d={PATHS[kind]} fill="none" stroke="currentColor" strokeWidth="2" />
    </svg>
  )
}

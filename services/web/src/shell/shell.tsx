// The frame of every staff page: a quiet bar, the pages the role may open, the moment shown.
import { useTranslation } from 'react-i18next'
import { Navigate, Outlet, useLocation } from 'react-router'
import type { Me } from '../answers.ts'
import { useAsOf } from '../as-of.ts'
import { useLive } from '../live.ts'
import { Problem } from '../problem.ts'
import { addressOf, PAGES, pagesOf, useMe } from '../signed-in.ts'
import { Failed } from '../states/failed.tsx'
import { Loading } from '../states/loading.tsx'
import { AccountMenu } from './account-menu.tsx'
import { AsOfControl } from './as-of-control.tsx'
import { ConnectionNotice } from './connection-notice.tsx'
import { LoginSuggestion } from './login-suggestion.tsx'
import { Notices } from './notices.tsx'
import { PageLinks } from './page-links.tsx'

/** The bar, the page, and on a phone the tabs below. */
export function Shell() {
  const { t } = useTranslation()
  const me = useMe()
  const { past } = useAsOf()
  const location = useLocation()
  useLive(me.data !== null && me.data !== undefined && !past)
  if (me.isPending) return <Loading />
  if (me.isError) return <Failed error={me.error} again={() => void me.refetch()} />
  if (me.data === null) {
    const to = location.pathname === '/home' ? '' : `?to=${encodeURIComponent(pathOf(location))}`
    return <Navigate to={`/sign-in${to}`} replace />
  }
  const home = pagesOf(me.data)[0]
  if (location.pathname === '/home' && home !== undefined)
    return <Navigate to={addressOf(home)} replace />
  return (
    <div className={past ? 'shell is-past' : 'shell'}>
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      <header className="bar">
        <span className="brand">
          <BrandMark />
          <span className="brand-name">{t('shell.name')}</span>
        </span>
        <PageLinks me={me.data} place="bar" />
        <span className="bar-space" />
        <AsOfControl />
        {!past && <Notices />}
        <AccountMenu me={me.data} />
      </header>
      <ConnectionNotice />
      <LoginSuggestion />
      <main id="main" tabIndex={-1}>
        {isForbidden(location.pathname, me.data) ? (
          <Failed error={new Problem({ title: 'forbidden', status: 403, code: 'forbidden' })} />
        ) : (
          <Outlet />
        )}
      </main>
      <PageLinks me={me.data} place="tabs" />
    </div>
  )
}

/** linli's mark: two homes and the way between them. */
export function BrandMark() {
  return (
    <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round">
        <path d="M8 8v10a6 6 0 0 0 6 6h10" />
        <path d="M16 8h8v8" opacity="0.5" />
      </g>
      <circle cx="8" cy="8" r="3.4" fill="currentColor" />
      <circle cx="24" cy="24" r="3.4" fill="currentColor" />
    </svg>
  )
}

/** A page of the bar that the role does not have. */
function isForbidden(path: string, me: Me): boolean {
  const page = PAGES.find((page) => path === `/${page}`)
  return page !== undefined && !pagesOf(me).includes(page)
}

const pathOf = (location: { pathname: string; search: string }): string =>
  location.pathname + location.search

// The residents' pages: report without an account, follow by a secret link. Large type, few words.
// Must not import Ant Design: the whole has to load in a stairwell.
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nextProvider, useTranslation } from 'react-i18next'
import { chooseLanguage, loadTexts } from '../language.ts'
import { makeQueries } from '../queries.ts'
import { FollowCase } from './follow-case.tsx'
import { ReportForm } from './report-form.tsx'
import './resident.css'

/** Draws the residents' app into the page. */
export async function showResident(): Promise<void> {
  const texts = await loadTexts()
  const page = document.getElementById('page')
  if (page === null) throw new Error('index.html has no #page')
  createRoot(page).render(
    <StrictMode>
      <I18nextProvider i18n={texts}>
        <QueryClientProvider client={makeQueries()}>
          <Frame />
        </QueryClientProvider>
      </I18nextProvider>
    </StrictMode>,
  )
}

function Frame() {
  const { t, i18n } = useTranslation()
  const token = /^\/r\/([^/]+)/.exec(window.location.pathname)?.[1]
  const other = i18n.language === 'en' ? 'zh-CN' : 'en'
  return (
    <div className="resident">
      <header>
        <strong>{t('shell.name')}</strong>
        <button type="button" className="plain" onClick={() => chooseLanguage(other)}>
          {t(`language.${other}`)}
        </button>
      </header>
      <main>
        {token === undefined ? <ReportForm /> : <FollowCase token={decodeURIComponent(token)} />}
      </main>
      <footer>
        {token !== undefined && <a href="/report">{t('resident.reportAnother')}</a>}
        <a href="/sign-in">{t('resident.staff')}</a>
      </footer>
    </div>
  )
}

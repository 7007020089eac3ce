// The staff's app: providers and routes. Pages that are seldom opened are fetched when opened.
import { QueryClientProvider } from '@tanstack/react-query'
import { App, ConfigProvider } from 'antd'
import type { Locale } from 'antd/es/locale'
import { type ComponentType, lazy, StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nextProvider } from 'react-i18next'
import { createBrowserRouter, Navigate, RouterProvider } from 'react-router'
import './desk.css'
import './print.css'
import { loadTexts } from './language.ts'
import { ListPage, WorkflowPage } from './list/list-page.tsx'
import { makeQueries } from './queries.ts'
import { Shell } from './shell/shell.tsx'
import { LinkPage, SignInPage } from './shell/sign-in.tsx'
import { NotFound, RouteError } from './states/failed.tsx'
import { Loading } from './states/loading.tsx'
import { deskTheme } from './theme.ts'
import { OWN_PAGE } from './workflows.ts'

/** Draws the staff's app into the page. */
export async function showDesk(): Promise<void> {
  const [texts, locale] = await Promise.all([loadTexts(), loadLocale()])
  const page = document.getElementById('page')
  if (page === null) throw new Error('index.html has no #page')
  createRoot(page).render(
    <StrictMode>
      <I18nextProvider i18n={texts}>
        <ConfigProvider
          theme={deskTheme}
          button={{ autoInsertSpace: false }}
          {...(locale === undefined ? {} : { locale })}
        >
          <App>
            <QueryClientProvider client={makeQueries()}>
              <RouterProvider router={router} />
            </QueryClientProvider>
          </App>
        </ConfigProvider>
      </I18nextProvider>
    </StrictMode>,
  )
}

const router = createBrowserRouter([
  { path: '/sign-in', element: <SignInPage />, errorElement: <RouteError /> },
  { path: '/link/:token', element: <LinkPage />, errorElement: <RouteError /> },
  {
    path: '/',
    element: <Shell />,
    errorElement: <RouteError />,
    children: [
      { index: true, element: <Navigate to="/home" replace /> },
      { path: 'home', element: null },
      ...Object.entries(OWN_PAGE).map(([workflow, path]) => ({
        path,
        element: <ListPage key={workflow} workflow={workflow} />,
      })),
      { path: 'w/:workflow', element: <WorkflowPage /> },
      {
        path: 'cases/:id',
        element: page(async () => (await import('./case/case-page.tsx')).CasePage),
      },
      {
        path: 'report',
        element: page(async () => (await import('./form/report-page.tsx')).ReportPage),
      },
      {
        path: 'dashboard',
        element: page(async () => (await import('./dashboard/dashboard-page.tsx')).DashboardPage),
      },
      {
        path: 'analyst',
        element: page(async () => (await import('./analyst/analyst-page.tsx')).AnalystPage),
      },
      {
        path: 'effects',
        element: page(async () => (await import('./office/parked-effects.tsx')).ParkedEffects),
      },
      { path: '*', element: <NotFound /> },
    ],
  },
])

function page(fetchPage: () => Promise<ComponentType>) {
  const Page = lazy(async () => ({ default: await fetchPage() }))
  return (
    <Suspense fallback={<Loading />}>
      <Page />
    </Suspense>
  )
}

async function loadLocale(): Promise<Locale | undefined> {
  if (document.documentElement.lang === 'en') return undefined
  await import('dayjs/locale/zh-cn')
  const { default: dayjs } = await import('dayjs')
  dayjs.locale('zh-cn')
  return (await import('antd/es/locale/zh_CN')).default
}

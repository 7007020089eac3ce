// Who is signed in, for the pages: read once, kept by the query client.
import { useQuery } from '@tanstack/react-query'
import type { Me } from './answers.ts'
import { session } from './api.ts'
import { Problem } from './problem.ts'

/** The person signed in, null when nobody is. */
export function useMe() {
  return useQuery<Me | null>({
    queryKey: ['me'],
    queryFn: () =>
      session.me().catch((error: unknown) => {
        if (error instanceof Problem && error.status === 401) return null
        throw error
      }),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** True when one of the roles is held. */
export function holds(me: Me | null | undefined, ...roles: string[]): boolean {
  return me?.roles.some(({ role }) => roles.includes(role)) ?? false
}

/** What a role may open, in the order of the bar; the first is its home. */
export function pagesOf(me: Me | null | undefined): Page[] {
  const handles = holds(me, ...FIELD_ROLES, 'supervisor')
  return [
    ...(handles ? (['cases'] as const) : []),
    ...(handles || holds(me, 'unit-handler') ? (['referrals'] as const) : []),
    ...(holds(me, 'coordinator', 'supervisor', 'council-member')
      ? (['deliberations'] as const)
      : []),
    ...(holds(me, 'coordinator', 'supervisor', 'unit-handler') ? (['dashboard'] as const) : []),
    ...(holds(me, 'analyst') ? (['analyst'] as const) : []),
    ...(holds(me, 'administrator') ? (['people', 'units', 'places'] as const) : []),
    ...(holds(me, ...FIELD_ROLES) ? (['report'] as const) : []),
  ]
}

/** The address of a page; work lists begin with what is open. */
export const addressOf = (page: Page): string =>
  WORK.has(page) ? `/${page}?ended=false` : `/${page}`

const WORK = new Set<Page>(['cases', 'referrals', 'deliberations'])

/** All pages that stand in the bar for some role. */
export const PAGES = [
  'cases',
  'referrals',
  'deliberations',
  'dashboard',
  'analyst',
  'people',
  'units',
  'places',
  'report',
] as const
export type Page = (typeof PAGES)[number]

/** Roles that take reports. */
export const FIELD_ROLES = [
  'grid-worker',
  'building-chief',
  'duty-officer',
  'coordinator',
  'steward',
]

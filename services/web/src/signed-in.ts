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
    ...(holds(me, 'coordinator', 'supervisor', 'analyst', 'unit-handler')
      ? (['dashboard'] as const)
      : []),
    ...(holds(me, 'analyst') ? (['analyst'] as const) : []),
    ...(holds(me, 'administrator') ? (['people', 'units', 'places'] as const) : []),
    ...(holds(me, ...FIELD_ROLES) ? (['report'] as const) : []),
  ]
}

export type Page =
  | 'cases'
  | 'referrals'
  | 'deliberations'
  | 'dashboard'
  | 'analyst'
  | 'people'
  | 'units'
  | 'places'
  | 'report'

const FIELD_ROLES = ['grid-worker', 'building-chief', 'duty-officer', 'coordinator', 'steward']

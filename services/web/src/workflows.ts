// The workflows as the server names them, and where each has its list. A workflow that nobody
// thought of when these pages were made stands at `/w/<workflow>`.
import { useQuery } from '@tanstack/react-query'
import type { Me, Workflow } from './answers.ts'
import { known } from './api.ts'
import { FIELD_ROLES, holds, type Page } from './signed-in.ts'

/** Lists with an address, a mark, an order and words of their own. */
export const OWN_PAGE: Readonly<Record<string, Page>> = {
  appeal: 'cases',
  referral: 'referrals',
  deliberation: 'deliberations',
  person: 'people',
  organisation: 'units',
  place: 'places',
}

/** All workflows; read once in a while. */
export function useWorkflows() {
  return useQuery({ queryKey: ['workflows'], queryFn: known.workflows, staleTime: 600_000 })
}

/** One workflow; undefined while it is not known, or when there is none. */
export function useWorkflow(workflow: string): Workflow | undefined {
  return useWorkflows().data?.find(({ id }) => id === workflow)
}

/** Workflows without a page of their own: cases that the person may read, all they may begin. */
export function othersOf(me: Me | null | undefined, all: readonly Workflow[]): Workflow[] {
  return all.filter(
    ({ id, record, starts }) =>
      OWN_PAGE[id] === undefined &&
      ((record !== true && readsCases(me)) || starts.some(({ by }) => holds(me, ...by))),
  )
}

/** True for a role that sees cases at all. */
export const readsCases = (me: Me | null | undefined): boolean => holds(me, ...CASE_ROLES)

const CASE_ROLES = [...FIELD_ROLES, 'volunteer', 'unit-handler', 'council-member', 'supervisor']

// One version of a workflow: its machine, texts and schemas. It never changes, so it is read once.
import { useQuery } from '@tanstack/react-query'
import { known } from './api.ts'

/** Waits while the version is not known yet. */
export function useVersion(workflow: string, version: number | undefined) {
  return useQuery({
    queryKey: ['version', workflow, version],
    queryFn: () => known.version(workflow, version ?? 1),
    enabled: version !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

// The states of a workflow as choices, in words; read from the machine, not written down here.
import { useQuery } from '@tanstack/react-query'
import { known } from '../api.ts'
import { useVersion } from '../versions.ts'

/** Choices of a state filter: what can be rested in, named by its path. */
export function useStates(workflow: string): { value: string; label: string }[] {
  const all = useQuery({ queryKey: ['workflows'], queryFn: known.workflows, staleTime: 600_000 })
  const newest = all.data?.find(({ id }) => id === workflow)?.version
  const version = useVersion(workflow, newest)
  const nodes = version.data?.chart.nodes ?? []
  return nodes
    .filter(({ kind }) => kind === 'state' || kind === 'final')
    .map(({ id }) => ({ value: id, label: version.data?.texts[`state.${id}`] ?? id }))
}

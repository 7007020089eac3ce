// The states of a workflow as choices, in words; read from the machine, not written down here.
import { useVersion } from '../versions.ts'
import { useWorkflow } from '../workflows.ts'

/** Choices of a state filter: what can be rested in, named by its path. */
export function useStates(workflow: string): { value: string; label: string }[] {
  const version = useVersion(workflow, useWorkflow(workflow)?.version)
  const nodes = version.data?.chart.nodes ?? []
  return nodes
    .filter(({ kind }) => kind === 'state' || kind === 'final')
    .map(({ id }) => ({ value: id, label: version.data?.texts[`state.${id}`] ?? id }))
}
